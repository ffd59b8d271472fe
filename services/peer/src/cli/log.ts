import { defineCommand, UsageError } from './command.ts';
import { messageLine } from './message-line.ts';
import { resolveConversation } from './naming.ts';

const PAGE = 500;

/** `covey log`: the newest messages of a conversation, oldest first, one per line. */
export const log = defineCommand({
  name: 'log',
  usage: 'CONVERSATION [--limit N]',
  summary: 'show the newest messages, 50 unless told otherwise',
  options: { limit: { type: 'string' } },
  positionals: [1, 1],
  run: async ([named = ''], { limit = '50' }, context) => {
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
    context.print(
      messages,
      messages.flatMap((message) => messageLine(message, reader) ?? []),
    );
    return 0;
  },
});
