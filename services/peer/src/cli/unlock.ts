import { defineCommand } from './command.ts';

/** `covey unlock`: opens the keys of an account, which then runs until the daemon stops. */
export const unlock = defineCommand({
  name: 'unlock',
  summary: 'ask for the passphrase of a locked account and run it',
  details: ['From a pipe, the passphrase is the first line of standard input.'],
  run: async (_, __, { peer, account, io, print, hint }) => {
    const info = await account();
    if (!info.locked) {
      print(info, ['unlocked']);
      hint('it was so already');
      return 0;
    }
    const passphrase = await io.secrets.line('Passphrase: ');
    const { accountId } = info;
    print(await peer.call('unlockAccount', { accountId, passphrase }), ['unlocked']);
    return 0;
  },
});
