import { type CommandContext, defineCommand, UsageError } from './command.ts';
import { short } from './message-line.ts';
import { resolveConversation } from './naming.ts';

/** `covey invite`: invites an account, or makes a link for whoever has it. */
export const invite = defineCommand({
  name: 'invite',
  usage:
    'CONVERSATION URI [--address HOST:PORT]... | CONVERSATION --link | CONVERSATION --revoke LINK',
  summary: 'invite somebody, or with --link print a link that invites whoever has it',
  details: [
    'The invitation is a commit of the conversation. It is delivered at once if a device of theirs can be reached; --address tells where one is. A link works once, and --revoke takes it back; that of a public conversation says where to join, as often as one likes.',
  ],
  options: {
    address: { type: 'string', multiple: true },
    link: { type: 'boolean' },
    revoke: { type: 'string' },
  },
  positionals: [1, 2],
  run: async ([named = '', uri], { address = [], link = false, revoke }, context) => {
    if (revoke !== undefined) {
      if (link || uri !== undefined) throw new UsageError('--revoke takes the link alone');
      return revokeLink(revoke, context);
    }
    if (link === (uri !== undefined)) throw new UsageError('whom? a URI, or --link');
    if (link && address.length > 0) throw new UsageError('a link holds its own addresses');
    const { accountId } = await context.account();
    const conversation = { accountId, conversationId: await resolveConversation(context, named) };
    return uri === undefined
      ? makeLink(conversation, context)
      : inviteAccount({ ...conversation, uri, addresses: address }, context);
  },
});

async function makeLink(
  conversation: { accountId: string; conversationId: string },
  { peer, print, hint }: CommandContext,
): Promise<number> {
  const answer = await peer.call('createInvitationLink', conversation);
  print(answer, [answer.link]);
  hint(
    answer.expires === undefined
      ? 'whoever has it can join, as long as this device is on; they type covey accept LINK'
      : `works once, until ${answer.expires}; they type covey accept LINK`,
  );
  return 0;
}

async function revokeLink(link: string, { peer, account, print }: CommandContext): Promise<number> {
  const { accountId } = await account();
  await peer.call('revokeInvitationLink', { accountId, link });
  print({ link, revoked: true }, ['the link opens nothing any more']);
  return 0;
}

async function inviteAccount(
  invitation: {
    accountId: string;
    conversationId: string;
    uri: string;
    addresses: readonly string[];
  },
  { peer, print, hint }: CommandContext,
): Promise<number> {
  const answer = await peer.call('addConversationMember', invitation);
  const fate = answer.delivered ? 'delivered' : 'not delivered yet';
  print(answer, [`${short(answer.commit)}  invited ${short(invitation.uri)}  ${fate}`]);
  if (!answer.delivered) hint('it is delivered as soon as one of their devices can be reached');
  return 0;
}
