import { defineCommand } from './command.ts';
import { resolveConversation } from './naming.ts';

/** `covey leave`: tells the others and forgets the conversation on this account. */
export const leave = defineCommand({
  name: 'leave',
  usage: 'CONVERSATION',
  summary: 'leave a conversation and forget it here',
  details: ['The others keep what was said. Coming back takes a new invitation.'],
  positionals: [1, 1],
  run: async ([named = ''], _, context) => {
    const { accountId } = await context.account();
    const conversationId = await resolveConversation(context, named);
    await context.peer.call('removeConversation', { accountId, conversationId });
    context.print({ conversationId }, [`left ${conversationId}`]);
    return 0;
  },
});
