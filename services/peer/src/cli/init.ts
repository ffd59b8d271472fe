import { hostname, userInfo } from 'node:os';
import { askNewPassphrase } from './ask-passphrase.ts';
import { defineCommand, UsageError } from './command.ts';
import { safeText } from './safe-text.ts';

/** `covey init`: makes an account on the running daemon, or becomes a further device of one. */
export const init = defineCommand({
  name: 'init',
  usage: '[--name NAME] [--device-name NAME] [--link CODE] [--passphrase]',
  summary: 'make an account, or with --link become a further device of one',
  details: [
    'NAME is your login name unless you say otherwise, the name of the device that of this machine.',
    'CODE is what `covey device add` prints on a device that has the account already.',
    'With --passphrase you are asked for one that the keys on this disk are put under; from a pipe it is the first line of standard input.',
  ],
  options: {
    name: { type: 'string' },
    'device-name': { type: 'string' },
    link: { type: 'string' },
    passphrase: { type: 'boolean' },
  },
  run: async (_, values, { peer, io, print, hint }) => {
    const { name, 'device-name': deviceName = hostname(), link } = values;
    if (link !== undefined && name !== undefined) {
      throw new UsageError('a further device takes the name of its account: --link without --name');
    }
    // Before anybody types a secret for nothing.
    if (values.passphrase) await peer.daemon();
    const how = {
      deviceName,
      ...(values.passphrase ? { passphrase: await askNewPassphrase(io) } : {}),
    };
    const account =
      link === undefined
        ? await peer.call('createAccount', { displayName: name ?? loginName(), ...how })
        : await peer.call('linkAccount', { code: link, ...how });
    print(account, [account.uri]);
    if (link === undefined) {
      hint(
        `this is the URI of ${safeText(account.displayName)}: give it to whoever wants to invite you`,
      );
      hint('covey new TITLE starts a conversation, covey requests shows who invited you');
    } else {
      hint('covey conversations lists what the other devices bring');
    }
    return 0;
  },
});

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in the password file, as containers have.
    return 'me';
  }
}
