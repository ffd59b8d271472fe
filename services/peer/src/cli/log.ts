import { defineCommand, UsageError } from './command.ts';
import { conversationLines } from './message-line.ts';
import { resolveConversation } from './naming.ts';

const PAGE = 500;

/** `covey log`: the newest messages of a conversation, oldest first, one per line. */
export const log = defineCommand({
  name: 'log',
  usage: 'CONVERSATION [--limit N] [--void]',
  summary: 'show the newest messages, 50 unless told otherwise',
  details: [
    'A message that has no effect, mostly because its author was removed apart from it, is not shown but counted; with --void it is shown, with the reason.',
    '(late) came after messages that stand behind it. A ? behind the time: it claims to be older than what it was written after.',
  ],
  options: { limit: { type: 'string' }, void: { type: 'boolean' } },
  positionals: [1, 1],
  run: async ([named = ''], { limit = '50', void: showVoid = false }, context) => {
    if (!/^[1-9][0-9]{0,8}$/.test(limit)) throw new UsageError('--limit takes a number above 0');
    const { peer, io } = context;
    const account = await context.account();
    const conversationId = await resolveConversation(context, named);
    const ask = { accountId: account.accountId, conversationId };
    const messages = await peer.call('loadConversation', {
      ...ask,
      n: Math.min(Number(limit), PAGE),
    });
    while (messages.length < Number(limit)) {
      const [oldest] = messages;
      if (!oldest) break;
      const n = Math.min(Number(limit) - messages.length, PAGE);
      const older = await peer.call('loadConversation', { ...ask, from: oldest.id, n });
      if (older.length === 0) break;
      messages.unshift(...older);
    }
    const reader = { account, timeZone: io.timeZone };
    context.print(messages, conversationLines(messages, reader, { showVoid }));
    return 0;
  },
});
