import { defineCommand } from './command.ts';
import { resolveConversation } from './naming.ts';

/** `covey state`: heads and state digest, to compare two devices. */
export const state = defineCommand({
  name: 'state',
  usage: 'CONVERSATION',
  summary: 'show heads, state digest and connected devices',
  details: ['Two devices that hold the same commits print the same digest.'],
  positionals: [1, 1],
  run: async ([named = ''], _, context) => {
    const { accountId } = await context.account();
    const conversationId = await resolveConversation(context, named);
    const found = await context.peer.call('conversationState', { accountId, conversationId });
    context.print(found, [
      `digest     ${found.stateDigest}`,
      `commits    ${found.commits}`,
      ...found.heads.map((head) => `head       ${head}`),
      ...found.connected.map((device) => `connected  ${device}`),
    ]);
    return 0;
  },
});
