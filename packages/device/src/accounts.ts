import { readDeviceLink } from '@covey/account';
import { toHex } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { AccountRuntime } from './account-runtime.ts';
import type { Account, AccountInfo, Accounts } from './api.ts';
import { readBundle } from './device-bundle.ts';
import { LocalAccount } from './local-account.ts';
import type { AccountFolder, DevicePorts, Papers } from './ports.ts';
import { makePapers, writerOf } from './writer.ts';

/** All accounts of one daemon, fully apart from each other. */
export class DeviceAccounts implements Accounts {
  readonly #ports: DevicePorts;
  readonly #running = new Map<string, AccountRuntime>();

  private constructor(ports: DevicePorts) {
    this.#ports = ports;
  }

  /** Starts every account that the household has. */
  static async start(ports: DevicePorts): Promise<DeviceAccounts> {
    const accounts = new DeviceAccounts(ports);
    for (const folder of await ports.household.accounts()) await accounts.#run(folder);
    return accounts;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map((account) => account.close()));
    this.#running.clear();
  }

  list(): readonly AccountInfo[] {
    return [...this.#running.values()].map(({ info }) => info);
  }

  account(accountId: string): Account {
    const account = this.#running.get(accountId);
    if (!account) throw new CoveyError('ACCOUNT_NOT_FOUND', `no account ${accountId}`);
    return new LocalAccount(account);
  }

  async create(names: { displayName: string; deviceName: string }): Promise<AccountInfo> {
    return this.#add(await makePapers(names, this.#ports));
  }

  async link({ code, deviceName }: { code: string; deviceName: string }): Promise<AccountInfo> {
    const link = readDeviceLink(code);
    const { keys, linkOverNetwork } = this.#ports;
    const device = keys.make();
    const request = { codeProof: link.secret, publicKey: device.signer.publicKey.spki, deviceName };
    let failure: unknown = new CoveyError('PEER_UNREACHABLE', 'the code names no address');
    for (const address of link.addresses) {
      try {
        const response = await linkOverNetwork(address, link.device, request);
        const bundle = readBundle(response.bundle);
        const info = await this.#add({
          chainPem: response.accountChainPem,
          devicePem: response.deviceCertificatePem,
          devicePkcs8: device.pkcs8,
          ...bundle,
          deviceName,
        });
        const account = this.#running.get(info.accountId);
        await account?.update((book) => book.met(link.device, link.from, link.addresses));
        account?.peering.dialKnown();
        return info;
      } catch (reason) {
        failure = reason;
        if (!CoveyError.is(reason, 'PEER_UNREACHABLE')) break;
      }
    }
    throw failure;
  }

  async #add(papers: Papers): Promise<AccountInfo> {
    // Papers that don't fit together are found before anything is on disk.
    await writerOf(papers, this.#ports);
    const accountId = toHex(this.#ports.keys.random(8));
    return (await this.#run(await this.#ports.household.create(accountId, papers))).info;
  }

  async #run(folder: AccountFolder): Promise<AccountRuntime> {
    const papers = await folder.papers();
    const identity = await writerOf(papers, this.#ports);
    const account = await AccountRuntime.start(folder, { papers, ...identity }, this.#ports);
    this.#running.set(folder.accountId, account);
    return account;
  }
}
