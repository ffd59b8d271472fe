import {
  AccountBook,
  EMPTY_STATE,
  readInviteLink,
  writeDeviceLink,
  writeInviteLink,
} from '@covey/account';
import {
  Composition,
  type Entry,
  History,
  rolesOf,
  readVcard,
  timeline,
  type ConversationProfile,
  type Writer,
  layout,
} from '@covey/conversation';
import { type JsonObject, toHex } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import type { Oid } from '@covey/git-objects';
import type { KnownDevice } from '@covey/grpc-api';
import type { AccountChain, AccountUri, DeviceId } from '@covey/identity';
import type {
  Account,
  AccountEvent,
  AccountInfo,
  ConversationRequest,
  ConversationState,
  ConversationSummary,
  Member,
  Message,
  Mode,
  OutgoingMessage,
} from './api.ts';
import type { ConversationRuntime } from './conversation-runtime.ts';
import { Conversations } from './conversations.ts';
import { messagePage, viewOf } from './message-view.ts';
import { Peering } from './peering.ts';
import type { AccountFolder, DevicePorts, Papers } from './ports.ts';
import { Serial } from './serial.ts';

const LINK_LIFE_MS = 7 * 24 * 3600 * 1000;
const DEVICE_LINK_LIFE_MS = 5 * 60 * 1000;

/** One account on this device: its conversations, its book, and its way to other devices. */
export class AccountRuntime implements Account {
  readonly accountId: string;
  readonly writer: Writer;
  readonly chain: AccountChain;
  readonly papers: Papers;
  readonly ports: DevicePorts;
  readonly conversations: Conversations;
  readonly #folder: AccountFolder;
  readonly #saving = new Serial();
  readonly #peering: Peering;
  readonly #joining = new Set<string>();
  #book: AccountBook;

  private constructor(
    folder: AccountFolder,
    identity: { papers: Papers; writer: Writer; chain: AccountChain },
    book: AccountBook,
    ports: DevicePorts,
  ) {
    this.accountId = folder.accountId;
    this.papers = identity.papers;
    this.writer = identity.writer;
    this.chain = identity.chain;
    this.ports = ports;
    this.#folder = folder;
    this.#book = book;
    const { crypto, clock } = ports;
    const added = (runtime: ConversationRuntime, entries: readonly Entry[]) =>
      this.#added(runtime, entries);
    this.conversations = new Conversations({ folder, crypto, clock, writer: this.writer, added });
    this.#peering = new Peering(this);
  }

  /** Opens all conversations, then listens and dials. */
  static async start(
    folder: AccountFolder,
    identity: { papers: Papers; writer: Writer; chain: AccountChain },
    ports: DevicePorts,
  ): Promise<AccountRuntime> {
    const state = (await folder.readState()) ?? EMPTY_STATE;
    const book = new AccountBook(state).withOwnDevice(
      identity.writer.deviceId,
      identity.papers.deviceName,
    );
    const account = new AccountRuntime(folder, identity, book, ports);
    for (const id of book.conversationIds) await account.conversations.open(id);
    await account.#peering.start();
    return account;
  }

  async close(): Promise<void> {
    await this.#peering.close();
    await this.conversations.close();
    await this.#saving.run(async () => {});
  }

  get book(): AccountBook {
    return this.#book;
  }

  /** Changes the book; resolves when the change would survive a crash. */
  async update(change: (book: AccountBook) => AccountBook): Promise<void> {
    const next = change(this.#book);
    if (next === this.#book) return;
    this.#book = next;
    await this.#saving.run(() => this.#folder.writeState(this.#book.state));
  }

  emit(name: AccountEvent['name'], payload: AccountEvent['payload']): void {
    this.ports.events.append(this.accountId, name, payload);
  }

  get info(): AccountInfo {
    const { uri, deviceId, displayName } = this.writer;
    const { deviceName } = this.papers;
    return {
      accountId: this.accountId,
      uri,
      deviceId,
      displayName,
      deviceName,
      addresses: this.#peering.addresses,
    };
  }

  // Conversations

  async startConversation(options: Parameters<Account['startConversation']>[0]): Promise<Oid> {
    const { mode, invited, title, profile, flat } = options;
    const charter: JsonObject & { mode: Mode } = {
      mode,
      version: 1,
      ...(invited === undefined ? {} : { invited }),
      ...(profile === undefined || profile === 'admin' ? {} : { profile }),
      ...(flat ? { flat } : {}),
    };
    const draft = new History(this.ports.crypto, { profile: 'strict' });
    const composition = new Composition(draft, { read: async () => undefined });
    const root = await composition.write(
      this.writer,
      { kind: 'initial', charter },
      this.ports.clock.now(),
    );
    const runtime = await this.conversations.start(root.oid, composition.objects);
    await this.update((book) =>
      book.withConversation(root.oid, { created: this.ports.clock.now().getTime() }),
    );
    this.#peering.track(runtime);
    if (title !== undefined && title !== '')
      await this.updateConversationInfos(root.oid, { title });
    this.emit('ConversationReady', { conversationId: root.oid });
    return root.oid;
  }

  getConversations(): readonly ConversationSummary[] {
    return this.#book.conversationIds.map((id) => {
      const runtime = this.conversations.find(id);
      const syncing = this.#book.conversation(id)?.syncing;
      const mode =
        runtime?.history.charter?.mode ?? (Number(syncing?.metadatas['mode'] ?? 2) as Mode);
      const title = this.#titles.get(id) ?? syncing?.metadatas['title'] ?? '';
      return { id: id as Oid, mode, title, syncing: syncing !== undefined };
    });
  }

  /** Titles as last read, so that listing needs no reading. */
  readonly #titles = new Map<string, string>();

  async conversationInfos(conversationId: string): Promise<Readonly<Record<string, string>>> {
    const record = this.#record(conversationId);
    if (record.syncing) return { mode: '2', ...record.syncing.metadatas, syncing: 'true' };
    const runtime = this.#runtime(conversationId);
    const profile = await this.#profile(runtime);
    this.#titles.set(conversationId, profile.title ?? '');
    return { mode: String(runtime.history.charter?.mode ?? 2), ...definedOnly(profile) };
  }

  async updateConversationInfos(
    conversationId: string,
    infos: Readonly<Record<string, string>>,
  ): Promise<void> {
    const runtime = this.#runtime(conversationId);
    const current = await this.conversationInfos(conversationId);
    if ('mode' in infos && infos['mode'] !== current['mode']) {
      throw new CoveyError('MODE_IS_FIXED', 'the mode was fixed by the first commit');
    }
    const { mode: _, ...changed } = infos;
    const stray = Object.keys(changed).find((key) => !PROFILE_KEYS.includes(key));
    if (stray !== undefined) throw new CoveyError('REQUEST_MALFORMED', `infos have no ${stray}`);
    await runtime.write({
      kind: 'profile',
      profile: { ...(await this.#profile(runtime)), ...changed },
    });
    await this.conversationInfos(conversationId);
  }

  async getConversationMembers(conversationId: string): Promise<readonly Member[]> {
    const { syncing } = this.#record(conversationId);
    if (syncing) {
      return [
        { uri: this.writer.uri, role: 'invited', lastDisplayed: '' },
        { uri: syncing.from as AccountUri, role: 'member', lastDisplayed: '' },
      ];
    }
    const { state } = await this.#runtime(conversationId).resolved();
    return rolesOf(state).map(({ uri, role }) => ({
      uri: uri as AccountUri,
      role,
      lastDisplayed: '',
    }));
  }

  async addConversationMember(
    conversationId: string,
    uri: AccountUri,
    addresses: readonly string[],
  ) {
    const runtime = this.#runtime(conversationId);
    const { state } = await runtime.resolved();
    // Asked again for who is invited already: the invitation is delivered once more.
    const entry =
      state.placeOf(uri) === 'invited'
        ? this.#invitationOf(runtime, uri)
        : await runtime.write({ kind: 'add', uri });
    const delivered = await this.#peering.deliverInvite(runtime, uri, entry, addresses);
    return { commit: entry.oid, delivered };
  }

  #invitationOf(runtime: ConversationRuntime, uri: string): Entry {
    const act = runtime.history.acts.findLast(({ places }) =>
      places.some((place) => place.uri === uri && place.to === 'invited'),
    );
    const entry = act && runtime.history.entry(act.oid);
    if (!entry) throw new CoveyError('INTERNAL', 'an invitation without a commit');
    return entry;
  }

  async createInvitationLink(conversationId: string) {
    const runtime = this.#runtime(conversationId);
    const link = this.#newLink(LINK_LIFE_MS);
    await this.update((book) =>
      book.withLink(link.hash, { conversationId: runtime.id, expires: link.expires.getTime() }),
    );
    return {
      link: writeInviteLink({ ...link, conversationId: runtime.id }),
      expires: link.expires,
    };
  }

  #newLink(lifeMs: number) {
    const secret = this.ports.keys.random(16);
    const expires = new Date(this.ports.clock.now().getTime() + lifeMs);
    const { uri: from, deviceId: device } = this.writer;
    return {
      secret,
      hash: this.linkHash(secret),
      expires,
      from,
      device,
      addresses: this.#peering.addresses,
    };
  }

  linkHash(secret: Uint8Array): string {
    return toHex(this.ports.crypto.digests.sha256(secret));
  }

  async acceptInvitationLink(text: string): Promise<{ conversationId: Oid }> {
    const link = readInviteLink(text);
    if (this.#book.conversation(link.conversationId))
      return { conversationId: link.conversationId as Oid };
    await this.#peering.redeem(link);
    await this.acceptConversationRequest(link.conversationId);
    return { conversationId: link.conversationId as Oid };
  }

  getConversationRequests(): readonly ConversationRequest[] {
    return this.#book.requests.map(({ id, from, received, metadatas }) => ({
      ...metadatas,
      id,
      from,
      received,
    }));
  }

  async acceptConversationRequest(conversationId: string): Promise<void> {
    await this.update((book) => book.accepted(conversationId, this.ports.clock.now()));
    await this.#peering.clone(conversationId);
  }

  async declineConversationRequest(conversationId: string): Promise<void> {
    await this.update((book) => book.declined(conversationId));
    this.emit('ConversationRequestDeclined', { conversationId });
  }

  // Messages

  async sendMessage(conversationId: string, message: OutgoingMessage): Promise<Oid> {
    const { body, replyTo, reactTo, edit } = message;
    const type = edit === undefined ? 'text/plain' : 'application/edited-message';
    const fields = {
      type,
      body,
      ...(replyTo === undefined ? {} : { 'reply-to': replyTo }),
      ...(reactTo === undefined ? {} : { 'react-to': reactTo }),
      ...(edit === undefined ? {} : { edit }),
    };
    const entry = await this.#runtime(conversationId).write({ kind: 'message', fields });
    return entry.oid;
  }

  async loadConversation(
    conversationId: string,
    page: { from?: string; n: number },
  ): Promise<readonly Message[]> {
    return messagePage(this.#runtime(conversationId), page);
  }

  async removeConversation(conversationId: string): Promise<void> {
    const record = this.#record(conversationId);
    const runtime = this.conversations.find(conversationId);
    if (runtime && !record.syncing) {
      const { state } = await runtime.resolved();
      const others = rolesOf(state).some(
        ({ uri, role }) => uri !== this.writer.uri && (role === 'admin' || role === 'member'),
      );
      if (others && state.isWriter(this.writer.uri)) {
        await runtime.write({ kind: 'leave' });
        await this.#peering.spreadNow(runtime);
      }
    }
    await this.update((book) => book.removed(conversationId, this.ports.clock.now()));
    this.#peering.forget(conversationId);
    await this.conversations.remove(conversationId);
    this.emit('ConversationRemoved', { conversationId });
  }

  async conversationState(conversationId: string): Promise<ConversationState> {
    const runtime = this.#runtime(conversationId);
    return {
      heads: runtime.heads,
      stateDigest: await runtime.digest(),
      commits: runtime.history.size,
      connected: await this.#peering.connectedTo(runtime),
    };
  }

  // Devices

  async addDevice(): Promise<{ code: string; expires: Date }> {
    const link = this.#newLink(DEVICE_LINK_LIFE_MS);
    await this.update((book) => book.withLink(link.hash, { expires: link.expires.getTime() }));
    return { code: writeDeviceLink(link), expires: link.expires };
  }

  getDevices() {
    return Object.entries(this.#book.state.ownDevices).map(([deviceId, name]) => ({
      deviceId: deviceId as DeviceId,
      name,
      thisDevice: deviceId === this.writer.deviceId,
    }));
  }

  // Within

  /** When a clone is complete: joins where this account is only invited, and tells the host. */
  async finishCloneOnce(runtime: ConversationRuntime): Promise<void> {
    if (!this.#book.conversation(runtime.id)?.syncing || this.#joining.has(runtime.id)) return;
    this.#joining.add(runtime.id);
    try {
      const { state } = await runtime.resolved();
      if (!state.isWriter(this.writer.uri)) await runtime.write({ kind: 'join' });
      await this.update((book) => book.synced(runtime.id));
      await this.#readTitle(runtime);
      this.emit('ConversationReady', { conversationId: runtime.id });
    } finally {
      this.#joining.delete(runtime.id);
    }
  }

  /** Tries every known device that shares something with this one. */
  dialKnown(): void {
    this.#peering.dialKnown();
  }

  rosterOf(conversationId: string): KnownDevice[] {
    return this.#peering.rosterOf(conversationId);
  }

  takeRoster(conversationId: string, devices: readonly KnownDevice[]): Promise<void> {
    return this.#peering.takeRoster(conversationId, devices);
  }

  /** What invitations say of a conversation. */
  async metadatas(runtime: ConversationRuntime): Promise<Readonly<Record<string, string>>> {
    const { title, description } = await this.#profile(runtime);
    const mode = String(runtime.history.charter?.mode ?? 2);
    return { mode, ...definedOnly({ title, description }) };
  }

  async #profile(runtime: ConversationRuntime): Promise<ConversationProfile> {
    const { state } = await runtime.resolved();
    const oid = state.files.get(layout.PROFILE_PATH);
    const blob = oid && (await runtime.store.read(oid));
    return blob ? readVcard(blob.bytes) : {};
  }

  #record(conversationId: string) {
    const record = this.#book.conversation(conversationId);
    if (!record)
      throw new CoveyError('CONVERSATION_NOT_FOUND', `no conversation ${conversationId}`);
    return record;
  }

  #runtime(conversationId: string): ConversationRuntime {
    const { syncing } = this.#record(conversationId);
    const runtime = this.conversations.find(conversationId);
    if (syncing || !runtime) {
      throw new CoveyError('CONVERSATION_SYNCING', 'the conversation is still being fetched');
    }
    return runtime;
  }

  /** New commits are durable: hosts hear of them, then other devices. */
  #added(runtime: ConversationRuntime, entries: readonly Entry[]): void {
    const conversationId = runtime.id;
    const shown = new Map(timeline(entries).map((message) => [message.entry, message]));
    for (const entry of entries) {
      const { kind } = entry.content;
      if (kind === 'merge') continue;
      const message = shown.get(entry);
      const view = message
        ? viewOf(message)
        : viewOf({
            entry,
            fields: stringFields(entry),
            reactions: [],
            editions: [],
            deleted: false,
            needsNewerVersion: false,
          });
      this.emit('MessageReceived', { conversationId, message: view });
      if (MEMBER_KINDS.has(kind)) {
        this.emit('ConversationMemberEvent', { conversationId, uri: entry.uri, action: kind });
      }
      if (kind === 'profile') this.emit('ConversationProfileUpdated', { conversationId });
    }
    if (entries.some(({ content }) => content.kind === 'profile')) void this.#readTitle(runtime);
    this.#peering.moved(runtime);
    void runtime.tidy().catch((err: unknown) => this.ports.log.error({ err }, 'packing failed'));
  }

  async #readTitle(runtime: ConversationRuntime): Promise<void> {
    const { title } = await this.#profile(runtime);
    this.#titles.set(runtime.id, title ?? '');
  }
}

const PROFILE_KEYS: readonly string[] = [
  'title',
  'description',
  'avatar',
  'rdvAccount',
  'rdvDevice',
];
const MEMBER_KINDS: ReadonlySet<string> = new Set(['add', 'join', 'leave', 'ban', 'unban']);

function stringFields({ content: { fields } }: Entry): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).filter(
      (member): member is [string, string] => typeof member[1] === 'string' && member[0] !== 'type',
    ),
  );
}

function definedOnly(values: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter(
      (member): member is [string, string] => typeof member[1] === 'string',
    ),
  );
}
