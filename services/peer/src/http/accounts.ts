import { Type } from 'typebox';
import { type Passphrase, parsePassphrase } from '@covey/device';
import { daemonOperation } from './operation.ts';
import { AccountId, AccountInfo, Link, Name, PassphraseText } from './schemas.ts';

/** The accounts of this daemon: list, make, become a further device of one, lock and unlock. */
export const accountOperations = [
  daemonOperation({
    name: 'listAccounts',
    summary: 'All accounts of this daemon, locked ones too',
    method: 'GET',
    path: '/accounts',
    params: {},
    result: Type.Array(AccountInfo),
    run: (accounts) => accounts.list(),
  }),
  daemonOperation({
    name: 'createAccount',
    summary: 'Makes an account with its first device; answers when its keys are on disk',
    method: 'POST',
    path: '/accounts',
    params: { displayName: Name, deviceName: Name, passphrase: Type.Optional(PassphraseText) },
    result: AccountInfo,
    run: (accounts, { passphrase, ...names }) =>
      accounts.create({ ...names, passphrase: toldPassphrase(passphrase) }),
  }),
  daemonOperation({
    name: 'linkAccount',
    summary: 'Makes this a further device of an account, by the one-time code of `addDevice`',
    method: 'POST',
    path: '/accounts/link',
    params: { code: Link, deviceName: Name, passphrase: Type.Optional(PassphraseText) },
    result: AccountInfo,
    run: (accounts, { passphrase, ...options }) =>
      accounts.link({ ...options, passphrase: toldPassphrase(passphrase) }),
  }),
  daemonOperation({
    name: 'accountInfo',
    summary: 'Names, ids and addresses of one account, locked or not',
    method: 'GET',
    path: '/accounts/:accountId',
    params: { accountId: AccountId },
    result: AccountInfo,
    run: (accounts, { accountId }) => accounts.info(accountId),
  }),
  daemonOperation({
    name: 'unlockAccount',
    summary: 'Opens the keys of a locked account and runs it; leaves alone one that runs',
    method: 'POST',
    path: '/accounts/:accountId/unlock',
    params: { accountId: AccountId, passphrase: PassphraseText },
    result: AccountInfo,
    run: (accounts, { accountId, passphrase }) =>
      accounts.unlock(accountId, parsePassphrase(passphrase)),
  }),
  daemonOperation({
    name: 'changeAccountPassphrase',
    summary:
      'Puts the keys under another passphrase, or without `next` under none; answers when no other form is left on disk',
    method: 'POST',
    path: '/accounts/:accountId/passphrase',
    params: {
      accountId: AccountId,
      current: Type.Optional(PassphraseText),
      next: Type.Optional(PassphraseText),
    },
    result: AccountInfo,
    run: (accounts, { accountId, current, next }) =>
      accounts.changePassphrase(accountId, {
        current: toldPassphrase(current),
        next: toldPassphrase(next),
      }),
  }),
];

/** An empty text is refused rather than taken for none: keys are never in clear by mistake. */
function toldPassphrase(text: string | undefined): Passphrase | undefined {
  return text === undefined ? undefined : parsePassphrase(text);
}
