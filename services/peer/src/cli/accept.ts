import { defineCommand, NotFound } from './command.ts';
import { findRequest } from './naming.ts';

/** `covey accept`: takes an invitation, or presents a link, and prints the id of the conversation. */
export const accept = defineCommand({
  name: 'accept',
  usage: 'ID|LINK',
  summary: 'accept an invitation or an invitation link',
  details: ['`covey watch --until ConversationReady` waits until the conversation is here.'],
  positionals: [1, 1],
  run: async ([named = ''], _, context) => {
    const { peer, account, print } = context;
    const { accountId } = await account();
    const conversationId = await findRequest(context, named);
    if (conversationId !== undefined) {
      await peer.call('acceptConversationRequest', { accountId, conversationId });
      print({ conversationId }, [conversationId]);
      return 0;
    }
    // Every link has a scheme; no id has a colon.
    if (!named.includes(':')) throw new NotFound('no such request', 'covey requests lists them');
    const joined = await peer.call('acceptInvitationLink', { accountId, link: named });
    print(joined, [joined.conversationId]);
    return 0;
  },
});
