import { defineCommand } from './command.ts';
import { clockTime, short } from './message-line.ts';
import { safeText } from './safe-text.ts';

/** `covey requests`: invitations that wait for an answer. */
export const requests = defineCommand({
  name: 'requests',
  summary: 'list the invitations that wait for an answer',
  run: async (_, __, { peer, account, print, hint, io }) => {
    const { accountId } = await account();
    const list = await peer.call('getConversationRequests', { accountId });
    print(
      list,
      list.map(({ id, from, received, title = '' }) =>
        [
          short(safeText(id)),
          clockTime(Number(received), io.timeZone),
          `from ${safeText(from)}`,
          safeText(title),
        ]
          .join('  ')
          .trimEnd(),
      ),
    );
    if (list.length > 0) hint('covey accept ID, covey decline ID');
    return 0;
  },
});
