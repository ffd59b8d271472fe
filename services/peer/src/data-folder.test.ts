import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../test/stage.ts';
import { dataFolderOf, openDataFolder, readApiAddress } from './data-folder.ts';

const ADDRESS = { url: 'http://127.0.0.1:1', token: 'secret', pid: 42 };

/** A process that lives until it is killed, and what the system says of its start. */
async function otherProcess() {
  const child = spawn('sleep', ['600']);
  await once(child, 'spawn');
  const pid = Number(child.pid);
  const fields = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const started = fields.slice(fields.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  const kill = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { lock: JSON.stringify({ pid, started }), pid, kill };
}

test('a second daemon on the same folder is refused until the first lets go', async () => {
  const path = await temporaryFolder();
  const first = await openDataFolder(path);
  await expect(openDataFolder(path)).rejects.toMatchObject({ code: 'DATA_FOLDER_BUSY' });
  await first.close();
  const second = await openDataFolder(path);
  await second.close();
  expect(await readdir(path)).toEqual([]);
});

test('the lock of another process holds as long as it runs, and not a moment longer', async () => {
  const path = await temporaryFolder();
  const other = await otherProcess();
  await writeFile(join(path, 'daemon.lock'), other.lock);
  await expect(openDataFolder(path)).rejects.toMatchObject({ code: 'DATA_FOLDER_BUSY' });
  await other.kill();
  const folder = await openDataFolder(path);
  await folder.close();
});

test('a process that has the number of a dead daemon is not taken for it', async () => {
  const path = await temporaryFolder();
  const other = await otherProcess();
  await writeFile(join(path, 'daemon.lock'), JSON.stringify({ pid: other.pid, started: '1' }));
  const folder = await openDataFolder(path);
  await folder.close();
  await other.kill();
});

test.each(['', '{', '{}', '{"pid":"x"}', 'null'])(
  'a lock file that holds "%s" holds nobody up',
  async (text) => {
    const path = await temporaryFolder();
    await writeFile(join(path, 'daemon.lock'), text);
    const folder = await openDataFolder(path);
    await folder.close();
  },
);

test('of many that start over a dead lock at once, at most one gets the folder', async () => {
  const path = await temporaryFolder();
  await writeFile(join(path, 'daemon.lock'), JSON.stringify({ pid: 2 ** 22 + 1, started: '1' }));
  const starts = await Promise.allSettled(Array.from({ length: 20 }, () => openDataFolder(path)));
  const opened = starts.filter(({ status }) => status === 'fulfilled');
  expect(opened.length).toBe(1);
});

test('what a killed daemon was about to put in place is cleared away, and nothing else', async () => {
  const path = await temporaryFolder();
  const account = join(path, '0123456789abcdef');
  await mkdir(account);
  await writeFile(join(path, 'daemon.lock'), JSON.stringify({ pid: 4_194_305, started: '1' }));
  const unfinished = ['daemon.lock.4e7c', 'daemon.lock.takeover', 'api.json.4e7c'];
  for (const name of unfinished) await writeFile(join(path, name), '{"pid":4194305,"started":"1"}');
  for (const name of ['tmp_obj_4e7c', 'state.json']) await writeFile(join(account, name), '{}');
  const folder = await openDataFolder(path);
  expect((await readdir(path)).sort()).toEqual(['0123456789abcdef', 'daemon.lock']);
  expect(await readdir(account)).toEqual(['state.json']);
  await folder.close();
});

test('folder and address are for the owner alone, even if the folder was open before', async () => {
  const path = await temporaryFolder();
  await chmod(path, 0o755);
  const folder = await openDataFolder(path);
  await folder.announceApi(ADDRESS);
  expect((await stat(path)).mode & 0o777).toBe(0o700);
  for (const name of await readdir(path)) {
    expect([name, (await stat(join(path, name))).mode & 0o777]).toEqual([name, 0o600]);
  }
  await folder.close();
});

test('the address stands while the daemon runs and is gone afterwards', async () => {
  const path = join(await temporaryFolder(), 'deeper', 'still');
  const nobody = { code: 'DAEMON_UNREACHABLE' };
  await expect(readApiAddress(path)).rejects.toMatchObject(nobody);
  const folder = await openDataFolder(path);
  await expect(readApiAddress(path)).rejects.toMatchObject(nobody);
  await folder.announceApi(ADDRESS);
  expect(await readApiAddress(path)).toEqual(ADDRESS);
  await folder.close();
  await expect(readApiAddress(path)).rejects.toMatchObject(nobody);
});

test('an address that a killed daemon left is removed before the next one listens', async () => {
  const path = await temporaryFolder();
  await writeFile(join(path, 'api.json'), JSON.stringify(ADDRESS));
  const folder = await openDataFolder(path);
  await expect(readApiAddress(path)).rejects.toMatchObject({ code: 'DAEMON_UNREACHABLE' });
  await folder.close();
});

test('the folder is the one that was named, else that of the desktop, else one below home', () => {
  expect(dataFolderOf({ PEER_DATA: '/a', XDG_DATA_HOME: '/b', HOME: '/c' })).toBe('/a');
  expect(dataFolderOf({ XDG_DATA_HOME: '/b', HOME: '/c' })).toBe('/b/covey');
  expect(dataFolderOf({ HOME: '/c' })).toBe('/c/.local/share/covey');
  expect(dataFolderOf({ PEER_DATA: 'here' })).toMatch(/^\/.*\/here$/);
});
