import { defineCommand, NotFound } from './command.ts';
import { findRequest } from './naming.ts';

/** `covey decline`: turns an invitation down. */
export const decline = defineCommand({
  name: 'decline',
  usage: 'ID',
  summary: 'decline an invitation',
  positionals: [1, 1],
  run: async ([named = ''], _, context) => {
    const { accountId } = await context.account();
    const conversationId = await findRequest(context, named);
    if (conversationId === undefined) {
      throw new NotFound('no such request', 'covey requests lists them');
    }
    await context.peer.call('declineConversationRequest', { accountId, conversationId });
    context.print({ conversationId }, [`declined ${conversationId}`]);
    return 0;
  },
});
