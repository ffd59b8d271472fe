import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { GitStore } from '@covey/git-store';
import {
  LOSSES,
  type Loss,
  type LossCase,
  type LossReport,
  recordAfterKill,
  recordDisk,
  surviveEveryLoss,
} from '@covey/testkit/disk';
import { startThreads } from '../src/accounts/threads.ts';
import { verifyCommand } from '../src/cli/verify.ts';
import { fsck } from './git.ts';
import { openPeer, type PeerInProcess } from './peer-in-process.ts';
import { live, liveAlone, type Promised } from './recorded-life.ts';
import { temporaryFolder } from './stage.ts';

/** Losses at each n of a long recording: one everyday, by turns; all of them from 7 on. */
const RUNS = Number(process.env['COVEY_TEST_RUNS'] ?? '1');
/** Everyday, a daemon is killed at every so many calls, and the power goes at every so many of its next life. */
const KILL_EVERY = 5;
const LOSE_EVERY = 16;
/** Judging every signature takes longer than the rest of a check; so does git. */
const JUDGE_EVERY = 25;
/** Larger than any process id of Linux: whoever runs under it is dead. */
const NOBODY = 4_194_305;

const threads = startThreads();
afterAll(() => threads.close());

test('SAFE-3: whatever a power loss takes at whatever call of a life, all that was promised is there', {
  timeout: 3_600_000,
}, async ({ annotate }) => {
  const root = await temporaryFolder();
  const recording = await recordDisk<Promised>(root, (mark) =>
    asNobody(() => live(join(root, 'data'), threads, mark)),
  );
  const some = (n: number) => everyLoss(n).slice(0, RUNS);
  await annotate(lineOf(await surviveEveryLoss(recording, { losses: some, check })));
});

test('SAFE-3: a daemon that is killed at whatever call starts again, and a power loss then takes nothing that was promised before or after', {
  timeout: 3_600_000,
}, async ({ annotate }) => {
  const root = await temporaryFolder();
  const first = await recordDisk<Promised>(root, (mark) =>
    asNobody(() => liveAlone(join(root, 'data'), threads, mark)),
  );
  const last = first.operations.length - first.begins;
  let cases = 0;
  for (let n = 0; n <= last; n += RUNS > 1 ? 1 : KILL_EVERY) {
    const folder = await temporaryFolder();
    const again = await recordAfterKill(first, n, folder, (mark) =>
      asNobody(() => liveAlone(join(folder, 'data'), threads, mark)),
    );
    const end = again.operations.length - again.begins;
    const losses = (at: number): readonly Loss[] =>
      at === end || at % LOSE_EVERY === 0 ? ['dropped', everyLoss(at)[0] ?? at] : [];
    const survived = surviveEveryLoss(again, { losses, check }).catch((cause: unknown) => {
      throw new Error(`killed at n = ${n}`, { cause });
    });
    cases += (await survived).cases;
  }
  await annotate(`killed within n = 0 to ${last}, then ${cases} power losses`);
});

/** All losses, each n beginning with another one. */
function everyLoss(n: number): readonly Loss[] {
  const losses: readonly Loss[] = [...LOSSES, n];
  const first = n % losses.length;
  return [...losses.slice(first), ...losses.slice(0, first)];
}

/** Whoever holds the locks of a recording is gone when the power is back. */
async function asNobody(work: () => Promise<void>): Promise<void> {
  const { pid } = process;
  const nameProcess = (value: number) =>
    Object.defineProperty(process, 'pid', { value, configurable: true, enumerable: true });
  nameProcess(NOBODY);
  try {
    await work();
  } finally {
    nameProcess(pid);
  }
}

/** Starts a peer on the disk: no repair, nothing of what was promised is missing, and life goes on. */
async function check({ path, marks, index }: LossCase<Promised>): Promise<void> {
  const dataFolder = join(path, 'data');
  const peer = await openPeer(dataFolder, { threads, isAlone: true });
  const promised = promisedBy(marks);
  const accountIds = peer.accounts.list().map(({ accountId }) => accountId);
  expect(accountIds).toEqual(expect.arrayContaining(promised.accounts));
  if (accountIds.length === 0) {
    await peer.accounts.create({ displayName: 'Alice', deviceName: 'a' });
  }
  const account = peer.account();
  const conversationIds = account.getConversations().map(({ id }) => String(id));
  for (const id of promised.gone) expect(conversationIds).not.toContain(id);
  for (const [id, bodies] of promised.conversations) {
    expect(await bodiesIn(peer, id)).toMatchObject(bodies);
  }
  const eventIds = eventIdsOf(peer);
  expect(eventIds).toEqual([...new Set(eventIds)].sort((a, b) => a - b));

  for (const id of promised.leaving) {
    if (conversationIds.includes(id)) await account.removeConversation(id);
  }
  await account.startConversation({ mode: 2 });
  const writable = account.getConversations().filter(({ syncing }) => !syncing);
  for (const { id } of writable) {
    const sent = await account.sendMessage(id, { body: 'on it goes' });
    expect((await bodiesIn(peer, id))[sent]).toBe('on it goes');
  }
  await peer.close();
  for (const { id } of writable) {
    const repository = join(dataFolder, account.info.accountId, 'conversations', id);
    expect(await (await GitStore.open(repository)).scrub()).toEqual([]);
    if (index % JUDGE_EVERY === 0) await expectValid(repository);
  }
}

/**
 * What has to be there: conversations with bodies by id of message. A clone that is not ready was not promised yet,
 * and one that is being left is nobody's any more.
 */
function promisedBy(marks: readonly Promised[]) {
  const accounts: string[] = [];
  const bodies = new Map<string, Record<string, string>>();
  const there = new Set<string>();
  const leaving = new Set<string>();
  const gone = new Set<string>();
  for (const mark of marks) {
    if (mark.kind === 'account') {
      accounts.push(mark.accountId);
      continue;
    }
    const { conversationId } = mark;
    if (mark.kind === 'conversation') there.add(conversationId);
    if (mark.kind === 'leaving' && there.delete(conversationId)) leaving.add(conversationId);
    if (mark.kind === 'gone') gone.add(conversationId);
    if (mark.kind === 'message') {
      bodies.set(conversationId, { ...bodies.get(conversationId), [mark.id]: mark.body });
    }
  }
  const conversations = new Map([...there].map((id) => [id, bodies.get(id) ?? {}]));
  return { accounts, conversations, leaving, gone };
}

/** Bodies of a conversation by the ids of their messages. */
async function bodiesIn(peer: PeerInProcess, id: string): Promise<Record<string, string>> {
  const messages = await peer.account().loadConversation(id, { n: 1000 });
  return Object.fromEntries(messages.map((message) => [message.id, message.fields['body'] ?? '']));
}

/** Reads every event that is kept. */
function eventIdsOf({ events, accounts }: PeerInProcess): readonly number[] {
  const accountId = accounts.list()[0]?.accountId;
  return accountId === undefined ? [] : events.kept(accountId, 0, 10_000).map(({ id }) => id);
}

async function expectValid(repository: string): Promise<void> {
  const said: string[] = [];
  const io = { out: (line: string) => said.push(line), err: (line: string) => said.push(line) };
  expect(await verifyCommand([repository], io), said.join('\n')).toBe(0);
  expect(fsck(repository)).toBe('');
}

function lineOf({ operations, cases, distinct }: LossReport): string {
  return `n = 0 to ${operations}: ${cases} power losses, ${distinct} different disks`;
}
