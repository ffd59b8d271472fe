import type { KnownDevice } from '@covey/grpc-api';
import { type DeviceId, isAccountUri, isDeviceId } from '@covey/identity';
import type { AccountContext } from './account-context.ts';
import type { Rights } from './rights.ts';

const MAX_ROSTER = 500;
const MAX_ADDRESSES = 8;
const MAX_NEARBY = 32;

/** Which devices are known, and where; told to and learnt from those that share a conversation. */
export class Roster {
  readonly #account: AccountContext;
  readonly #rights: Rights;
  readonly #heardOf: (deviceId: string, addresses: readonly string[]) => void;
  #nearby: readonly string[] = [];

  constructor(
    account: AccountContext,
    rights: Rights,
    heardOf: (deviceId: string, addresses: readonly string[]) => void,
  ) {
    this.#account = account;
    this.#rights = rights;
    this.#heardOf = heardOf;
  }

  /** What may be told to who shares this conversation: this device, and known devices of its accounts. */
  of(conversationId: string, ownAddresses: readonly string[]): KnownDevice[] {
    const accounts = this.#rights.accountsIn(conversationId);
    const { writer, book } = this.#account;
    const known = Object.entries(book.state.peers)
      .filter(([, { uri }]) => accounts.has(uri))
      .slice(0, MAX_ROSTER)
      .map(([deviceId, { uri, addresses }]) => ({ deviceId, uri, addresses: [...addresses] }));
    return [{ deviceId: writer.deviceId, uri: writer.uri, addresses: [...ownAddresses] }, ...known];
  }

  /** Whether somebody is in the conversation of whom no device is known. */
  lacks(conversationId: string): boolean {
    const { writer, book } = this.#account;
    const known = new Set(Object.values(book.state.peers).map(({ uri }) => uri));
    known.add(writer.uri);
    return [...this.#rights.accountsIn(conversationId)].some((uri) => !known.has(uri));
  }

  /** Hearsay: only good for dialing, where the device has to prove itself. */
  async take(conversationId: string, devices: readonly KnownDevice[]): Promise<void> {
    const accounts = this.#rights.accountsIn(conversationId);
    const { writer } = this.#account;
    const useful = devices.filter(
      ({ deviceId, uri }) =>
        isDeviceId(deviceId) &&
        isAccountUri(uri) &&
        deviceId !== writer.deviceId &&
        (accounts.has(uri) || uri === writer.uri),
    );
    await this.#account.update((book) =>
      useful.reduce(
        (next, { deviceId, uri, addresses }) =>
          next.met(deviceId, uri, addresses.slice(0, MAX_ADDRESSES)),
        book,
      ),
    );
    for (const { deviceId } of useful) this.dial(deviceId);
  }

  async met(deviceId: string, uri: string, addresses: readonly string[]): Promise<void> {
    await this.#account.update((book) =>
      book.met(deviceId, uri, addresses.slice(0, MAX_ADDRESSES)),
    );
    this.dial(deviceId);
  }

  /** Something answers nearby; which device it is shows when the tag fits one that is known. */
  async found(addresses: readonly string[], isDevice: (id: DeviceId) => boolean): Promise<void> {
    this.#nearby = [...new Set([...addresses, ...this.#nearby])].slice(0, MAX_NEARBY);
    for (const [deviceId, { uri }] of Object.entries(this.#account.book.state.peers)) {
      if (isDeviceId(deviceId) && isDevice(deviceId)) await this.met(deviceId, uri, addresses);
    }
  }

  /** Where devices of an account were last seen. */
  addressesOf(uri: string): readonly string[] {
    const known = Object.values(this.#account.book.state.peers).filter((peer) => peer.uri === uri);
    return known.flatMap((peer) => peer.addresses);
  }

  /** Addresses in the local network behind which somebody answers, the latest first. */
  get nearby(): readonly string[] {
    return this.#nearby;
  }

  dialAll(): void {
    for (const deviceId of Object.keys(this.#account.book.state.peers)) this.dial(deviceId);
  }

  dial(deviceId: string): void {
    const peer = this.#account.book.state.peers[deviceId];
    if (peer && deviceId !== this.#account.writer.deviceId) this.#heardOf(deviceId, peer.addresses);
  }

  /** Worth dialing: a device of one's own, or one that shares a conversation. */
  isWanted(deviceId: string): boolean {
    const peer = this.#account.book.state.peers[deviceId];
    return peer !== undefined && this.#rights.knows({ uri: peer.uri, deviceId });
  }
}
