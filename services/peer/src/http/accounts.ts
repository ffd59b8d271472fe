import { Type } from 'typebox';
import { accountOperation, daemonOperation } from './operation.ts';
import { AccountInfo, Link, Name } from './schemas.ts';

/** The accounts of this daemon: list, make, become a further device of one. */
export const accountOperations = [
  daemonOperation({
    name: 'listAccounts',
    summary: 'All accounts of this daemon',
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
    params: { displayName: Name, deviceName: Name },
    result: AccountInfo,
    run: (accounts, options) => accounts.create(options),
  }),
  daemonOperation({
    name: 'linkAccount',
    summary: 'Makes this a further device of an account, by the one-time code of `addDevice`',
    method: 'POST',
    path: '/accounts/link',
    params: { code: Link, deviceName: Name },
    result: AccountInfo,
    run: (accounts, options) => accounts.link(options),
  }),
  accountOperation({
    name: 'accountInfo',
    summary: 'Names, ids and addresses of one account',
    method: 'GET',
    path: '',
    params: {},
    result: AccountInfo,
    run: (account) => account.info,
  }),
];
