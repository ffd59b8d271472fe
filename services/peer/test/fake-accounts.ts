import type { AccountInfo, Accounts, EventLog, Passphrase, PassphraseChange } from '@covey/device';
import { CoveyError } from '@covey/errors';
import { FakeAccount } from './fake-account.ts';

/** Accounts without keys, Git or network: they remember what was asked and answer plausibly. */
export class FakeAccounts implements Accounts {
  /** Name of every operation that got this far, oldest first. */
  readonly calls: string[] = [];
  readonly #events: EventLog;
  readonly #accounts = new Map<string, FakeAccount>();

  constructor(events: EventLog) {
    this.#events = events;
  }

  list(): readonly AccountInfo[] {
    this.calls.push('list');
    return [...this.#accounts.values()].map(({ info }) => info);
  }

  info(accountId: string): AccountInfo {
    this.calls.push('info');
    return this.#find(accountId).info;
  }

  async create({ displayName, deviceName, passphrase }: Parameters<Accounts['create']>[0]) {
    this.calls.push('create');
    return this.add(displayName, deviceName, passphrase).info;
  }

  async link({ code, deviceName, passphrase }: Parameters<Accounts['link']>[0]) {
    this.calls.push('link');
    if (code !== 'covey-device:good') {
      throw new CoveyError('LINK_REFUSED', 'the code is wrong, used or expired');
    }
    return this.add('linked', deviceName, passphrase).info;
  }

  async unlock(accountId: string, passphrase: Passphrase) {
    this.calls.push('unlock');
    const account = this.#find(accountId);
    if (account.locked) account.judge(passphrase);
    account.locked = false;
    return account.info;
  }

  async changePassphrase(accountId: string, { current, next }: PassphraseChange) {
    this.calls.push('changePassphrase');
    const account = this.account(accountId);
    account.judge(current);
    account.passphrase = next;
    return account.info;
  }

  account(accountId: string): FakeAccount {
    const account = this.#find(accountId);
    if (account.locked) throw new CoveyError('ACCOUNT_LOCKED', 'the account is locked');
    return account;
  }

  #find(accountId: string): FakeAccount {
    const account = this.#accounts.get(accountId);
    if (!account) throw new CoveyError('ACCOUNT_NOT_FOUND', 'no such account');
    return account;
  }

  add(displayName: string, deviceName = 'laptop', passphrase?: Passphrase): FakeAccount {
    const n = this.#accounts.size + 1;
    const account = new FakeAccount(n, displayName, deviceName, this.#events, this.calls);
    account.passphrase = passphrase;
    this.#accounts.set(account.info.accountId, account);
    return account;
  }
}
