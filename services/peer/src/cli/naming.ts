import type { AccountInfo, ConversationSummary, Message } from '@covey/device';
import type { PeerClient } from '../client.ts';
import { type CommandContext, NotFound, UsageError } from './command.ts';

const SHORTEST_PREFIX = 4;
const FULL_ID = /^[0-9a-f]{40}$/;
/** How far back a message can be named by the beginning of its id. */
const NAMEABLE_MESSAGES = 500;

/** The account that `--account` names by name, id or URI; the only one if nothing was said. */
export async function resolveAccount(
  peer: PeerClient,
  named: string | undefined,
): Promise<AccountInfo> {
  const accounts = await peer.call('listAccounts', {});
  if (accounts.length === 0) throw new NotFound('no account here yet', 'covey init makes one');
  if (named !== undefined) {
    const candidates = accounts.map((account) => ({
      item: account,
      id: account.accountId,
      names: [account.uri, account.displayName],
    }));
    return pick('account', named, candidates, 'covey accounts lists them');
  }
  const [only, second] = accounts;
  if (only === undefined || second !== undefined) {
    throw new UsageError('several accounts are here', 'say which with --account NAME');
  }
  return only;
}

/** The id behind a title or the beginning of an id. */
export async function resolveConversation(
  { peer, account }: CommandContext,
  named: string,
): Promise<string> {
  if (FULL_ID.test(named)) return named;
  const { accountId } = await account();
  const conversations: readonly ConversationSummary[] = await peer.call('getConversations', {
    accountId,
  });
  const candidates = conversations.map(({ id, title }) => ({ item: id, id, names: [title] }));
  return pick('conversation', named, candidates, 'covey conversations lists them');
}

/** The id of an invitation behind its title or the beginning of its id; `undefined` if there is none. */
export async function findRequest(
  { peer, account }: CommandContext,
  named: string,
): Promise<string | undefined> {
  const { accountId } = await account();
  const requests = await peer.call('getConversationRequests', { accountId });
  const candidates = requests.map(({ id, title = '' }) => ({ item: id, id, names: [title] }));
  return matches('request', named, candidates);
}

/** The id of one of the newest messages behind the beginning of an id. */
export async function resolveMessage(
  { peer, account }: CommandContext,
  conversationId: string,
  named: string,
): Promise<string> {
  if (FULL_ID.test(named)) return named;
  const { accountId } = await account();
  const page: readonly Message[] = await peer.call('loadConversation', {
    accountId,
    conversationId,
    n: NAMEABLE_MESSAGES,
  });
  const candidates = page.flatMap(({ id, reactions }) => [
    { item: id, id, names: [] },
    ...reactions.map((reaction) => ({ item: reaction.id, id: reaction.id, names: [] })),
  ]);
  return pick('message', named, candidates, 'the full id works for older ones');
}

const FULL_DEVICE_ID = /^[0-9a-f]{64}$/;

/** The account or device of a conversation behind the beginning of its id. Claimed names name nobody here. */
export async function resolveWho(
  { peer, account }: CommandContext,
  conversationId: string,
  named: string,
): Promise<string> {
  if (FULL_ID.test(named) || FULL_DEVICE_ID.test(named)) return named;
  const { accountId } = await account();
  const members = await peer.call('getConversationMembers', { accountId, conversationId });
  const ids = members.flatMap(({ uri, devices = [], bannedDevices = [] }) => [
    ...[uri, ...devices, ...bannedDevices],
  ]);
  const candidates = ids.map((id) => ({ item: id, id, names: [] }));
  return pick('member or device', named, candidates, 'covey members lists them by their ids');
}

/** What `covey explain` can be asked about: a member, a device, or one of the newest messages. */
export async function resolveSubject(
  context: CommandContext,
  conversationId: string,
  named: string,
): Promise<string> {
  if (FULL_ID.test(named) || FULL_DEVICE_ID.test(named)) return named;
  const { peer } = context;
  const { accountId } = await context.account();
  const asked = { accountId, conversationId };
  const members = await peer.call('getConversationMembers', asked);
  const page = await peer.call('loadConversation', { ...asked, n: NAMEABLE_MESSAGES });
  const ids: string[] = [
    ...members.flatMap(({ uri, devices = [], bannedDevices = [] }) => [
      ...[uri, ...devices, ...bannedDevices],
    ]),
    ...page.flatMap(({ id, reactions, editions }) => [
      id,
      ...[...reactions, ...editions].map((each) => each.id),
    ]),
  ];
  const candidates = [...new Set(ids)].map((id) => ({ item: id, id, names: [] }));
  return pick('commit, member or device', named, candidates, 'the full id works for older commits');
}

/** A device of the account, by its name or the beginning of its id. */
export async function resolveOwnDevice(
  { peer, account }: CommandContext,
  named: string,
): Promise<string> {
  const { accountId } = await account();
  const devices = await peer.call('getDevices', { accountId });
  const candidates = devices.map(({ deviceId, name }) => ({
    ...{ item: deviceId as string, id: deviceId, names: [name] },
  }));
  return pick('device', named, candidates, 'covey device list lists them');
}

interface Candidate<T> {
  readonly item: T;
  /** Its beginning is a name too. */
  readonly id: string;
  readonly names: readonly string[];
}

function pick<T>(
  what: string,
  named: string,
  candidates: readonly Candidate<T>[],
  hint: string,
): T {
  const found = matches(what, named, candidates);
  if (found === undefined) throw new NotFound(`no such ${what}`, hint);
  return found;
}

/** A whole name goes before the beginning of an id, or a title could never be told from an id. */
function matches<T>(what: string, named: string, candidates: readonly Candidate<T>[]) {
  const exact = candidates.filter(
    ({ id, names }) => named !== '' && [id, ...names].includes(named),
  );
  const isPrefix = named.length >= SHORTEST_PREFIX && /^[0-9a-f]+$/.test(named);
  const found =
    exact.length > 0 ? exact : candidates.filter(({ id }) => isPrefix && id.startsWith(named));
  const distinct = new Set(found.map(({ item }) => item));
  if (distinct.size > 1) {
    throw new NotFound(`more than one ${what} is called that`, 'use more digits of the id');
  }
  return found[0]?.item;
}
