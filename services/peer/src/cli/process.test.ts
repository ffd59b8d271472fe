import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { covey } from '../../test/command-line.ts';
import { startStage, temporaryFolder } from '../../test/stage.ts';
import { PeerClient } from '../client.ts';
import { whenFolderShows } from './watch-folder.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const FAKE_DAEMON = fileURLToPath(new URL('../../test/fake-daemon.ts', import.meta.url));

function node(program: string, args: string[], dataFolder: string, env: object = {}) {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...env, PEER_DATA: dataFolder },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const { stdin, stdout, stderr } = child;
  const ended = Promise.all([once(child, 'exit'), text(stdout), text(stderr)]).then(
    ([[exit], out, err]) => ({ exit: exit as number | null, out, err }),
  );
  return { child, stdin, stdout, ended };
}

async function startDaemon(dataFolder: string) {
  const daemon = node(FAKE_DAEMON, [], dataFolder);
  const client = new PeerClient(dataFolder);
  await whenFolderShows(dataFolder, AbortSignal.timeout(20_000), () => client.daemon());
  return daemon;
}

test('as a process: data on stdout, the rest on stderr, the exit code', async () => {
  const dataFolder = await temporaryFolder();
  await startDaemon(dataFolder);
  const init = await node(MAIN, ['init', '--name', 'alice'], dataFolder).ended;
  expect(init).toMatchObject({ exit: 0, out: expect.stringMatching(/^[0-9a-f]{40}\n$/) });
  await node(MAIN, ['new', 'garden'], dataFolder).ended;
  const send = node(MAIN, ['send', 'garden', '-'], dataFolder);
  send.stdin.end('from a pipe\n');
  expect(await send.ended).toMatchObject({ exit: 0, err: '' });
  const log = await node(MAIN, ['log', 'garden'], dataFolder).ended;
  expect(log.out).toMatch(/^[0-9a-f]{8} {2}\d\d:\d\d {2}alice {2}from a pipe\n$/);
  expect(await node(MAIN, ['log', 'nothing'], dataFolder).ended).toMatchObject({
    exit: 1,
    out: '',
  });
  expect(await node(MAIN, ['log'], dataFolder).ended).toMatchObject({ exit: 2, out: '' });
});

test('Ctrl-C ends watch with 0', async () => {
  const dataFolder = await temporaryFolder();
  await startDaemon(dataFolder);
  await node(MAIN, ['init', '--name', 'alice'], dataFolder).ended;
  await node(MAIN, ['new', 'garden'], dataFolder).ended;
  const watching = node(MAIN, ['watch', '--after', '0'], dataFolder);
  await once(watching.stdout, 'readable');
  watching.child.kill('SIGINT');
  expect(await watching.ended).toMatchObject({ exit: 0, err: '' });
});

test('down stops the daemon and comes back when the folder is free', async () => {
  const dataFolder = await temporaryFolder();
  const daemon = await startDaemon(dataFolder);
  expect(await covey(dataFolder, ['down'])).toEqual({ exit: 0, out: ['stopped'], err: [] });
  expect(await daemon.ended).toMatchObject({ exit: 0 });
  expect((await covey(dataFolder, ['down'])).exit).toBe(1);
});

test('up --detach with a daemon already there says where it is', async () => {
  const { dataFolder, url } = await startStage();
  const { exit, out } = await covey(dataFolder, ['up', '--detach']);
  expect([exit, out]).toEqual([0, [`covey 0.0.0-test already answers at ${url}`]]);
});

test('up --detach that fails says so, and where the reason stands', async () => {
  const dataFolder = join(await temporaryFolder(), 'new');
  const env = { PEER_API_LISTEN: '0.0.0.0:1', PATH: process.env['PATH'] ?? '' };
  const { exit, err } = await covey(dataFolder, ['up', '--detach'], { env });
  expect(exit).toBe(1);
  expect(err[0]).toBe(
    'covey: error: the daemon did not start: it ended at once; see peer.log in the data folder',
  );
  expect((await stat(join(dataFolder, 'peer.log'))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(dataFolder, 'peer.log'), 'utf8')).not.toBe('');
});
