import { defineCommand } from './command.ts';
import { lockedHint } from './hints.ts';
import { safeText } from './safe-text.ts';

/** `covey accounts`: one account per line. */
export const accounts = defineCommand({
  name: 'accounts',
  summary: 'list the accounts of the daemon',
  run: async (_, __, { peer, print, hint }) => {
    const list = await peer.call('listAccounts', {});
    print(
      list,
      list.map(
        ({ accountId, uri, displayName, locked }) =>
          `${accountId}  ${uri}  ${safeText(displayName)}${locked ? '  (locked)' : ''}`,
      ),
    );
    if (list.length === 0) hint('covey init makes one');
    const locked = lockedHint(list);
    if (locked !== undefined) hint(locked);
    return 0;
  },
});
