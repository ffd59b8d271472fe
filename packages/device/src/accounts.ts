import { readDeviceLink } from '@covey/account';
import { toHex } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import type { Account, AccountInfo, Accounts, PassphraseChange } from './api.ts';
import { readBundle } from './device-bundle.ts';
import { LocalAccount } from './local-account.ts';
import type { Passphrase } from './passphrase.ts';
import type { DevicePorts, Papers } from './ports.ts';
import { Resident } from './resident.ts';
import { makePapers, writerOf } from './writer.ts';

/** All accounts of one daemon, fully apart from each other. */
export class DeviceAccounts implements Accounts {
  readonly #ports: DevicePorts;
  readonly #residents = new Map<string, Resident>();

  private constructor(ports: DevicePorts) {
    this.#ports = ports;
  }

  /**
   * Starts every account that the household has. What is under a passphrase stays locked, unless
   * `passphrase` opens it.
   */
  static async start(
    ports: DevicePorts,
    { passphrase }: { passphrase?: Passphrase | undefined } = {},
  ): Promise<DeviceAccounts> {
    const accounts = new DeviceAccounts(ports);
    for (const folder of await ports.household.accounts()) {
      const resident = await Resident.of(folder, ports);
      accounts.#residents.set(folder.accountId, resident);
      if (!resident.info.hasPassphrase) await resident.run();
      else if (passphrase !== undefined) await accounts.#tryToUnlock(resident, passphrase);
    }
    return accounts;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#residents.values()].map((resident) => resident.close()));
    this.#residents.clear();
  }

  list(): readonly AccountInfo[] {
    return [...this.#residents.values()].map(({ info }) => info);
  }

  info(accountId: string): AccountInfo {
    return this.#resident(accountId).info;
  }

  account(accountId: string): Account {
    const resident = this.#resident(accountId);
    return new LocalAccount(resident.runtime, () => resident.info);
  }

  async unlock(accountId: string, passphrase: Passphrase): Promise<AccountInfo> {
    return this.#resident(accountId).unlock(passphrase);
  }

  async changePassphrase(accountId: string, change: PassphraseChange): Promise<AccountInfo> {
    return this.#resident(accountId).changePassphrase(change);
  }

  async create({ passphrase, ...names }: Parameters<Accounts['create']>[0]): Promise<AccountInfo> {
    return (await this.#add(await makePapers(names, this.#ports), passphrase)).info;
  }

  async link({
    code,
    deviceName,
    passphrase,
  }: Parameters<Accounts['link']>[0]): Promise<AccountInfo> {
    const link = readDeviceLink(code);
    const { keys, linkOverNetwork } = this.#ports;
    const device = keys.make();
    const request = { codeProof: link.secret, publicKey: device.signer.publicKey.spki, deviceName };
    let failure: unknown = new CoveyError('PEER_UNREACHABLE', 'the code names no address');
    for (const address of link.addresses) {
      try {
        const response = await linkOverNetwork(address, link.device, request);
        const bundle = readBundle(response.bundle);
        const papers = {
          chainPem: response.accountChainPem,
          devicePem: response.deviceCertificatePem,
          devicePkcs8: device.pkcs8,
          ...bundle,
          deviceName,
        };
        const resident = await this.#add(papers, passphrase);
        const account = resident.runtime;
        await account.update((book) => book.met(link.device, link.from, link.addresses));
        account.peering.dialKnown();
        return resident.info;
      } catch (reason) {
        failure = reason;
        if (!CoveyError.is(reason, 'PEER_UNREACHABLE')) break;
      }
    }
    throw failure;
  }

  async #add(papers: Papers, passphrase: Passphrase | undefined): Promise<Resident> {
    // Papers that don't fit together are found before anything is on disk.
    await writerOf(papers, this.#ports);
    const accountId = toHex(this.#ports.keys.random(8));
    const folder = await this.#ports.household.create(accountId, papers, passphrase);
    const resident = await Resident.of(folder, this.#ports);
    await resident.run(papers);
    this.#residents.set(accountId, resident);
    return resident;
  }

  async #tryToUnlock(resident: Resident, passphrase: Passphrase): Promise<void> {
    try {
      await resident.unlock(passphrase);
    } catch (reason) {
      if (!CoveyError.is(reason, 'PASSPHRASE_WRONG')) throw reason;
      const { accountId: account } = resident.info;
      this.#ports.log.warn(
        { account },
        'the passphrase of the settings does not open this account',
      );
    }
  }

  #resident(accountId: string): Resident {
    const resident = this.#residents.get(accountId);
    if (resident) return resident;
    throw new CoveyError('ACCOUNT_NOT_FOUND', `no account ${accountId}`);
  }
}
