import { watch } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type AccountInfo, parsePassphrase } from '@covey/device';
import { CoveyError } from '@covey/errors';
import { DiskHousehold } from '../src/accounts/household.ts';
import { covey } from './command-line.ts';
import { Daemon, peopleApart } from './daemon.ts';
import { finds, secretsOf, spellings } from './secret-scan.ts';
import { temporaryFolder } from './stage.ts';

const PASSPHRASE = 'correct horse battery staple';
const ANOTHER = 'the quick brown fox';
const WRONG = { code: 'PASSPHRASE_WRONG', message: 'the passphrase is wrong' };

const create = ({ client }: Daemon, passphrase?: string): Promise<AccountInfo> =>
  client.call('createAccount', {
    displayName: 'alice',
    deviceName: 'laptop',
    ...(passphrase === undefined ? {} : { passphrase }),
  });

const listed = async ({ client }: Daemon) => (await client.call('listAccounts', {}))[0];

function papersOf({ dataFolder }: Daemon, { accountId }: AccountInfo, passphrase?: string) {
  const folder = new DiskHousehold(dataFolder, () => new Date()).folder(accountId);
  return passphrase === undefined ? folder.papers() : folder.papers(parsePassphrase(passphrase));
}

test('SAFE-4, ID-1: under a passphrase an account is locked after a restart, and says nothing until it is told', async () => {
  const daemon = await Daemon.start();
  const options = { stdin: `${PASSPHRASE}\n` };
  const run = (...argv: string[]) => covey(daemon.dataFolder, argv, options);
  expect((await run('init', '--name', 'alice', '--passphrase')).exit).toBe(0);
  expect((await run('new', 'garden')).exit).toBe(0);
  expect((await run('send', 'garden', 'before')).exit).toBe(0);
  const before = await listed(daemon);
  expect(before).toMatchObject({ locked: false, hasPassphrase: true });

  await daemon.stop();
  await daemon.start();
  const { accountId = '' } = before ?? {};
  expect(await listed(daemon)).toEqual({ ...before, locked: true, addresses: [] });
  expect(await daemon.client.call('accountInfo', { accountId })).toEqual(await listed(daemon));
  for (const name of ['getConversations', 'getDevices', 'addDevice'] as const) {
    await expect(daemon.client.call(name, { accountId })).rejects.toMatchObject({
      code: 'ACCOUNT_LOCKED',
    });
  }
  const events = daemon.client.events(accountId, 0, AbortSignal.timeout(10_000));
  await expect(events.next()).rejects.toMatchObject({ code: 'ACCOUNT_LOCKED' });
  expect((await run('send', 'garden', 'locked')).err).toEqual([
    'covey: error: the account is locked',
    'covey: hint: covey unlock opens it',
  ]);

  await expect(
    daemon.client.call('unlockAccount', { accountId, passphrase: ANOTHER }),
  ).rejects.toMatchObject(WRONG);
  expect(await run('unlock')).toEqual({ exit: 0, out: ['unlocked'], err: [] });
  // The same port as well: others know the device by it.
  expect(await listed(daemon)).toEqual(before);
  expect((await run('send', 'garden', 'after')).exit).toBe(0);
  expect((await run('log', 'garden')).out.map((line) => line.split('  ').at(-1))).toEqual(
    expect.arrayContaining(['before', 'after']),
  );
  // Whoever has it running needs no passphrase, so none is looked at.
  await daemon.client.call('unlockAccount', { accountId, passphrase: ANOTHER });
});

describe('SAFE-4: after a full run', () => {
  test('no key and no passphrase is anywhere on disk, in the log or around the process, and nothing is open to others', async () => {
    const temporary = await temporaryFolder();
    const daemon = await Daemon.start({ PEER_LOG_LEVEL: 'trace', TMPDIR: temporary });
    const { client } = daemon;
    const account = await create(daemon, PASSPHRASE);
    const { accountId } = account;
    const here = { accountId };
    const { conversationId } = await client.call('startConversation', { ...here, mode: 2 });
    await client.call('sendMessage', { ...here, conversationId, body: 'hello' });
    await client.call('addDevice', here);
    // Mistakes as well: what is wrong is easily quoted.
    const mistakes = [
      { accountId, current: ANOTHER, next: PASSPHRASE },
      { accountId, current: PASSPHRASE, next: 'short' },
      { accountId, current: PASSPHRASE, [PASSPHRASE]: 1 },
      { accountId, current: { PASSPHRASE }, next: ANOTHER },
    ];
    for (const mistake of mistakes) {
      await expect(client.rpc('changeAccountPassphrase', mistake)).rejects.toThrow();
    }
    const api = JSON.parse(await readFile(join(daemon.dataFolder, 'api.json'), 'utf8'));
    for (const body of [`{"passphrase":"${PASSPHRASE}"`, `{"passphrase":"${PASSPHRASE}","x":1}`]) {
      const path = `${api.url}/v1/accounts/${accountId}/unlock`;
      const headers = {
        'content-type': 'application/json',
        authorization: `Bearer ${api.token}`,
      };
      const answer = await fetch(path, { method: 'POST', headers, body });
      expect(answer.status).toBe(400);
      expect(await answer.text()).not.toContain(PASSPHRASE);
    }
    await client.call('changeAccountPassphrase', { ...here, current: PASSPHRASE, next: ANOTHER });
    await daemon.kill();
    await daemon.start();
    await client.call('unlockAccount', { ...here, passphrase: ANOTHER });
    await client.call('sendMessage', { ...here, conversationId, body: 'hello again' });

    const secrets = [
      ...secretsOf(await papersOf(daemon, account, ANOTHER)),
      ...spellings('passphrase', Buffer.from(PASSPHRASE)),
      ...spellings('other passphrase', Buffer.from(ANOTHER)),
    ];
    const around = ['environ', 'cmdline'].map((name) => `/proc/${daemon.pid}/${name}`);
    const told = await Promise.all(around.map((path) => readFile(path).catch(() => Buffer.of())));
    expect(finds(secrets, Buffer.concat([Buffer.from(daemon.log), ...told]))).toEqual([]);
    expect(daemon.log).toContain('PASSPHRASE_WRONG');
    for (const folder of [daemon.dataFolder, temporary]) {
      for (const path of await readdir(folder, { recursive: true })) {
        const whole = join(folder, path);
        const entry = await stat(whole);
        if (folder === daemon.dataFolder) {
          expect([path, entry.mode & 0o777]).toEqual([path, entry.isDirectory() ? 0o700 : 0o600]);
        }
        if (entry.isFile())
          expect([path, finds(secrets, await readFile(whole))]).toEqual([path, []]);
      }
    }
    expect((await stat(daemon.dataFolder)).mode & 0o777).toBe(0o700);
    expect(await readdir(join(daemon.dataFolder, accountId))).toEqual(
      expect.arrayContaining(['keys', 'chain.pem', 'device.pem', 'account.json']),
    );
  });

  test('the scan finds the keys of an account without a passphrase', async () => {
    const daemon = await Daemon.start();
    const account = await create(daemon);
    const bytes = await readFile(join(daemon.dataFolder, account.accountId, 'keys'));
    const found = finds(secretsOf(await papersOf(daemon, account)), bytes);
    // In base64 as well, where neither alphabet's own two letters come up.
    const told = ['device', 'account', 'authority'].map((key) => `${key} as base64url`);
    expect(found).toEqual(expect.arrayContaining(told));
  });
});

test('SAFE-4: a passphrase is set, changed and lifted while the account runs, and holds from the next start on', async () => {
  const daemon = await Daemon.start();
  const { client } = daemon;
  const { accountId } = await create(daemon);
  const change = (told: { current?: string; next?: string }) =>
    client.call('changeAccountPassphrase', { accountId, ...told });
  const restart = async () => {
    await daemon.stop();
    await daemon.start();
    return listed(daemon);
  };

  await expect(change({ current: PASSPHRASE, next: ANOTHER })).rejects.toMatchObject({
    code: 'REQUEST_MALFORMED',
  });
  await expect(change({ next: '' })).rejects.toMatchObject({ code: 'PASSPHRASE_MALFORMED' });
  expect(await change({ next: PASSPHRASE })).toMatchObject({ locked: false, hasPassphrase: true });
  expect(await restart()).toMatchObject({ locked: true });

  await expect(change({ current: PASSPHRASE, next: ANOTHER })).rejects.toMatchObject({
    code: 'ACCOUNT_LOCKED',
  });
  await client.call('unlockAccount', { accountId, passphrase: PASSPHRASE });
  for (const told of [{ next: ANOTHER }, { current: ANOTHER, next: ANOTHER }, {}]) {
    await expect(change(told)).rejects.toMatchObject(WRONG);
  }
  await change({ current: PASSPHRASE, next: ANOTHER });
  expect(await restart()).toMatchObject({ locked: true });
  await expect(
    client.call('unlockAccount', { accountId, passphrase: PASSPHRASE }),
  ).rejects.toMatchObject(WRONG);
  await client.call('unlockAccount', { accountId, passphrase: ANOTHER });

  expect(await change({ current: ANOTHER })).toMatchObject({ hasPassphrase: false });
  expect(await restart()).toMatchObject({ locked: false, hasPassphrase: false });
});

test('SAFE-3: kill -9 in the middle of a change leaves the old passphrase or the new one', async () => {
  const daemon = await Daemon.start();
  const account = await create(daemon, 'passphrase number 0');
  const { accountId } = account;
  const folder = join(daemon.dataFolder, accountId);
  let current = 'passphrase number 0';
  for (let round = 1; round <= 2; round += 1) {
    const next = `passphrase number ${round}`;
    const touched = Promise.withResolvers<void>();
    const watcher = watch(folder, (_, name) => {
      // The first time while the new file is written, then once it has its name.
      if (round === 1 ? name?.startsWith('tmp_') : name === 'keys') touched.resolve();
    });
    const asked = { accountId, current, next };
    const changing = daemon.client.call('changeAccountPassphrase', asked).then(
      () => true,
      () => false,
    );
    await touched.promise;
    await daemon.kill();
    watcher.close();
    const acknowledged = await changing;
    await daemon.start();
    expect(await listed(daemon)).toMatchObject({ locked: true });
    const opens = async (passphrase: string) =>
      daemon.client.call('unlockAccount', { accountId, passphrase }).then(
        () => true,
        () => false,
      );
    const openedByNext = await opens(next);
    if (acknowledged) expect(openedByNext).toBe(true);
    if (!openedByNext) expect(await opens(current)).toBe(true);
    expect((await readdir(folder)).filter((name) => name.startsWith('tmp_'))).toEqual([]);
    if (openedByNext) current = next;
  }
});

test('who guesses waits for an answer each time, and takes the memory of one attempt', async () => {
  const daemon = await Daemon.start();
  const accounts = [await create(daemon, PASSPHRASE), await create(daemon, PASSPHRASE)];
  await daemon.stop();
  await daemon.start();
  const before = await highWaterMebibytes(daemon);
  const attempts = accounts.flatMap(({ accountId }) =>
    Array.from({ length: 12 }, () =>
      daemon.client
        .call('unlockAccount', { accountId, passphrase: ANOTHER })
        .catch((reason: unknown) => CoveyError.from(reason).code),
    ),
  );
  const answers = await Promise.all(attempts);
  expect(answers.filter((code) => code === 'PASSPHRASE_WRONG').length).toBeGreaterThanOrEqual(8);
  expect(answers.filter((code) => code === 'RATE_EXCEEDED').length).toBeGreaterThan(0);
  expect(new Set(answers)).toEqual(new Set(['PASSPHRASE_WRONG', 'RATE_EXCEEDED']));
  if (before > 0) expect((await highWaterMebibytes(daemon)) - before).toBeLessThan(120);
  // Two at the right passphrase at once start the account once.
  const right = { accountId: accounts[0]?.accountId ?? '', passphrase: PASSPHRASE };
  const [one, two] = await Promise.all([
    daemon.client.call('unlockAccount', right),
    daemon.client.call('unlockAccount', right),
  ]);
  expect(one).toEqual(two);
});

test('PEER_PASSPHRASE_FILE unlocks at the start what it fits, and says what it does not', async () => {
  const path = join(await temporaryFolder(), 'passphrase');
  await writeFile(path, `${PASSPHRASE}\n`);
  const daemon = await Daemon.start({ PEER_PASSPHRASE_FILE: path });
  const mine = await create(daemon, PASSPHRASE);
  const other = await create(daemon, ANOTHER);
  const open = await create(daemon);
  const locked = async () => {
    await daemon.stop();
    await daemon.start();
    const list = await daemon.client.call('listAccounts', {});
    return new Map(list.map((account) => [account.accountId, account.locked]));
  };
  const states = await locked();
  expect(states.get(mine.accountId)).toBe(false);
  expect(states.get(other.accountId)).toBe(true);
  expect(states.get(open.accountId)).toBe(false);
  expect(daemon.log).toContain('the passphrase of the settings does not open this account');
  expect(daemon.log).toContain('"accounts":3,"lockedAccounts":1');
  expect(daemon.log).not.toContain(PASSPHRASE);
  await writeFile(path, ANOTHER);
  const turned = await locked();
  expect([turned.get(mine.accountId), turned.get(other.accountId)]).toEqual([true, false]);
});

test('ID-4: a further device has a passphrase of its own, and a bad one does not use up the code', async () => {
  const { alice } = await peopleApart('alice');
  const { code } = await alice.call('addDevice', {});
  const daemon = await Daemon.start();
  const link = (passphrase: string) =>
    daemon.client.call('linkAccount', { code, deviceName: 'phone', passphrase });
  await expect(link('short')).rejects.toMatchObject({ code: 'PASSPHRASE_MALFORMED' });
  const linked = await link(PASSPHRASE);
  expect(linked).toMatchObject({ uri: alice.uri, hasPassphrase: true, locked: false });
  const papers = await papersOf(daemon, linked, PASSPHRASE);
  const bytes = await readFile(join(daemon.dataFolder, linked.accountId, 'keys'));
  expect(finds(secretsOf(papers), bytes)).toEqual([]);
});

test('keys that an earlier version wrote as three files are taken over at the start', async () => {
  const { alice } = await peopleApart('alice');
  const { daemon, info } = alice;
  const conversationId = await alice.starts();
  await alice.says(conversationId, 'before');
  await daemon.stop();
  const folder = join(daemon.dataFolder, info.accountId);
  const household = new DiskHousehold(daemon.dataFolder, () => new Date());
  const papers = await household.folder(info.accountId).papers();
  await rm(join(folder, 'keys'));
  for (const [name, bytes] of [
    ['device.key', papers.devicePkcs8],
    ['account.key', papers.accountPkcs8],
    ['authority.key', papers.authorityPkcs8],
  ] as const) {
    await writeFile(join(folder, name), bytes, { mode: 0o600 });
  }
  await daemon.start();
  expect((await daemon.client.call('listAccounts', {}))[0]).toEqual(info);
  await alice.says(conversationId, 'after');
  expect((await readdir(folder)).filter((name) => /key/.test(name))).toEqual(['keys']);
  expect((await stat(join(folder, 'keys'))).mode & 0o777).toBe(0o600);
});

/** Most memory that the process had so far; 0 where the system does not tell. */
async function highWaterMebibytes({ pid }: Daemon): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}
