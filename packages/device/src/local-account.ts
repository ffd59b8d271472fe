import type { JsonObject } from '@covey/codec';
import { Composition, explain, gatherEvidence, History, rollCall } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import { type Oid, parseOid } from '@covey/git-objects';
import type { AccountUri, DeviceId } from '@covey/identity';
import { type AccountRuntime, definedOnly } from './account-runtime.ts';
import type {
  Account,
  AccountInfo,
  ConversationRequest,
  ConversationState,
  ConversationSummary,
  Explanation,
  Member,
  Message,
  Mode,
  OutgoingMessage,
  Repair,
  VoteAction,
  VoteOutcome,
} from './api.ts';
import { carryOut, castVote } from './ballots.ts';
import type { ConversationRuntime } from './conversation-runtime.ts';
import { messagePage } from './message-view.ts';
import { OwnLinks } from './own-links.ts';

/** What the first commit says, and no later one changes. */
const FIXED_KEYS: readonly string[] = ['mode', 'flat', 'profile'];
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
  readonly #links: OwnLinks;

  constructor(account: AccountRuntime, info: () => AccountInfo) {
    this.#account = account;
    this.#info = info;
    this.#links = new OwnLinks(account, account.peering);
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
    await this.#account.revocations.carryInto(runtime);
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
    const { charter } = runtime.history;
    return {
      mode: String(charter?.mode ?? 2),
      ...(charter?.flat ? { flat: 'true' } : {}),
      ...(charter?.profileBy === 'member' ? { profile: 'member' } : {}),
      ...definedOnly(profile),
    };
  }

  async updateConversationInfos(
    conversationId: string,
    infos: Readonly<Record<string, string>>,
  ): Promise<void> {
    const runtime = this.#runtime(conversationId);
    const current = await this.conversationInfos(conversationId);
    const fixed = FIXED_KEYS.find((key) => key in infos && infos[key] !== current[key]);
    if (fixed !== undefined) {
      throw new CoveyError('MODE_IS_FIXED', `the ${fixed} was fixed by the first commit`);
    }
    const changed = Object.fromEntries(
      Object.entries(infos).filter(([key]) => !FIXED_KEYS.includes(key)),
    );
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
    const { history, store } = this.#runtime(conversationId);
    // Ids in a judged state are of their form.
    return (await rollCall(history, store)).map((entry) => ({
      ...entry,
      uri: entry.uri as AccountUri,
      devices: entry.devices as DeviceId[],
      bannedDevices: entry.bannedDevices as DeviceId[],
      votes: entry.votes.map((each) => ({ ...each, voters: each.voters as AccountUri[] })),
      lastDisplayed: '',
    }));
  }

  // Votes

  vote(
    conversationId: string,
    target: string,
    action: VoteAction,
    options: { resolve?: boolean } = {},
  ): Promise<VoteOutcome> {
    return castVote(this.#runtime(conversationId), this.info.uri, { target, action }, options);
  }

  resolveVote(conversationId: string, target: string, action: VoteAction): Promise<VoteOutcome> {
    return carryOut(this.#runtime(conversationId), { target, action });
  }

  removeConversationMember(conversationId: string, uri: AccountUri): Promise<VoteOutcome> {
    return this.vote(conversationId, uri, 'ban', { resolve: true });
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

  createInvitationLink(conversationId: string): Promise<{ link: string; expires?: Date }> {
    return this.#links.toConversation(this.#runtime(conversationId));
  }

  revokeInvitationLink(link: string): Promise<void> {
    return this.#links.revoke(link);
  }

  async acceptInvitationLink(text: string): Promise<{ conversationId: Oid }> {
    const conversationId = await this.#links.present(text);
    if (this.#account.book.conversation(conversationId)) return { conversationId };
    await this.acceptConversationRequest(conversationId);
    return { conversationId };
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
    const isLate = (oid: Oid) => this.#account.arrivals.isLate(conversationId, oid);
    return messagePage(this.#runtime(conversationId), page, isLate);
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

  repair(conversationId: string, options: { apply?: boolean; resend?: boolean }): Promise<Repair> {
    return this.#account.repairs.repair(this.#runtime(conversationId), options);
  }

  async explain(conversationId: string, id: string): Promise<Explanation> {
    const { history, store } = this.#runtime(conversationId);
    const explanation = await explain(id, history, store);
    if (explanation) return explanation;
    throw new CoveyError('MESSAGE_NOT_FOUND', `neither a commit nor an account here: ${id}`);
  }

  async evidence(conversationId: string, one: string, other: string) {
    const { history, store } = this.#runtime(conversationId);
    const pair = [parseOid(one), parseOid(other)] as const;
    return { evidence: await gatherEvidence(pair, history, store) };
  }

  // Devices

  addDevice(): Promise<{ code: string; expires: Date }> {
    return this.#links.toAccount();
  }

  getDevices() {
    const { book, writer } = this.#account;
    return Object.entries(book.state.ownDevices).map(([deviceId, name]) => ({
      deviceId: deviceId as DeviceId,
      name,
      thisDevice: deviceId === writer.deviceId,
      revoked: book.isRevoked(deviceId),
    }));
  }

  revokeDevice(deviceId: DeviceId): Promise<{ number: string; conversations: readonly Oid[] }> {
    return this.#account.revocations.revoke(deviceId);
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
    if (runtime?.needsNewerVersion) {
      throw new CoveyError('RULES_VERSION_UNSUPPORTED', 'this needs a newer version of Covey');
    }
    throw new CoveyError('CONVERSATION_SYNCING', 'the conversation is still being fetched');
  }
}
