import { utf8, utf8Text } from '@covey/codec';
import type { Entry } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import type { Oid } from '@covey/git-objects';
import {
  type DeviceId,
  issueCrl,
  judgeCrl,
  readCertificate,
  readPem,
  writePem,
} from '@covey/identity';
import type { AccountContext } from './account-context.ts';
import type { ConversationRuntime } from './conversation-runtime.ts';

/** A list that another device issued is carried on by that device first; it may be gone, though. */
const CARRY_AFTER_MS = 5_000;
const CARRY_WITHIN_MS = 30_000;

/** The devices that the account has disowned: one list, which stands in every conversation (requirements.md, ID-3). */
export class Revocations {
  readonly #account: AccountContext;
  readonly #tellOwnDevices: () => void;
  readonly #waiting = new Set<() => void>();

  constructor(account: AccountContext, tellOwnDevices: () => void) {
    this.#account = account;
    this.#tellOwnDevices = tellOwnDevices;
  }

  /**
   * Issues the next list and commits it everywhere.
   * @throws {CoveyError} DEVICE_NOT_FOUND; REQUEST_MALFORMED for this very device, which could not sign what comes after
   */
  async revoke(deviceId: DeviceId): Promise<{ number: string; conversations: readonly Oid[] }> {
    const { writer, book } = this.#account;
    if (deviceId === writer.deviceId) {
      throw new CoveyError('REQUEST_MALFORMED', 'a device cannot revoke itself: another one does');
    }
    const serials = this.#serialsOf(deviceId);
    if (book.state.ownDevices[deviceId] === undefined || serials.length === 0) {
      throw new CoveyError('DEVICE_NOT_FOUND', `the account has no device ${deviceId}`);
    }
    for (const serial of serials) {
      await this.#account.update((next) => next.withDeviceSerial(deviceId, serial));
    }
    if (!this.#account.book.isRevoked(deviceId)) await this.#issue(serials);
    const conversations: Oid[] = [];
    for (const runtime of [...this.#account.conversations.all()]) {
      if (await this.carryInto(runtime)) conversations.push(runtime.id as Oid);
    }
    this.#tellOwnDevices();
    return { number: this.#account.book.state.revocation?.number ?? '0', conversations };
  }

  /** Commits the account's list where it isn't known. Resolves to whether it is there now. */
  async carryInto(runtime: ConversationRuntime): Promise<boolean> {
    const { book, writer, ports } = this.#account;
    const list = book.state.revocation;
    if (!list || book.isRevoked(writer.deviceId)) return false;
    if (book.conversation(runtime.id)?.syncing || runtime.history.size === 0) return false;
    if (this.#listsIn(runtime).some(({ number }) => number >= BigInt(list.number))) return true;
    try {
      const { state } = await runtime.resolved();
      if (!state.isWriter(writer.uri)) return false;
      await runtime.write({ kind: 'revoke', crl: utf8(list.pem) });
      return true;
    } catch (err) {
      ports.log.error({ err, conversation: runtime.id }, 'a revocation was not committed');
      return false;
    }
  }

  /** A list from elsewhere: another device of the account told it. Older and foreign ones change nothing. */
  async learn(pem: Uint8Array): Promise<void> {
    const { chain, ports, book } = this.#account;
    const judged = await judgeCrl(pem, chain, ports.crypto);
    if (!judged.ok) {
      ports.log.warn({ found: judged.found }, 'not a revocation list of this account');
      return;
    }
    const { number, revoked } = judged.value;
    const before = book.state.revocation;
    if (before && BigInt(before.number) >= number) return;
    await this.#keep(number, revoked, pem);
    for (const runtime of this.#account.conversations.all()) this.#carryLater(runtime);
  }

  /** Commits have come: a list of one's own account may be among them. */
  async added({ store }: ConversationRuntime, entries: readonly Entry[]): Promise<void> {
    for (const { act, uri } of entries) {
      if (!act?.crl || uri !== this.#account.writer.uri) continue;
      const blob = await store.read(act.crl.oid);
      if (blob) await this.learn(blob.bytes);
    }
  }

  close(): void {
    for (const cancel of this.#waiting) cancel();
    this.#waiting.clear();
  }

  async #issue(serials: readonly string[]): Promise<void> {
    const { chain, papers, ports, book } = this.#account;
    const known = [...this.#account.conversations.all()].flatMap((each) => this.#listsIn(each));
    const last = book.state.revocation;
    const numbers = [...known.map(({ number }) => number), BigInt(last?.number ?? 0)];
    const number = numbers.reduce((most, one) => (one > most ? one : most)) + 1n;
    const revoked = new Set([
      ...known.flatMap((list) => [...list.revoked]),
      ...(last?.serials ?? []),
      ...serials,
    ]);
    const der = await issueCrl({
      account: chain.account,
      accountSigner: ports.keys.load(papers.accountPkcs8),
      ...{ number, revoked, now: ports.clock.now() },
    });
    await this.#keep(number, revoked, writePem([der], 'X509 CRL'));
  }

  async #keep(number: bigint, revoked: ReadonlySet<string>, pem: Uint8Array): Promise<void> {
    const { book } = this.#account;
    const devices = Object.keys(book.state.ownDevices);
    const record = { number: String(number), serials: [...revoked].sort(), pem: utf8Text(pem) };
    await this.#account.update((next) =>
      devices
        .reduce(
          (all, id) =>
            this.#serialsOf(id).reduce((each, serial) => each.withDeviceSerial(id, serial), all),
          next,
        )
        .withRevocation(record),
    );
    for (const deviceId of devices) {
      if (book.isRevoked(deviceId) || !this.#account.book.isRevoked(deviceId)) continue;
      const name = book.state.ownDevices[deviceId] ?? '';
      this.#account.ports.log.info({ device: deviceId.slice(0, 8) }, 'device revoked');
      this.#account.emit('DeviceRevoked', { deviceId, name });
    }
  }

  #carryLater(runtime: ConversationRuntime): void {
    const { clock, chance } = this.#account.ports;
    const ms = CARRY_AFTER_MS + chance() * (CARRY_WITHIN_MS - CARRY_AFTER_MS);
    const cancel = clock.after(ms, () => {
      this.#waiting.delete(cancel);
      void this.carryInto(runtime);
    });
    this.#waiting.add(cancel);
  }

  /** Of the certificates that this device knows: told when they were issued or shown, or in a conversation. */
  #serialsOf(deviceId: string): readonly string[] {
    const { book, conversations, writer } = this.#account;
    const found = new Set(book.serialsOf(deviceId));
    for (const { history } of conversations.all()) {
      for (const { paper } of history.acts) {
        if (paper?.device === deviceId && paper.uri === writer.uri) found.add(paper.serial);
      }
    }
    return [...found];
  }

  #listsIn({ history }: ConversationRuntime) {
    return history.acts.flatMap(({ crl }) => (crl?.uri === this.#account.writer.uri ? [crl] : []));
  }
}

/** Serial, in hex, of the certificate in a PEM file. @throws {CoveyError} CERTIFICATE_MALFORMED */
export function serialIn(pem: Uint8Array): string {
  const [der] = readPem(pem, 'CERTIFICATE');
  if (!der) throw new CoveyError('CERTIFICATE_MALFORMED', 'no certificate');
  return readCertificate(der).serialHex;
}
