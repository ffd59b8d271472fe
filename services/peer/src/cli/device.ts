import { defineCommand } from './command.ts';
import { resolveOwnDevice } from './naming.ts';
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
        ({ deviceId, name, thisDevice, revoked }) =>
          `${deviceId}  ${safeText(name)}${thisDevice ? '  (this device)' : ''}${revoked ? '  (revoked)' : ''}`,
      ),
    );
    return 0;
  },
});

/** `covey device revoke`: disowns a device that was lost or stolen. */
export const deviceRevoke = defineCommand({
  name: 'device revoke',
  usage: 'DEVICE',
  summary: 'disown a lost or stolen device in every conversation',
  details: [
    'DEVICE is its name or the first digits of its id. What it wrote and others took up stays; nothing that it writes from now on counts, and nobody talks with it any more. This cannot be undone: a device that is found again is added anew.',
  ],
  positionals: [1, 1],
  run: async ([named = ''], _, context) => {
    const { accountId } = await context.account();
    const deviceId = await resolveOwnDevice(context, named);
    const answer = await context.peer.call('revokeDevice', { accountId, deviceId });
    const { conversations } = answer;
    const where = `in ${conversations.length} ${conversations.length === 1 ? 'conversation' : 'conversations'}`;
    context.print({ deviceId, ...answer }, [`${deviceId}  revoked ${where}`]);
    return 0;
  },
});
