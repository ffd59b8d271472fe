import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Account, AccountEvent, Message } from '@covey/device';
import { invariant } from '@covey/errors';
import { GitStore } from '@covey/git-store';
import type { Threads } from '../src/accounts/threads.ts';
import { whenFolderShows } from '../src/cli/watch-folder.ts';
import { openPeer, type PeerInProcess } from './peer-in-process.ts';
import { temporaryFolder } from './stage.ts';

/** What the API has promised to somebody; `gone` is a conversation that was left, `leaving` one that it was asked to leave. */
export type Promised =
  | { readonly kind: 'account'; readonly accountId: string }
  | { readonly kind: 'conversation' | 'leaving' | 'gone'; readonly conversationId: string }
  | {
      readonly kind: 'message';
      readonly conversationId: string;
      readonly id: string;
      readonly body: string;
    };

type Mark = (promised: Promised) => void;

const CONCURRENT_SENDS = 64;
const MOST_ROUNDS = 20;
const WAIT_MS = 30_000;

/**
 * All that a peer does to its disk: an account is made, messages are sent and fetched, heads concur and are merged,
 * packs are made, conversations are cloned and left. Everything that Alice was promised is told to `mark`.
 */
export async function live(dataFolder: string, threads: Threads, mark: Mark): Promise<void> {
  const opened = vi.spyOn(GitStore, 'open');
  // As `covey up --detach` does.
  await mkdir(dataFolder);
  const alice = await openPeer(dataFolder, { threads });
  const bob = await openPeer(join(await temporaryFolder(), 'bob'), { threads });
  try {
    const { accountId } = await alice.accounts.create({ displayName: 'Alice', deviceName: 'a' });
    mark({ kind: 'account', accountId });
    alice.events.subscribe(accountId, 0, (event) => markReceived(event, mark));
    await bob.accounts.create({ displayName: 'Bob', deviceName: 'b' });

    const own = await startsConversation(alice.account(), mark);
    await says(alice.account(), own, 'alone', mark);
    await joins(bob, own, alice);
    const many = Array.from({ length: CONCURRENT_SENDS }, (_, n) => `at once ${n}`);
    await Promise.all(many.map((body) => says(alice.account(), own, body, mark)));
    await talkUntilMerged(alice, bob, own, mark);
    const at = opened.mock.calls.findIndex(([path]) => isStoreOf(path, dataFolder, own));
    const store: unknown = await opened.mock.results[at]?.value;
    invariant(store instanceof GitStore, 'the conversation is open');
    await Promise.all([
      store.pack(),
      ...['while', 'packing'].map((body) => says(alice.account(), own, body, mark)),
    ]);

    const foreign = await startsConversation(bob.account(), () => {});
    for (const body of ['before', 'you came']) await says(bob.account(), foreign, body, () => {});
    await joins(alice, foreign, bob);
    mark({ kind: 'conversation', conversationId: foreign });
    await says(bob.account(), foreign, 'welcome', () => {});
    await alice.sees((event) => messageOf(event)?.fields['body'] === 'welcome');
    await leaves(alice.account(), foreign, mark);
    const brief = await startsConversation(alice.account(), mark);
    await leaves(alice.account(), brief, mark);
    await erased(join(dataFolder, accountId, 'conversations'), [foreign, brief]);
  } finally {
    opened.mockRestore();
    await Promise.all([alice.close(), bob.close()]);
  }
}

/** One conversation, and one message after another, without a network. Nothing is closed: whoever lives so is killed. */
export async function liveAlone(dataFolder: string, threads: Threads, mark: Mark): Promise<void> {
  const alice = await openPeer(dataFolder, { threads, isAlone: true });
  const account = await accountOf(alice, mark);
  const [known] = account.getConversations();
  const conversationId = known?.id ?? (await startsConversation(account, mark));
  for (const body of ['one', 'two', 'three']) await says(account, conversationId, body, mark);
}

async function accountOf(alice: PeerInProcess, mark: Mark): Promise<Account> {
  if (alice.accounts.list().length === 0) {
    const { accountId } = await alice.accounts.create({ displayName: 'Alice', deviceName: 'a' });
    mark({ kind: 'account', accountId });
  }
  return alice.account();
}

/** The message that an event brings, if it brings one that a person wrote. */
function messageOf({ name, payload }: AccountEvent): Message | undefined {
  const message = name === 'MessageReceived' ? (payload['message'] as Message) : undefined; // what it carries
  return message?.type === 'text/plain' ? message : undefined;
}

function markReceived(event: AccountEvent, mark: Mark): void {
  const message = messageOf(event);
  if (!message) return;
  const conversationId = String(event.payload['conversationId']);
  const body = message.fields['body'] ?? '';
  mark({ kind: 'message', conversationId, id: message.id, body });
}

async function startsConversation(account: Account, mark: Mark): Promise<string> {
  const conversationId = await account.startConversation({ mode: 2, title: 'Crash' });
  mark({ kind: 'conversation', conversationId });
  return conversationId;
}

async function says(account: Account, conversationId: string, body: string, mark: Mark) {
  const id = await account.sendMessage(conversationId, { body });
  mark({ kind: 'message', conversationId, id, body });
}

async function joins(guest: PeerInProcess, conversationId: string, host: PeerInProcess) {
  const { link } = await host.account().createInvitationLink(conversationId);
  await guest.account().acceptInvitationLink(link);
  await guest.sees(
    ({ name, payload }) =>
      name === 'ConversationReady' && payload['conversationId'] === conversationId,
  );
}

/** Both write at the same time, until one has written upon the heads of both. */
async function talkUntilMerged(
  alice: PeerInProcess,
  bob: PeerInProcess,
  conversationId: string,
  mark: Mark,
): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const last = `bob ${round}`;
    await Promise.all([
      says(alice.account(), conversationId, `alice ${round}`, mark),
      says(bob.account(), conversationId, last, () => {}),
    ]);
    await alice.sees((event) => messageOf(event)?.fields['body'] === last);
    const { heads } = await alice.account().conversationState(conversationId);
    if (heads.length < 2) continue;
    await says(alice.account(), conversationId, 'both heard', mark);
    return;
  }
  throw new Error('two peers never wrote at the same time');
}

async function leaves(account: Account, conversationId: string, mark: Mark): Promise<void> {
  mark({ kind: 'leaving', conversationId });
  await account.removeConversation(conversationId);
  mark({ kind: 'gone', conversationId });
}

/** Resolves when nothing is left of these repositories. */
function erased(folder: string, conversationIds: readonly string[]): Promise<void> {
  return whenFolderShows(folder, AbortSignal.timeout(WAIT_MS), async () => {
    const names = await readdir(folder);
    const left = names.filter((name) => conversationIds.some((id) => name.includes(id)));
    if (left.length > 0) throw new Error(`${left.length} are still there`);
  });
}

function isStoreOf(path: string, dataFolder: string, conversationId: string): boolean {
  return path.startsWith(dataFolder) && path.endsWith(conversationId);
}
