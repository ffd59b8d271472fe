import type { Member } from '@covey/device';
import { type CommandContext, defineCommand, Unconfirmed } from './command.ts';
import { resolveConversation } from './naming.ts';

/** `covey leave`: tells the others and forgets the conversation on this account. */
export const leave = defineCommand({
  name: 'leave',
  usage: 'CONVERSATION [--yes]',
  summary: 'leave a conversation and forget it here',
  details: [
    'The others keep what was said. Coming back takes a new invitation.',
    'The last admin of a group is told what follows first, and leaves with --yes.',
  ],
  options: { yes: { type: 'boolean' } },
  positionals: [1, 1],
  run: async ([named = ''], { yes = false }, context) => {
    const { accountId } = await context.account();
    const conversationId = await resolveConversation(context, named);
    if (!yes) await warnLastAdmin(conversationId, context);
    await context.peer.call('removeConversation', { accountId, conversationId });
    context.print({ conversationId }, [`left ${conversationId}`]);
    return 0;
  },
});

/** BAN-7: a group without an admin never gets one again. */
async function warnLastAdmin(
  conversationId: string,
  { account, peer }: CommandContext,
): Promise<void> {
  const { accountId, uri } = await account();
  const asked = { accountId, conversationId };
  const infos = await peer.call('conversationInfos', asked);
  const members = await peer.call('getConversationMembers', asked);
  // Nobody votes in a conversation of two or in a flat group, admin or not.
  const hasVotes = infos['mode'] !== '0' && infos['flat'] !== 'true' && !infos['syncing'];
  if (!hasVotes || !leavesWithoutAdmin(members, uri)) return;
  const lost = [
    ...(infos['profile'] === 'member' ? [] : ['change the title']),
    ...(infos['mode'] === '1' ? ['invite'] : []),
    'remove or promote anybody',
  ];
  throw new Unconfirmed(
    `you are the last admin: without you nobody can ever again ${lost.join(', or ')}`,
    'covey promote makes another one first; covey leave --yes leaves all the same',
  );
}

function leavesWithoutAdmin(members: readonly Member[], uri: string): boolean {
  const admins = members.filter(({ role }) => role === 'admin');
  const others = members.some((each) => each.uri !== uri && each.role === 'member');
  return others && admins.length === 1 && admins[0]?.uri === uri;
}
