import { parseAccountUri } from '@covey/identity';
import { type CommandRun, covey } from './command-line.ts';
import { startStage } from './stage.ts';

export const BOB = 'b0b0000000000000000000000000000000000b0b';
export const REQUEST = 'c0ffee0000000000000000000000000000000001';

/** Alice, alone in a conversation called garden, and an invitation that waits; `run` types commands for her. */
export async function startGarden() {
  const stage = await startStage();
  const account = stage.accounts.add('alice');
  const conversationId = await account.startConversation({ mode: 2, title: 'garden' });
  account.requests.push({ id: REQUEST, from: BOB, received: '1700000000', title: 'picnic' });
  const run = (...argv: string[]) => covey(stage.dataFolder, argv);
  return { ...stage, account, conversationId, run };
}

/** What a command printed last. */
export function last(run: CommandRun): string {
  return run.out.at(-1) ?? '';
}

/** The garden with two more admins, and a member. */
export async function startCouncil() {
  const garden = await startGarden();
  const { account, conversationId } = garden;
  const members = account.conversations.get(conversationId)?.members ?? [];
  const as = (uri: string, role: 'admin' | 'member') =>
    members.push({ uri: parseAccountUri(uri), role, lastDisplayed: '' });
  as('aaaa000000000000000000000000000000000001', 'admin');
  as('aaab000000000000000000000000000000000001', 'admin');
  as(BOB, 'member');
  const votes = account.conversations.get(conversationId)?.votes;
  const another = (action: string, target = BOB) =>
    votes
      ?.get(`${action} ${target}`)
      ?.add(parseAccountUri('aaaa000000000000000000000000000000000001'));
  return { ...garden, another };
}
