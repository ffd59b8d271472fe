import { defineCommand } from './command.ts';
import { short } from './message-line.ts';
import { resolveConversation } from './naming.ts';
import { safeText } from './safe-text.ts';

/** `covey members`: one member per line, with role and last displayed message. */
export const members = defineCommand({
  name: 'members',
  usage: 'CONVERSATION',
  summary: 'list the members and their roles',
  positionals: [1, 1],
  run: async ([named = ''], _, context) => {
    const { accountId, uri: own } = await context.account();
    const conversationId = await resolveConversation(context, named);
    const list = await context.peer.call('getConversationMembers', { accountId, conversationId });
    context.print(
      list,
      list.map(({ uri, role, lastDisplayed }) =>
        [
          safeText(uri),
          role,
          lastDisplayed === '' ? '' : `read ${short(lastDisplayed)}`,
          uri === own ? '(you)' : '',
        ]
          .filter((part) => part !== '')
          .join('  '),
      ),
    );
    return 0;
  },
});
