import { canonicalJson, readJson, utf8, utf8Text } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import type { LinkRequest, LinkResponse, SyncMsg } from '@covey/grpc-api';
import { deviceIdOf, isDeviceId, readPublicKey } from '@covey/identity';
import type { AccountContext } from './account-context.ts';
import { writeBundle } from './device-bundle.ts';
import type { Link } from './ports.ts';
import { serialIn } from './revocations.ts';
import { certifyDevice } from './writer.ts';

const MAX_NAME_LENGTH = 64;
/** Certificates of one device: it has one, and a few more over the years. */
const MAX_SERIALS = 32;

/** What the devices of one account tell each other, and how a further one is added. */
export class OwnDevices {
  readonly #account: AccountContext;
  readonly #clone: (conversationId: string) => Promise<void>;
  readonly #revoked: (list: Uint8Array) => Promise<void>;

  constructor(
    account: AccountContext,
    {
      clone,
      revoked,
    }: {
      clone: (conversationId: string) => Promise<void>;
      /** A revocation list of the account, as another device tells it. */
      revoked: (list: Uint8Array) => Promise<void>;
    },
  ) {
    this.#account = account;
    this.#clone = clone;
    this.#revoked = revoked;
  }

  /** Certifies the device that shows the one-time code. @throws {CoveyError} LINK_REFUSED, CERTIFICATE_MALFORMED */
  async add(address: string, request: LinkRequest): Promise<LinkResponse> {
    const account = this.#account;
    const { clock, crypto, log } = account.ports;
    const key = readPublicKey(request.publicKey);
    const deviceId = deviceIdOf(key, crypto.digests);
    const name = request.deviceName.slice(0, MAX_NAME_LENGTH);
    const { book, link } = account.book.useLink(
      account.linkHash(request.codeProof),
      deviceId,
      clock.now(),
    );
    if (link.conversationId !== undefined) {
      throw new CoveyError('LINK_REFUSED', 'the link opens a conversation, not an account');
    }
    if (account.book.isRevoked(deviceId)) {
      throw new CoveyError('LINK_REFUSED', 'this device was revoked: it needs new keys');
    }
    await account.update(() => book.withOwnDevice(deviceId, name));
    const deviceCertificatePem = await certifyDevice(key, account.papers, account.ports);
    const serial = serialIn(deviceCertificatePem);
    await account.update((next) => next.withDeviceSerial(deviceId, serial));
    log.info({ device: deviceId.slice(0, 8), address }, 'device added');
    account.emit('DeviceAdded', { deviceId, name });
    return {
      accountChainPem: account.papers.chainPem,
      deviceCertificatePem,
      bundle: writeBundle(account.papers),
    };
  }

  async greet(link: Link): Promise<void> {
    const { deviceId, certificateSerial } = link.remote;
    await this.#account.update((book) => book.withDeviceSerial(deviceId, certificateSerial));
    try {
      await this.#take(await link.sync(this.#message()));
    } catch (err) {
      this.#account.ports.log.warn({ err }, 'own devices did not sync');
    }
  }

  /** Tells all connected devices of the account what has changed. */
  async tell(links: readonly Link[]): Promise<void> {
    await Promise.all(links.map((link) => this.greet(link)));
  }

  async answer(link: Link, request: SyncMsg): Promise<SyncMsg> {
    if (link.remote.uri !== this.#account.writer.uri) {
      throw new CoveyError('PEER_REFUSED', 'not a device of this account');
    }
    if (this.#account.book.isRevoked(link.remote.deviceId)) {
      throw new CoveyError('PEER_REFUSED', 'this device was revoked');
    }
    await this.#take(request);
    return this.#message();
  }

  #message(): SyncMsg {
    const { conversationIds, state } = this.#account.book;
    const body = canonicalJson({
      conversations: [...conversationIds],
      devices: { ...state.ownDevices },
      serials: Object.fromEntries(
        Object.entries(state.deviceSerials ?? {}).map(([id, serials]) => [id, [...serials]]),
      ),
      ...(state.revocation ? { revocation: state.revocation.pem } : {}),
    });
    return { body: utf8(body) };
  }

  async #take({ body }: SyncMsg): Promise<void> {
    const value = readJson(utf8Text(body));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new CoveyError('REQUEST_MALFORMED', 'not a sync message');
    }
    const { conversations, devices, serials, revocation } = value as Record<string, unknown>;
    await this.#takeDevices(devices);
    await this.#takeSerials(serials);
    if (typeof revocation === 'string') await this.#revoked(utf8(revocation));
    if (Array.isArray(conversations)) await this.#takeConversations(conversations);
  }

  async #takeDevices(devices: unknown): Promise<void> {
    if (typeof devices !== 'object' || devices === null) return;
    for (const [id, name] of Object.entries(devices)) {
      if (!isDeviceId(id) || typeof name !== 'string') continue;
      await this.#account.update((book) => book.withOwnDevice(id, name.slice(0, MAX_NAME_LENGTH)));
    }
  }

  async #takeSerials(serials: unknown): Promise<void> {
    if (typeof serials !== 'object' || serials === null) return;
    for (const [id, known] of Object.entries(serials)) {
      if (this.#account.book.state.ownDevices[id] === undefined || !Array.isArray(known)) continue;
      for (const serial of known.slice(0, MAX_SERIALS)) {
        if (typeof serial !== 'string' || !/^[0-9a-f]{2,40}$/.test(serial)) continue;
        await this.#account.update((book) => book.withDeviceSerial(id, serial));
      }
    }
  }

  async #takeConversations(ids: readonly unknown[]): Promise<void> {
    const from = this.#account.writer.uri;
    for (const id of ids) {
      const isNew =
        typeof id === 'string' &&
        /^[0-9a-f]{40}$/.test(id) &&
        !this.#account.book.state.conversations[id];
      if (!isNew) continue;
      const created = this.#account.ports.clock.now().getTime();
      await this.#account.update((book) =>
        book.withConversation(id, { created, syncing: { from, metadatas: {} } }),
      );
      await this.#clone(id);
    }
  }
}
