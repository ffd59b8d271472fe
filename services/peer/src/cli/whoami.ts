import { defineCommand } from './command.ts';
import { safeText } from './safe-text.ts';

/** `covey whoami`: everything about one account, one fact per line. */
export const whoami = defineCommand({
  name: 'whoami',
  summary: 'show name, URI, device and addresses of the account',
  run: async (_, __, { account, print }) => {
    const info = await account();
    print(info, [
      `name     ${safeText(info.displayName)}`,
      `uri      ${info.uri}`,
      `account  ${info.accountId}`,
      `device   ${info.deviceId}  ${safeText(info.deviceName)}`,
      ...info.addresses.map((address) => `address  ${safeText(address)}`),
    ]);
    return 0;
  },
});
