import { defineCommand } from './command.ts';
import { safeText } from './safe-text.ts';

/** `covey device add`: prints the one-time code by which a new device joins the account. */
export const deviceAdd = defineCommand({
  name: 'device add',
  summary: 'print a one-time code for a further device',
  run: async (_, __, { peer, account, print, hint }) => {
    const { accountId } = await account();
    const { code, expires } = await peer.call('addDevice', { accountId });
    print({ code, expires }, [code]);
    hint(`on the new device: covey init --link CODE, until ${expires}`);
    return 0;
  },
});

/** `covey device list`: one device per line. */
export const deviceList = defineCommand({
  name: 'device list',
  summary: 'list the devices of the account',
  run: async (_, __, { peer, account, print }) => {
    const { accountId } = await account();
    const list = await peer.call('getDevices', { accountId });
    print(
      list,
      list.map(
        ({ deviceId, name, thisDevice }) =>
          `${deviceId}  ${safeText(name)}${thisDevice ? '  (this device)' : ''}`,
      ),
    );
    return 0;
  },
});
