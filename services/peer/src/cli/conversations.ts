import { defineCommand } from './command.ts';
import { short } from './message-line.ts';
import { MODES } from './new.ts';
import { safeText } from './safe-text.ts';

/** `covey conversations`: one conversation per line. */
export const conversations = defineCommand({
  name: 'conversations',
  summary: 'list the conversations of the account',
  run: async (_, __, { peer, account, print, hint }) => {
    const { accountId } = await account();
    const list = await peer.call('getConversations', { accountId });
    print(
      list,
      list.map(({ id, mode, title, syncing }) =>
        [short(id), modeName(mode), safeText(title), syncing ? '(syncing)' : '']
          .filter((part) => part !== '')
          .join('  '),
      ),
    );
    if (list.length === 0) hint('covey new TITLE starts one');
    return 0;
  },
});

function modeName(mode: number | undefined): string {
  return Object.keys(MODES).find((name) => MODES[name] === mode) ?? 'unknown';
}
