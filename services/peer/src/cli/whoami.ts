import { defineCommand } from './command.ts';
import { lockedHint } from './hints.ts';
import { safeText } from './safe-text.ts';

/** `covey whoami`: everything about one account, one fact per line. */
export const whoami = defineCommand({
  name: 'whoami',
  summary: 'show name, URI, device, keys and addresses of the account',
  run: async (_, __, { account, print, hint }) => {
    const info = await account();
    print(info, [
      `name     ${safeText(info.displayName)}`,
      `uri      ${info.uri}`,
      `account  ${info.accountId}`,
      `device   ${info.deviceId}  ${safeText(info.deviceName)}`,
      `keys     ${info.hasPassphrase ? `under a passphrase${info.locked ? ', locked' : ''}` : 'in clear'}`,
      ...info.addresses.map((address) => `address  ${safeText(address)}`),
    ]);
    const locked = lockedHint([info]);
    if (locked !== undefined) hint(locked);
    return 0;
  },
});
