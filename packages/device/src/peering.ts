import type { InviteLink, JoinLink } from '@covey/account';
import { CoveyError } from '@covey/errors';
import type { Oid } from '@covey/git-objects';
import type {
  FetchRequest,
  GitMessageId,
  HeadsRequest,
  InviteRequest,
  InviteResponse,
  KnownDevice,
  LinkRequest,
  LinkResponse,
  ReconcileRequest,
  Refusal,
  RosterRequest,
  SyncMsg,
} from '@covey/grpc-api';
import type { AccountUri, DeviceId } from '@covey/identity';
import type { AccountContext } from './account-context.ts';
import type { ConversationRuntime } from './conversation-runtime.ts';
import { Dialer } from './dialer.ts';
import { Exchange } from './exchange.ts';
import { Invitations } from './invitations.ts';
import { OwnDevices } from './own-devices.ts';
import type {
  Discovery,
  Handlers,
  Link,
  Network,
  NetworkIdentity,
  OfferedPack,
  RemoteDevice,
} from './ports.ts';
import { Reconciling } from './reconciling.ts';
import { Rights } from './rights.ts';
import { Roster } from './roster.ts';
import { Serial } from './serial.ts';

/** Somebody who shares the conversation has refused a commit that came from here. */
type Refused = (runtime: ConversationRuntime, refusal: Refusal, by: RemoteDevice) => void;

/** One account's way to other devices: who is connected, who is dialed, who may ask for what. */
export class Peering implements Handlers {
  readonly #account: AccountContext;
  readonly #identity: NetworkIdentity;
  readonly #network: Network;
  readonly #rights: Rights;
  readonly #dialer: Dialer;
  readonly #roster: Roster;
  readonly #invitations: Invitations;
  readonly #ownDevices: OwnDevices;
  readonly #reconciling: Reconciling;
  readonly #refused: Refused;
  readonly #links = new Map<string, Link>();
  readonly #exchanges = new Map<string, Exchange>();
  readonly #moving = new Serial();
  readonly #nearby = new Serial();
  #discovery: Discovery | undefined;
  #closed = false;

  constructor(
    account: AccountContext,
    { refused, revoked }: { refused: Refused; revoked: (list: Uint8Array) => Promise<void> },
  ) {
    this.#account = account;
    this.#refused = refused;
    const { ports, writer, chain, papers, accountId } = account;
    const { deviceId, devicePem } = writer;
    this.#identity = { deviceId, devicePem, chain, pkcs8: papers.devicePkcs8 };
    this.#network = ports.network(accountId, this.#identity, this);
    this.#rights = new Rights(writer.uri);
    this.#roster = new Roster(account, this.#rights, (id, addresses) => {
      this.#dialer.heardOf(id, addresses);
      this.#reconciling.heardOf(id);
    });
    this.#dialer = new Dialer({
      ...ports,
      isLinked: (id) => this.#links.has(id),
      isWanted: (id) => this.#roster.isWanted(id),
      dial: (id, address) => this.#dial(id, address),
    });
    this.#invitations = new Invitations({
      account,
      network: this.#network,
      rights: this.#rights,
      roster: this.#roster,
      linksTo: (uri) => this.#linksTo(uri),
    });
    this.#reconciling = new Reconciling({
      account,
      network: this.#network,
      rights: this.#rights,
      met: ({ deviceId, uri }, addresses) => this.#roster.met(deviceId, uri, addresses),
    });
    this.#ownDevices = new OwnDevices(account, {
      clone: (id) => this.clone(id),
      revoked: (list) => revoked(list),
    });
  }

  async start(): Promise<void> {
    const { conversations, book, ports } = this.#account;
    for (const runtime of conversations.all()) await this.#rights.learn(runtime, book);
    await this.#network.start();
    for (const runtime of conversations.all()) this.track(runtime);
    for (const id of book.conversationIds) if (book.conversation(id)?.syncing) await this.clone(id);
    this.dialKnown();
    const port = Number(this.addresses[0]?.split(':').at(-1) ?? 0);
    this.#discovery = ports.discovery?.(this.#identity, port);
    this.#discovery?.onFound(({ addresses, isDevice }) => {
      void this.#nearby.run(async () => {
        await this.#roster.found(addresses, isDevice);
        await this.#invitations.deliverNearby();
      });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#dialer.close();
    this.#reconciling.close();
    await this.#discovery?.close();
    for (const exchange of this.#exchanges.values()) exchange.close();
    await this.#network.close();
  }

  get addresses(): readonly string[] {
    return this.#network.addresses();
  }

  dialKnown(): void {
    this.#roster.dialAll();
  }

  // Conversations

  /** Takes part in exchanging a conversation from now on. */
  track(runtime: ConversationRuntime): void {
    if (this.#exchanges.has(runtime.id)) return;
    const exchange = new Exchange(runtime, this.#account, this);
    this.#exchanges.set(runtime.id, exchange);
    for (const link of this.linksOf(runtime.id)) exchange.linked(link);
  }

  /** A conversation that was started here: one's other devices hear of it. */
  async started(runtime: ConversationRuntime): Promise<void> {
    await this.#rights.learn(runtime, this.#account.book);
    this.track(runtime);
    void this.#ownDevices.tell(this.#linksTo(this.#account.writer.uri));
  }

  forget(conversationId: string): void {
    this.#exchanges.get(conversationId)?.close();
    this.#exchanges.delete(conversationId);
    this.#rights.forget(conversationId);
    this.#reconciling.forget(conversationId);
    this.#network.recheck();
  }

  /**
   * The conversation has new commits: who may talk may have changed, and others want to know. Of somebody
   * who has joined and whom this device never met, those who are connected may know where he is.
   */
  moved(runtime: ConversationRuntime, { joined }: { joined: boolean }): void {
    // In order: an older state must not overwrite what a newer one has taught.
    void this.#moving.run(async () => {
      const changed = await this.#rights.learn(runtime, this.#account.book);
      const exchange = this.#exchanges.get(runtime.id);
      if (changed) {
        // Of somebody who is out now only what is about other conversations stays open.
        exchange?.keepOnly((remote) => this.#rights.allows(remote, runtime.id));
        this.#network.recheck();
        for (const link of this.linksOf(runtime.id)) exchange?.linked(link);
        this.dialKnown();
      }
      if ((changed || joined) && this.#roster.lacks(runtime.id)) void exchange?.shareRosters();
      exchange?.moved();
    });
  }

  /** Fetches a conversation that this account was invited to, or that another device of it has. */
  async clone(conversationId: string): Promise<void> {
    const runtime = await this.#account.conversations.createEmpty(conversationId);
    await this.#rights.learn(runtime, this.#account.book);
    this.track(runtime);
    this.dialKnown();
  }

  /** The account itself has changed: its other devices hear of it, and those that it has disowned are cut off. */
  accountChanged(): void {
    this.#network.recheck();
    void this.#ownDevices.tell(this.#linksTo(this.#account.writer.uri));
  }

  /** A conversation that was accepted here. */
  async accepted(conversationId: string): Promise<void> {
    await this.clone(conversationId);
    void this.#ownDevices.tell(this.#linksTo(this.#account.writer.uri));
  }

  linksOf(conversationId: string): readonly Link[] {
    return [...this.#links.values()].filter(({ remote }) =>
      this.#rights.shares(remote, conversationId),
    );
  }

  rosterOf(conversationId: string): KnownDevice[] {
    return this.#roster.of(conversationId, this.addresses);
  }

  takeRoster(conversationId: string, devices: readonly KnownDevice[]): Promise<void> {
    return this.#roster.take(conversationId, devices);
  }

  deliverInvite(
    runtime: ConversationRuntime,
    uri: AccountUri,
    received: number,
    addresses: readonly string[],
  ): Promise<boolean> {
    return this.#invitations.deliver(runtime, uri, received, addresses);
  }

  askToJoin(link: JoinLink): Promise<void> {
    return this.#invitations.askToJoin(link);
  }

  redeem(link: InviteLink): Promise<void> {
    return this.#invitations.redeem(link);
  }

  // What others ask

  admits(remote: RemoteDevice): boolean {
    const isOwn = remote.uri === this.#account.writer.uri;
    if (isOwn && this.#account.book.isRevoked(remote.deviceId)) return false;
    return this.#rights.admits(remote);
  }

  linked(link: Link): void {
    const { remote, hello } = link;
    const { deviceId, uri } = remote;
    this.#links.set(deviceId, link);
    this.#account.emit('PeerConnected', { deviceId, uri });
    void this.#roster.met(deviceId, uri, hello.addresses);
    for (const [id, exchange] of this.#exchanges) {
      if (this.#rights.shares(remote, id)) exchange.linked(link);
    }
    if (uri === this.#account.writer.uri) void this.#ownDevices.greet(link);
    else void this.#invitations.redeliver(link);
    void link.closed.then((code) => this.#unlinked(link, code ?? ''));
  }

  #unlinked(link: Link, code: string): void {
    const { deviceId, uri } = link.remote;
    if (this.#links.get(deviceId) !== link) return;
    this.#links.delete(deviceId);
    if (this.#closed) return;
    this.#account.emit('PeerDisconnected', { deviceId, uri, code });
    for (const exchange of this.#exchanges.values()) exchange.unlinked(link);
    this.#dialer.lost(deviceId);
  }

  async heads({ remote }: Link, { conversationId }: HeadsRequest) {
    const runtime = this.#asked(remote, conversationId);
    const stateDigest = runtime.history.size === 0 ? '' : await runtime.digest();
    return { heads: [...runtime.heads], stateDigest };
  }

  async announce(link: Link, request: GitMessageId): Promise<void> {
    this.#asked(link.remote, request.id);
    this.#exchanges.get(request.id)?.announced(link, request);
  }

  async *fetch(link: Link, request: FetchRequest, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const runtime = this.#asked(link.remote, request.conversationId);
    const objects = await runtime.objectsFor(request.wants, request.haves, request.maxBytes);
    for await (const chunk of this.#account.ports.packOf(objects)) {
      signal.throwIfAborted();
      // The connection may stay for the sake of another conversation.
      this.#asked(link.remote, request.conversationId);
      yield chunk;
    }
    if (request.wants.some((oid) => runtime.heads.includes(oid as Oid)))
      void this.#account.served(runtime, link);
  }

  async roster({ remote }: Link, { conversationId, devices }: RosterRequest) {
    this.#asked(remote, conversationId);
    // Where the members are is nothing for who only reads a public conversation.
    if (!this.#rights.shares(remote, conversationId)) return { devices: [] };
    await this.takeRoster(conversationId, devices);
    return { devices: this.rosterOf(conversationId) };
  }

  sync(link: Link, request: SyncMsg): Promise<SyncMsg> {
    return this.#ownDevices.answer(link, request);
  }

  async refused({ remote }: Link, request: Refusal): Promise<void> {
    this.#refused(this.#asked(remote, request.conversationId), request, remote);
  }

  reconcile(remote: RemoteDevice, request: ReconcileRequest): Promise<OfferedPack> {
    return this.#reconciling.answer(remote, request);
  }

  askInvite(link: Link, request: InviteRequest): Promise<InviteResponse> {
    return this.invite(link.remote, request);
  }

  invite(remote: RemoteDevice, request: InviteRequest): Promise<InviteResponse> {
    return this.#invitations.answer(remote, request);
  }

  link({ address }: { address: string }, request: LinkRequest): Promise<LinkResponse> {
    return this.#ownDevices.add(address, request);
  }

  /** @throws {CoveyError} CONVERSATION_NOT_FOUND, the same whether it isn't here or isn't theirs */
  #asked(remote: RemoteDevice, conversationId: string): ConversationRuntime {
    const runtime = this.#account.conversations.find(conversationId);
    if (runtime && this.#rights.allows(remote, conversationId)) return runtime;
    throw new CoveyError('CONVERSATION_NOT_FOUND', 'no such conversation');
  }

  async #dial(deviceId: string, address: string): Promise<void> {
    const expected = this.#expected(deviceId);
    try {
      await this.#network.dial(address, expected);
    } catch (reason) {
      if (CoveyError.is(reason, 'PEER_REFUSED') && expected.uri !== undefined) {
        const shared = (id: string) => this.#rights.accountsIn(id).has(expected.uri ?? '');
        await this.#account.turnedAway(shared);
        this.#reconciling.turnedAway(deviceId);
      }
      throw reason;
    }
  }

  #linksTo(uri: string): readonly Link[] {
    return [...this.#links.values()].filter(({ remote }) => remote.uri === uri);
  }

  #expected(deviceId: string): { deviceId: DeviceId; uri?: AccountUri } {
    const uri = this.#account.book.state.peers[deviceId]?.uri;
    // Both come from our own book, where only ids of their form stand.
    return {
      deviceId: deviceId as DeviceId,
      ...(uri === undefined ? {} : { uri: uri as AccountUri }),
    };
  }
}
