import type { InviteLink } from '@covey/account';
import { canonicalJson, readJson, utf8, utf8Text } from '@covey/codec';
import type { Entry } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import type {
  FetchRequest,
  GitMessageId,
  Invite,
  InviteRequest,
  InviteResponse,
  KnownDevice,
  LinkRequest,
  LinkResponse,
} from '@covey/grpc-api';
import {
  type AccountUri,
  type DeviceId,
  isAccountUri,
  isDeviceId,
  deviceIdOf,
  readPublicKey,
} from '@covey/identity';
import type { AccountRuntime } from './account-runtime.ts';
import type { ConversationRuntime } from './conversation-runtime.ts';
import { writeBundle } from './device-bundle.ts';
import { Dialer } from './dialer.ts';
import { Exchange } from './exchange.ts';
import type { Discovery, Handlers, Link, Network, RemoteDevice } from './ports.ts';
import { certifyDevice } from './writer.ts';

const INVITE_MIME = 'application/invite+json';

/** One account's way to other devices: who is connected, who is dialed, who may ask for what. */
export class Peering implements Handlers {
  readonly #account: AccountRuntime;
  readonly #network: Network;
  readonly #dialer: Dialer;
  readonly #links = new Map<string, Link>();
  readonly #exchanges = new Map<string, Exchange>();
  /** Who is in which conversation now: accounts that are admin, member or invited. Asked before every call. */
  readonly #mayTalk = new Map<string, ReadonlySet<string>>();
  #discovery: Discovery | undefined;
  #closed = false;

  constructor(account: AccountRuntime) {
    this.#account = account;
    const { ports, writer, chain, papers, accountId } = account;
    const identity = {
      deviceId: writer.deviceId,
      devicePem: papers.devicePem,
      chain,
      pkcs8: papers.devicePkcs8,
    };
    this.#network = ports.network(accountId, identity, this);
    this.#dialer = new Dialer({
      clock: ports.clock,
      chance: ports.chance,
      log: ports.log,
      isLinked: (deviceId) => this.#links.has(deviceId),
      isWanted: (deviceId) => this.#isWanted(deviceId),
      dial: async (deviceId, address) => {
        const uri = account.book.state.peers[deviceId]?.uri;
        await this.#network.dial(address, {
          deviceId: deviceId as DeviceId,
          ...(uri === undefined ? {} : { uri: uri as AccountUri }),
        });
      },
    });
  }

  async start(): Promise<void> {
    const { conversations, ports, writer, chain, papers } = this.#account;
    for (const runtime of conversations.all()) await this.#learnMembers(runtime);
    await this.#network.start();
    for (const runtime of conversations.all()) this.track(runtime);
    for (const id of this.#account.book.conversationIds) {
      if (this.#account.book.conversation(id)?.syncing) await this.clone(id);
    }
    this.dialKnown();
    const port = Number(this.addresses[0]?.split(':').at(-1) ?? 0);
    const identity = {
      deviceId: writer.deviceId,
      devicePem: papers.devicePem,
      chain,
      pkcs8: papers.devicePkcs8,
    };
    this.#discovery = ports.discovery?.(identity, port);
    this.#discovery?.onFound(({ addresses, isDevice }) => void this.#found(addresses, isDevice));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#dialer.close();
    await this.#discovery?.close();
    for (const exchange of this.#exchanges.values()) exchange.close();
    await this.#network.close();
  }

  get addresses(): readonly string[] {
    return this.#network.addresses();
  }

  // Conversations

  /** Takes part in exchanging a conversation from now on. */
  track(runtime: ConversationRuntime): Exchange {
    const known = this.#exchanges.get(runtime.id);
    if (known) return known;
    const exchange = new Exchange(runtime, this.#account, () => this.#linksOf(runtime.id));
    this.#exchanges.set(runtime.id, exchange);
    for (const link of this.#linksOf(runtime.id)) exchange.linked(link);
    return exchange;
  }

  forget(conversationId: string): void {
    this.#exchanges.get(conversationId)?.close();
    this.#exchanges.delete(conversationId);
    this.#mayTalk.delete(conversationId);
    this.#network.recheck();
  }

  /** The conversation has new commits: who may talk may have changed, and others want to know. */
  moved(runtime: ConversationRuntime): void {
    void this.#learnMembers(runtime).then((changed) => {
      if (changed) {
        this.#network.recheck();
        for (const link of this.#linksOf(runtime.id)) this.#exchanges.get(runtime.id)?.linked(link);
        this.dialKnown();
      }
      this.#exchanges.get(runtime.id)?.moved();
    });
  }

  /** Tells everyone who is connected, and waits for their word. */
  async spreadNow(runtime: ConversationRuntime): Promise<void> {
    await this.#exchanges.get(runtime.id)?.announceToAll();
  }

  async connectedTo(runtime: ConversationRuntime): Promise<readonly DeviceId[]> {
    return this.#linksOf(runtime.id).map(({ remote }) => remote.deviceId);
  }

  /** Fetches a conversation that this account was invited to, or that another device of it has. */
  async clone(conversationId: string): Promise<void> {
    const runtime = await this.#account.conversations.createEmpty(conversationId);
    const from = this.#account.book.conversation(conversationId)?.syncing?.from;
    this.#mayTalk.set(conversationId, new Set(from === undefined ? [] : [from]));
    this.track(runtime);
    this.dialKnown();
  }

  // Invitations

  /** Hands an invitation to a device of that account: on a connection, at the given addresses, or where it was last seen. */
  async deliverInvite(
    runtime: ConversationRuntime,
    uri: AccountUri,
    entry: Entry,
    addresses: readonly string[],
  ): Promise<boolean> {
    const request: InviteRequest = {
      body: { $case: 'invite', value: await this.#inviteTo(runtime, entry) },
    };
    for (const link of this.#links.values()) {
      if (link.remote.uri !== uri) continue;
      await link.askInvite(request);
      return true;
    }
    const { peers } = this.#account.book.state;
    const known = Object.values(peers)
      .filter((peer) => peer.uri === uri)
      .flatMap((peer) => peer.addresses);
    let failure: unknown;
    for (const address of [...addresses, ...known]) {
      try {
        const { remote } = await this.#network.knock(address, { uri }, request);
        await this.#met(remote, [address]);
        return true;
      } catch (reason) {
        failure = reason;
        this.#account.ports.log.info({ err: reason }, 'an invitation was not delivered');
      }
    }
    // Who was named an address wants to hear that it was the wrong one.
    if (addresses.length > 0) throw failure;
    return false;
  }

  async #inviteTo(runtime: ConversationRuntime, entry: Entry): Promise<Invite> {
    const metadatas = new Map(Object.entries(await this.#account.metadatas(runtime)));
    return {
      mimeType: INVITE_MIME,
      conversationId: runtime.id,
      from: this.#account.writer.uri,
      metadatas,
      received: String(entry.time),
      members: [{ uri: this.#account.writer.uri }],
      addresses: [...this.addresses],
    };
  }

  /** Presents a link where it was made; the answer is an invitation. @throws {CoveyError} LINK_REFUSED, PEER_UNREACHABLE */
  async redeem(link: InviteLink): Promise<void> {
    const request: InviteRequest = {
      body: {
        $case: 'redeem',
        value: {
          secret: link.secret,
          accountChainPem: this.#account.papers.chainPem,
          addresses: [...this.addresses],
          conversationId: link.conversationId,
        },
      },
    };
    const { response, remote } = await this.#first(link.addresses, (address) =>
      this.#network.knock(address, { deviceId: link.device, uri: link.from }, request),
    );
    if (response.body?.$case !== 'invite')
      throw new CoveyError('LINK_REFUSED', 'no invitation came back');
    await this.#met(remote, link.addresses);
    await this.#takeInvite(remote, response.body.value);
  }

  async #first<T>(
    addresses: readonly string[],
    attempt: (address: string) => Promise<T>,
  ): Promise<T> {
    let failure: unknown = new CoveyError('PEER_UNREACHABLE', 'the link names no address');
    for (const address of addresses) {
      try {
        return await attempt(address);
      } catch (reason) {
        failure = reason;
        if (
          !CoveyError.is(reason, 'PEER_UNREACHABLE') &&
          !CoveyError.is(reason, 'DEADLINE_EXCEEDED')
        )
          break;
      }
    }
    throw failure;
  }

  async #takeInvite(remote: RemoteDevice, invite: Invite): Promise<void> {
    const id = invite.conversationId;
    if (
      !/^[0-9a-f]{40}$/.test(id) ||
      invite.from !== remote.uri ||
      !/^[0-9]{1,12}$/.test(invite.received)
    ) {
      throw new CoveyError('REQUEST_MALFORMED', 'not an invitation');
    }
    const now = Math.floor(this.#account.ports.clock.now().getTime() / 1000);
    // A sender's clock that runs ahead must not shut out later invitations.
    const received = String(Math.min(Number(invite.received), now + 300));
    const before = this.#account.book;
    await this.#met(remote, invite.addresses);
    const metadatas = Object.fromEntries(
      [...invite.metadatas].map(([key, value]) => [key, value.slice(0, 4096)]),
    );
    await this.#account.update((book) =>
      book.invited(id, { from: remote.uri, received, metadatas }),
    );
    if (this.#account.book.requests.length === before.requests.length) return;
    this.#account.emit('ConversationRequestReceived', {
      conversationId: id,
      from: remote.uri,
      received,
      metadatas,
    });
  }

  // What others ask

  admits(remote: RemoteDevice): boolean {
    if (remote.uri === this.#account.writer.uri) return true;
    for (const uris of this.#mayTalk.values()) if (uris.has(remote.uri)) return true;
    return false;
  }

  linked(link: Link): void {
    const { remote } = link;
    this.#links.set(remote.deviceId, link);
    this.#account.emit('PeerConnected', { deviceId: remote.deviceId, uri: remote.uri });
    void this.#met(remote, link.hello.addresses);
    for (const [id, exchange] of this.#exchanges) {
      if (this.#talksAbout(remote, id)) exchange.linked(link);
    }
    if (remote.uri === this.#account.writer.uri) void this.#syncWith(link);
    void link.closed.then((code) => {
      if (this.#links.get(remote.deviceId) !== link) return;
      this.#links.delete(remote.deviceId);
      this.#account.emit('PeerDisconnected', {
        deviceId: remote.deviceId,
        uri: remote.uri,
        code: code ?? '',
      });
      for (const exchange of this.#exchanges.values()) exchange.unlinked(link);
      if (!this.#closed) this.#dialer.lost(remote.deviceId);
    });
  }

  async heads({ remote }: Link, { conversationId }: { conversationId: string }) {
    const runtime = this.#asked(remote, conversationId);
    return {
      heads: [...runtime.heads],
      stateDigest: runtime.history.size === 0 ? '' : await runtime.digest(),
    };
  }

  async announce(link: Link, request: GitMessageId): Promise<void> {
    this.#asked(link.remote, request.id);
    this.#exchanges.get(request.id)?.announced(link, request);
  }

  async *fetch(
    { remote }: Link,
    request: FetchRequest,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const runtime = this.#asked(remote, request.conversationId);
    const objects = await runtime.objectsFor(request.wants, request.haves, request.maxBytes);
    for await (const chunk of this.#account.ports.packOf(objects)) {
      signal.throwIfAborted();
      yield chunk;
    }
  }

  async roster({ remote }: Link, request: { conversationId: string; devices: KnownDevice[] }) {
    this.#asked(remote, request.conversationId);
    await this.takeRoster(request.conversationId, request.devices);
    return { devices: this.rosterOf(request.conversationId) };
  }

  async sync(link: Link, { body }: { body: Uint8Array }) {
    if (link.remote.uri !== this.#account.writer.uri)
      throw new CoveyError('PEER_REFUSED', 'not a device of this account');
    await this.#takeSync(body);
    return { body: this.#syncBody() };
  }

  askInvite(link: Link, request: InviteRequest): Promise<InviteResponse> {
    return this.invite(link.remote, request);
  }

  async invite(remote: RemoteDevice, { body }: InviteRequest): Promise<InviteResponse> {
    switch (body?.$case) {
      case 'invite':
        await this.#takeInvite(remote, body.value);
        // Always the same answer: nobody learns what becomes of it.
        return { body: { $case: 'delivered', value: {} } };
      case 'redeem':
        return { body: { $case: 'invite', value: await this.#redeemed(remote, body.value) } };
      case 'ask':
        return {
          body: {
            $case: 'invite',
            value: await this.#asksAgain(remote, body.value.conversationId),
          },
        };
      case undefined:
        throw new CoveyError('REQUEST_MALFORMED', 'an empty invitation');
    }
  }

  async #redeemed(
    remote: RemoteDevice,
    redeem: { secret: Uint8Array; addresses: string[] },
  ): Promise<Invite> {
    const account = this.#account;
    const used = account.book.useLink(
      account.linkHash(redeem.secret),
      remote.uri,
      account.ports.clock.now(),
    );
    const id = used.link.conversationId;
    const runtime = id === undefined ? undefined : account.conversations.find(id);
    if (!runtime) throw new CoveyError('LINK_REFUSED', 'this device has made no such link');
    await account.update(() => used.book);
    await this.#met(remote, redeem.addresses);
    const { state } = await runtime.resolved();
    const place = state.placeOf(remote.uri);
    const entry =
      place === undefined
        ? await runtime.write({ kind: 'add', uri: remote.uri })
        : runtime.history.heads.at(-1);
    if (!entry) throw new CoveyError('INTERNAL', 'a conversation without commits');
    return this.#inviteTo(runtime, entry);
  }

  async #asksAgain(remote: RemoteDevice, id: string): Promise<Invite> {
    const runtime = this.#asked(remote, id);
    const entry = runtime.history.heads.at(-1);
    if (!entry) throw new CoveyError('CONVERSATION_NOT_FOUND', 'no such conversation');
    return this.#inviteTo(runtime, entry);
  }

  async link(
    { deviceId, address }: { deviceId: DeviceId; address: string },
    request: LinkRequest,
  ): Promise<LinkResponse> {
    const account = this.#account;
    const { digests } = account.ports.crypto;
    const key = readPublicKey(request.publicKey);
    const newDevice = deviceIdOf(key, digests);
    const used = account.book.useLink(
      account.linkHash(request.codeProof),
      newDevice,
      account.ports.clock.now(),
    );
    if (used.link.conversationId !== undefined)
      throw new CoveyError('LINK_REFUSED', 'the code opens a conversation, not an account');
    const devicePem = await certifyDevice(key, account.papers, account.ports);
    await account.update(() => used.book.withOwnDevice(newDevice, request.deviceName.slice(0, 64)));
    account.ports.log.info(
      { device: newDevice.slice(0, 8), by: deviceId.slice(0, 8), address },
      'device added',
    );
    account.emit('DeviceAdded', { deviceId: newDevice, name: request.deviceName.slice(0, 64) });
    return {
      accountChainPem: account.papers.chainPem,
      deviceCertificatePem: devicePem,
      bundle: writeBundle(account.papers),
    };
  }

  // Own devices

  async #syncWith(link: Link): Promise<void> {
    try {
      const { body } = await link.sync({ body: this.#syncBody() });
      await this.#takeSync(body);
    } catch (err) {
      this.#account.ports.log.warn({ err }, 'own devices did not sync');
    }
  }

  #syncBody(): Uint8Array {
    const { conversationIds, state } = this.#account.book;
    return utf8(
      canonicalJson({ conversations: [...conversationIds], devices: { ...state.ownDevices } }),
    );
  }

  async #takeSync(body: Uint8Array): Promise<void> {
    const value = readJson(utf8Text(body)) as { conversations?: unknown; devices?: unknown };
    const { conversations, devices } = value ?? {};
    for (const [id, name] of Object.entries((devices ?? {}) as Record<string, unknown>)) {
      if (isDeviceId(id) && typeof name === 'string')
        await this.#account.update((book) => book.withOwnDevice(id, name));
    }
    if (!Array.isArray(conversations)) return;
    for (const id of conversations) {
      if (
        typeof id !== 'string' ||
        !/^[0-9a-f]{40}$/.test(id) ||
        this.#account.book.state.conversations[id]
      )
        continue;
      const from = this.#account.writer.uri;
      const created = this.#account.ports.clock.now().getTime();
      await this.#account.update((book) =>
        book.withConversation(id, { created, syncing: { from, metadatas: {} } }),
      );
      await this.clone(id);
    }
  }

  // Who is known

  rosterOf(conversationId: string): KnownDevice[] {
    const uris = this.#mayTalk.get(conversationId) ?? new Set();
    const { writer, book } = this.#account;
    const known = Object.entries(book.state.peers)
      .filter(([, { uri }]) => uris.has(uri))
      .slice(0, 500)
      .map(([deviceId, { uri, addresses }]) => ({ deviceId, uri, addresses: [...addresses] }));
    return [
      { deviceId: writer.deviceId, uri: writer.uri, addresses: [...this.addresses] },
      ...known,
    ];
  }

  async takeRoster(conversationId: string, devices: readonly KnownDevice[]): Promise<void> {
    const uris = this.#mayTalk.get(conversationId) ?? new Set();
    const useful = devices.filter(
      ({ deviceId, uri }) =>
        isDeviceId(deviceId) &&
        isAccountUri(uri) &&
        deviceId !== this.#account.writer.deviceId &&
        (uris.has(uri) || uri === this.#account.writer.uri),
    );
    await this.#account.update((book) =>
      useful.reduce(
        (next, { deviceId, uri, addresses }) => next.met(deviceId, uri, addresses.slice(0, 8)),
        book,
      ),
    );
    for (const { deviceId } of useful) this.#dial(deviceId);
  }

  async #met({ deviceId, uri }: RemoteDevice, addresses: readonly string[]): Promise<void> {
    await this.#account.update((book) => book.met(deviceId, uri, addresses.slice(0, 8)));
    this.#dial(deviceId);
  }

  async #found(addresses: readonly string[], isDevice: (id: DeviceId) => boolean): Promise<void> {
    for (const [deviceId, { uri }] of Object.entries(this.#account.book.state.peers)) {
      if (!isDevice(deviceId as DeviceId)) continue;
      await this.#account.update((book) => book.met(deviceId, uri, addresses));
      this.#dial(deviceId);
    }
  }

  dialKnown(): void {
    for (const deviceId of Object.keys(this.#account.book.state.peers)) this.#dial(deviceId);
  }

  #dial(deviceId: string): void {
    const peer = this.#account.book.state.peers[deviceId];
    if (peer) this.#dialer.heardOf(deviceId, peer.addresses);
  }

  #isWanted(deviceId: string): boolean {
    const peer = this.#account.book.state.peers[deviceId];
    if (!peer || deviceId === this.#account.writer.deviceId) return false;
    if (peer.uri === this.#account.writer.uri) return true;
    for (const uris of this.#mayTalk.values()) if (uris.has(peer.uri)) return true;
    return false;
  }

  // Rights

  /** @throws {CoveyError} CONVERSATION_NOT_FOUND, the same whether it isn't here or isn't theirs */
  #asked(remote: RemoteDevice, conversationId: string): ConversationRuntime {
    const runtime = this.#account.conversations.find(conversationId);
    if (!runtime || !this.#talksAbout(remote, conversationId)) {
      throw new CoveyError('CONVERSATION_NOT_FOUND', 'no such conversation');
    }
    return runtime;
  }

  #talksAbout({ uri, deviceId }: RemoteDevice, conversationId: string): boolean {
    if (uri === this.#account.writer.uri) return true;
    const uris = this.#mayTalk.get(conversationId);
    return uris !== undefined && uris.has(uri) && !uris.has(`-${deviceId}`);
  }

  #linksOf(conversationId: string): readonly Link[] {
    return [...this.#links.values()].filter(({ remote }) =>
      this.#talksAbout(remote, conversationId),
    );
  }

  /** Who is in the group now. Resolves to whether that has changed. */
  async #learnMembers(runtime: ConversationRuntime): Promise<boolean> {
    if (runtime.history.size === 0) return false;
    const { state } = await runtime.resolved();
    const members = new Set<string>();
    for (const folder of ['admins/', 'members/'])
      for (const uri of state.names(folder, '.crt')) members.add(uri);
    for (const uri of state.names('invited/', '')) members.add(uri);
    // A banned device of a member in good standing is turned away by its own id.
    for (const device of state.names('banned/devices/', '.crt')) members.add(`-${device}`);
    const { syncing } = this.#account.book.conversation(runtime.id) ?? {};
    if (syncing) members.add(syncing.from);
    const before = this.#mayTalk.get(runtime.id);
    this.#mayTalk.set(runtime.id, members);
    return !before || before.size !== members.size || [...members].some((uri) => !before.has(uri));
  }
}
