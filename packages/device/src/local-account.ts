import { readInviteLink, writeDeviceLink, writeInviteLink } from '@covey/account';
import type { JsonObject } from '@covey/codec';
import { Composition, History, rolesOf } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import type { Oid } from '@covey/git-objects';
import type { AccountUri, DeviceId } from '@covey/identity';
import { type AccountRuntime, definedOnly } from './account-runtime.ts';
import type {
  Account,
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
import { messagePage } from './message-view.ts';

const LINK_LIFE_MS = 7 * 24 * 3600 * 1000;
const DEVICE_LINK_LIFE_MS = 5 * 60 * 1000;
const PROFILE_KEYS: readonly string[] = [
  'title',
  'description',
  'avatar',
  'rdvAccount',
  'rdvDevice',
];

/** What a host can ask of one account: each operation is few steps over the runtime. */
export class LocalAccount implements Account {
  readonly #account: AccountRuntime;
  readonly #info: () => AccountInfo;

  constructor(account: AccountRuntime, info: () => AccountInfo) {
    this.#account = account;
    this.#info = info;
  }

  get info(): AccountInfo {
    return this.#info();
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
    const { root, composition } = await this.#newRoot(charter);
    const runtime = await this.#account.conversations.start(root.oid, composition.objects);
    await this.#account.update((book) =>
      book.withConversation(root.oid, { created: this.#account.ports.clock.now().getTime() }),
    );
    await this.#account.peering.started(runtime);
    if (title !== undefined && title !== '')
      await this.updateConversationInfos(root.oid, { title });
    this.#account.emit('ConversationReady', { conversationId: root.oid });
    return root.oid;
  }

  /**
   * A first commit that this account has not written yet: two of one second with the same charter would
   * be one and the same, for signatures hold no chance. The later one claims a later second.
   */
  async #newRoot(charter: JsonObject & { mode: Mode }) {
    const { ports, writer, book } = this.#account;
    for (let time = ports.clock.now().getTime(); ; time += 1000) {
      const draft = new History(ports.crypto, { profile: 'strict' });
      const composition = new Composition(draft, { read: async () => undefined });
      const root = await composition.write(writer, { kind: 'initial', charter }, new Date(time));
      if (!book.state.conversations[root.oid]) return { root, composition };
    }
  }

  getConversations(): readonly ConversationSummary[] {
    return this.#account.book.conversationIds.map((id) => {
      const runtime = this.#account.conversations.find(id);
      const syncing = this.#account.book.conversation(id)?.syncing;
      const mode =
        runtime?.history.charter?.mode ?? (Number(syncing?.metadatas['mode'] ?? 2) as Mode);
      const title = this.#account.titleOf(id) ?? syncing?.metadatas['title'] ?? '';
      return { id: id as Oid, mode, title, syncing: syncing !== undefined };
    });
  }

  async conversationInfos(conversationId: string): Promise<Readonly<Record<string, string>>> {
    const record = this.#record(conversationId);
    if (record.syncing) return { mode: '2', ...record.syncing.metadatas, syncing: 'true' };
    const runtime = this.#runtime(conversationId);
    const profile = await this.#account.profile(runtime);
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
      profile: { ...(await this.#account.profile(runtime)), ...changed },
    });
    await this.conversationInfos(conversationId);
  }

  async getConversationMembers(conversationId: string): Promise<readonly Member[]> {
    const { syncing } = this.#record(conversationId);
    if (syncing) {
      const { uri } = this.#account.writer;
      const source: Member = { uri: syncing.from as AccountUri, role: 'member', lastDisplayed: '' };
      // Fetched from a device of one's own: oneself is all that is known.
      if (source.uri === uri) return [source];
      return [{ uri, role: 'invited', lastDisplayed: '' }, source];
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
    const before = state.placeOf(uri) === 'invited' ? runtime.invitationOf(uri) : undefined;
    const entry = before ?? (await runtime.write({ kind: 'add', uri }));
    // A person asks once more: a later invitation, which reopens one that was declined.
    const now = Math.floor(this.#account.ports.clock.now().getTime() / 1000);
    const received = before ? Math.max(now, before.time + 1) : entry.time;
    const delivered = await this.#account.peering.deliverInvite(runtime, uri, received, addresses);
    return { commit: entry.oid, delivered };
  }

  async createInvitationLink(conversationId: string) {
    const runtime = this.#runtime(conversationId);
    const link = this.#newLink(LINK_LIFE_MS);
    await this.#account.update((book) =>
      book.withLink(link.hash, { conversationId: runtime.id, expires: link.expires.getTime() }),
    );
    return {
      link: writeInviteLink({ ...link, conversationId: runtime.id }),
      expires: link.expires,
    };
  }

  #newLink(lifeMs: number) {
    const secret = this.#account.ports.keys.random(16);
    const expires = new Date(this.#account.ports.clock.now().getTime() + lifeMs);
    const { uri: from, deviceId: device } = this.#account.writer;
    return {
      secret,
      hash: this.#account.linkHash(secret),
      expires,
      from,
      device,
      addresses: this.#account.peering.addresses,
    };
  }

  async acceptInvitationLink(text: string): Promise<{ conversationId: Oid }> {
    const link = readInviteLink(text);
    if (this.#account.book.conversation(link.conversationId))
      return { conversationId: link.conversationId as Oid };
    await this.#account.peering.redeem(link);
    await this.acceptConversationRequest(link.conversationId);
    return { conversationId: link.conversationId as Oid };
  }

  getConversationRequests(): readonly ConversationRequest[] {
    return this.#account.book.requests.map(({ id, from, received, metadatas }) => ({
      ...metadatas,
      id,
      from,
      received,
    }));
  }

  async acceptConversationRequest(conversationId: string): Promise<void> {
    await this.#account.update((book) =>
      book.accepted(conversationId, this.#account.ports.clock.now()),
    );
    await this.#account.peering.accepted(conversationId);
  }

  async declineConversationRequest(conversationId: string): Promise<void> {
    await this.#account.update((book) => book.declined(conversationId));
    this.#account.emit('ConversationRequestDeclined', { conversationId });
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
    this.#record(conversationId);
    await this.#account.removal.begin(conversationId);
  }

  async conversationState(conversationId: string): Promise<ConversationState> {
    const runtime = this.#runtime(conversationId);
    return {
      heads: runtime.heads,
      stateDigest: await runtime.digest(),
      commits: runtime.history.size,
      connected: this.#account.peering.linksOf(runtime.id).map(({ remote }) => remote.deviceId),
    };
  }

  // Devices

  async addDevice(): Promise<{ code: string; expires: Date }> {
    const link = this.#newLink(DEVICE_LINK_LIFE_MS);
    await this.#account.update((book) =>
      book.withLink(link.hash, { expires: link.expires.getTime() }),
    );
    return { code: writeDeviceLink(link), expires: link.expires };
  }

  getDevices() {
    return Object.entries(this.#account.book.state.ownDevices).map(([deviceId, name]) => ({
      deviceId: deviceId as DeviceId,
      name,
      thisDevice: deviceId === this.#account.writer.deviceId,
    }));
  }

  #record(conversationId: string) {
    const record = this.#account.book.conversation(conversationId);
    if (record) return record;
    throw new CoveyError('CONVERSATION_NOT_FOUND', `no conversation ${conversationId}`);
  }

  #runtime(conversationId: string): ConversationRuntime {
    const { syncing } = this.#record(conversationId);
    const runtime = this.#account.conversations.find(conversationId);
    if (runtime && !syncing) return runtime;
    throw new CoveyError('CONVERSATION_SYNCING', 'the conversation is still being fetched');
  }
}
