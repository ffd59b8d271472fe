import { CoveyError } from '@covey/errors';
import { accountUriOf, deviceIdOf, readCertificate, readPem } from '@covey/identity';
import { AccountRuntime } from './account-runtime.ts';
import type { AccountInfo, PassphraseChange } from './api.ts';
import type { Passphrase } from './passphrase.ts';
import type { AccountFolder, DevicePorts, Papers } from './ports.ts';
import { Serial } from './serial.ts';
import { writerOf } from './writer.ts';

/** Each attempt costs memory and a fraction of a second; whoever guesses waits for an answer. */
const MOST_WAITING = 4;

type Facts = Omit<AccountInfo, 'addresses' | 'locked' | 'hasPassphrase'>;

/** One account of the daemon: it runs, or it is locked until somebody tells its passphrase. */
export class Resident {
  readonly #folder: AccountFolder;
  readonly #ports: DevicePorts;
  /** Certificates and names are no secret, so a locked account is known too. */
  readonly #facts: Facts;
  readonly #turns = new Serial();
  #waiting = 0;
  #hasPassphrase: boolean;
  #runtime: AccountRuntime | undefined;
  #isClosed = false;

  private constructor(
    folder: AccountFolder,
    ports: DevicePorts,
    facts: Facts,
    hasPassphrase: boolean,
  ) {
    this.#folder = folder;
    this.#ports = ports;
    this.#facts = facts;
    this.#hasPassphrase = hasPassphrase;
  }

  /** Not running yet. @throws {CoveyError} ACCOUNT_UNREADABLE, CERTIFICATE_MALFORMED */
  static async of(folder: AccountFolder, ports: DevicePorts): Promise<Resident> {
    return new Resident(folder, ports, await factsOf(folder, ports), await folder.isSealed());
  }

  get info(): AccountInfo {
    return {
      ...this.#facts,
      addresses: this.#runtime?.peering.addresses ?? [],
      locked: this.#runtime === undefined,
      hasPassphrase: this.#hasPassphrase,
    };
  }

  /** @throws {CoveyError} ACCOUNT_LOCKED */
  get runtime(): AccountRuntime {
    if (this.#runtime) return this.#runtime;
    throw new CoveyError('ACCOUNT_LOCKED', 'the account is locked');
  }

  /** Runs, with keys that are at hand or in clear. */
  async run(papers?: Papers): Promise<void> {
    const opened = papers ?? (await this.#folder.papers());
    const identity = await writerOf(opened, this.#ports);
    const account = { papers: opened, ...identity };
    this.#runtime = await AccountRuntime.start(this.#folder, account, this.#ports);
  }

  /** Does nothing where the account runs already. */
  unlock(passphrase: Passphrase): Promise<AccountInfo> {
    return this.#inTurn(async () => {
      if (!this.#runtime) await this.run(await this.#folder.papers(passphrase));
      return this.info;
    });
  }

  changePassphrase({ current, next }: PassphraseChange): Promise<AccountInfo> {
    return this.#inTurn(async () => {
      if (!this.#runtime) throw new CoveyError('ACCOUNT_LOCKED', 'the account is locked');
      if (current !== undefined && !this.#hasPassphrase) {
        throw new CoveyError('REQUEST_MALFORMED', 'current: the account has no passphrase');
      }
      await this.#folder.changePassphrase({ current, next });
      this.#hasPassphrase = next !== undefined;
      return this.info;
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#turns.run(async () => this.#runtime?.close());
    this.#runtime = undefined;
  }

  async #inTurn(task: () => Promise<AccountInfo>): Promise<AccountInfo> {
    if (this.#waiting >= MOST_WAITING) {
      throw new CoveyError('RATE_EXCEEDED', 'other attempts at the passphrase are under way');
    }
    this.#waiting += 1;
    try {
      return await this.#turns.run(async () => {
        // Whoever comes last would start what nobody closes any more.
        if (this.#isClosed) throw new CoveyError('SHUTTING_DOWN', 'the daemon is stopping');
        return task();
      });
    } finally {
      this.#waiting -= 1;
    }
  }
}

async function factsOf(folder: AccountFolder, { crypto }: DevicePorts): Promise<Facts> {
  const { chainPem, devicePem, displayName, deviceName } = await folder.openPapers();
  const [account] = readPem(chainPem, 'CERTIFICATE');
  const [device] = readPem(devicePem, 'CERTIFICATE');
  if (!account || !device) {
    throw new CoveyError('CERTIFICATE_MALFORMED', 'the account lacks a certificate');
  }
  return {
    accountId: folder.accountId,
    uri: accountUriOf(readCertificate(account).publicKey, crypto.digests),
    deviceId: deviceIdOf(readCertificate(device).publicKey, crypto.digests),
    displayName,
    deviceName,
  };
}
