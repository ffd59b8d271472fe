import { CoveyError } from '@covey/errors';
import { askNewPassphrase } from './ask-passphrase.ts';
import { defineCommand, NotFound } from './command.ts';

/** `covey passphrase`: puts the keys of an account under a passphrase, another one, or none. */
export const passphrase = defineCommand({
  name: 'passphrase',
  usage: '[--remove]',
  summary: 'set or change the passphrase that the keys are under, or with --remove lift it',
  details: [
    'Asks for the present passphrase, if there is one, then for the new one. From a pipe, each is a line of standard input.',
    'It protects the keys on a disk that is stolen or copied, not conversations, and not while the account runs: `docs/operator/passphrase.md`.',
    'Nobody can tell a passphrase that was forgotten.',
  ],
  options: { remove: { type: 'boolean' } },
  run: async (_, { remove = false }, { peer, account, io, print }) => {
    const { accountId, locked, hasPassphrase } = await account();
    // Before anybody types a secret for nothing.
    if (locked) throw new CoveyError('ACCOUNT_LOCKED', 'the account is locked');
    if (remove && !hasPassphrase) throw new NotFound('the account has no passphrase');
    const current = hasPassphrase ? { current: await io.secrets.line('Present passphrase: ') } : {};
    const next = remove ? {} : { next: await askNewPassphrase(io) };
    const info = await peer.call('changeAccountPassphrase', { accountId, ...current, ...next });
    print(info, [remove ? 'removed' : hasPassphrase ? 'changed' : 'set']);
    return 0;
  },
});
