import type {
  Account,
  AccountEvent,
  AccountInfo,
  ConversationRequest,
  EventLog,
  Explanation,
  Member,
  Message,
  OutgoingMessage,
  Passphrase,
  VoteAction,
  VoteOutcome,
} from '@covey/device';
import { CoveyError } from '@covey/errors';
import { type Oid, parseOid } from '@covey/git-objects';
import { type AccountUri, type DeviceId, parseAccountUri, parseDeviceId } from '@covey/identity';

interface FakeConversation {
  readonly id: Oid;
  readonly infos: Record<string, string>;
  readonly members: Member[];
  readonly messages: Message[];
  /** `action target` -> who has voted so. */
  readonly votes: Map<string, Set<AccountUri>>;
}

/** One account of {@link FakeAccounts}. Ids are counted, so that a test can name them. */
export class FakeAccount implements Account {
  passphrase: Passphrase | undefined;
  locked = false;
  readonly #facts: Omit<AccountInfo, 'locked' | 'hasPassphrase'>;
  readonly conversations = new Map<string, FakeConversation>();
  readonly requests: ConversationRequest[] = [];
  readonly furtherDevices = [parseDeviceId('d'.repeat(64))];
  readonly revoked = new Set<DeviceId>();
  readonly revokedLinks: string[] = [];
  contradictions: Explanation['contradictions'] = [];
  readonly #events: EventLog;
  readonly #calls: string[];
  #ids = 0;

  constructor(
    n: number,
    displayName: string,
    deviceName: string,
    events: EventLog,
    calls: string[],
  ) {
    this.#facts = {
      accountId: digits(0xacc0 + n, 16),
      uri: parseAccountUri(digits(0xa11ce0 + n, 40)),
      deviceId: parseDeviceId(digits(0xde71ce0 + n, 64)),
      displayName,
      deviceName,
      addresses: ['127.0.0.1:7400'],
    };
    this.#ids = n * 0x1000000;
    this.#events = events;
    this.#calls = calls;
  }

  get info(): AccountInfo {
    const hasPassphrase = this.passphrase !== undefined;
    return { ...this.#facts, locked: this.locked, hasPassphrase };
  }

  judge(told: Passphrase | undefined): void {
    const same = Buffer.compare(
      told?.reveal() ?? Buffer.of(),
      this.passphrase?.reveal() ?? Buffer.of(),
    );
    if (same !== 0) throw new CoveyError('PASSPHRASE_WRONG', 'the passphrase is wrong');
  }

  async startConversation(options: Parameters<Account['startConversation']>[0]): Promise<Oid> {
    this.#calls.push('startConversation');
    const id = this.#nextId();
    const { mode, title = '' } = options;
    const own: Member = { uri: this.info.uri, role: 'admin', lastDisplayed: '' };
    const infos = { mode: String(mode), title };
    this.conversations.set(id, { id, infos, members: [own], messages: [], votes: new Map() });
    this.#events.append(this.info.accountId, 'ConversationReady', { conversationId: id });
    return id;
  }

  getConversations() {
    this.#calls.push('getConversations');
    return [...this.conversations.values()].map(({ id, infos }) => ({
      id,
      mode: 2 as const,
      title: infos['title'] ?? '',
      syncing: false,
    }));
  }

  async conversationInfos(conversationId: string) {
    return this.#conversation(conversationId, 'conversationInfos').infos;
  }

  async updateConversationInfos(conversationId: string, infos: Readonly<Record<string, string>>) {
    const conversation = this.#conversation(conversationId, 'updateConversationInfos');
    if ('mode' in infos) throw new CoveyError('MODE_IS_FIXED', 'the mode cannot be changed');
    Object.assign(conversation.infos, infos);
  }

  async getConversationMembers(conversationId: string) {
    const { members, votes } = this.#conversation(conversationId, 'getConversationMembers');
    return members.map((member) => {
      const open = [...votes].flatMap(([key, voters]) => {
        const [action, target = ''] = key.split(' ') as [VoteAction, string]; // as it was put in
        return target === member.uri ? [{ action, target, ...tally(members, voters) }] : [];
      });
      return open.length > 0 ? { ...member, votes: open } : member;
    });
  }

  async vote(
    conversationId: string,
    target: string,
    action: VoteAction,
    { resolve = false }: { resolve?: boolean } = {},
  ): Promise<VoteOutcome> {
    const { members, votes } = this.#conversation(conversationId, 'vote');
    const key = `${action} ${target}`;
    const voters = votes.get(key) ?? new Set<AccountUri>();
    const isNew = !voters.has(this.info.uri);
    votes.set(key, voters.add(this.info.uri));
    const outcome = { ...(isNew ? { vote: this.#nextId() } : {}), ...tally(members, voters) };
    if (!resolve || outcome.missing > 0) return outcome;
    return { ...outcome, resolution: this.#carryOut(conversationId, target, action) };
  }

  async resolveVote(conversationId: string, target: string, action: VoteAction) {
    const { members, votes } = this.#conversation(conversationId, 'resolveVote');
    const outcome = tally(members, votes.get(`${action} ${target}`) ?? new Set());
    return { ...outcome, resolution: this.#carryOut(conversationId, target, action) };
  }

  async removeConversationMember(conversationId: string, uri: AccountUri) {
    this.#calls.push('removeConversationMember');
    return this.vote(conversationId, uri, 'ban', { resolve: true });
  }

  /** Of a message a commit explained, of anything else a member. Its author has contradicted himself. */
  async explain(conversationId: string, id: string): Promise<Explanation> {
    const { messages, members } = this.#conversation(conversationId, 'explain');
    const message = messages.find((each) => each.id === id);
    const member = members.find(({ uri }) => uri === id);
    const { uri, deviceId, displayName } = this.info;
    const act = (commit: Oid, kind: 'vote' | 'add') => ({
      commit,
      kind,
      by: uri,
      device: deviceId,
    });
    const own = conversationId as Oid; // An id of this fake.
    if (message) {
      return {
        ...{ about: 'commit', commit: message.id, kind: 'text', parents: [], height: 3 },
        author: { uri, device: deviceId, name: displayName },
        ...{ signature: 'good', rules: ['every-commit/form'], deviations: [] },
        time: { claimed: message.timestamp, contradicts: false },
        contradictions: this.contradictions,
      };
    }
    if (!member) throw new CoveyError('MESSAGE_NOT_FOUND', 'neither a commit nor an account here');
    return {
      ...{ about: 'member', uri: id, place: 'member', devices: [], bannedDevices: [], votes: [] },
      settings: [
        {
          ...{ act: act(own, 'add'), op: 'add', to: 'invited', signature: 'good' },
          ...{ verdict: 'holds', found: 'it decides' },
        },
      ],
      contradictions: this.contradictions,
    };
  }

  async evidence(conversationId: string, one: string, other: string) {
    this.#conversation(conversationId, 'evidence');
    return { evidence: `${JSON.stringify({ one, other })}\n` };
  }

  #carryOut(conversationId: string, target: string, action: VoteAction): Oid {
    const conversation = this.conversations.get(conversationId);
    const at = conversation?.members.findIndex(({ uri }) => uri === target) ?? -1;
    const member = conversation?.members[at];
    const role = ({ ban: 'banned', unban: 'member', promote: 'admin', demote: 'member' } as const)[
      action
    ];
    if (member) conversation?.members.splice(at, 1, { ...member, role });
    conversation?.votes.delete(`${action} ${target}`);
    return this.#nextId();
  }

  async addConversationMember(
    conversationId: string,
    uri: AccountUri,
    addresses: readonly string[],
  ) {
    const { members } = this.#conversation(conversationId, 'addConversationMember');
    members.push({ uri, role: 'invited', lastDisplayed: '' });
    return { commit: this.#nextId(), delivered: addresses.length > 0 };
  }

  async createInvitationLink(conversationId: string) {
    this.#conversation(conversationId, 'createInvitationLink');
    return { link: `covey:invite/${conversationId}`, expires: new Date('2030-01-01T00:00:00Z') };
  }

  async revokeInvitationLink(link: string) {
    this.#calls.push('revokeInvitationLink');
    this.revokedLinks.push(link);
  }

  async acceptInvitationLink(link: string) {
    this.#calls.push('acceptInvitationLink');
    const [, id = ''] = link.split('/');
    return { conversationId: parseOid(id) };
  }

  getConversationRequests() {
    this.#calls.push('getConversationRequests');
    return this.requests;
  }

  async acceptConversationRequest(conversationId: string) {
    this.#takeRequest(conversationId, 'acceptConversationRequest');
  }

  async declineConversationRequest(conversationId: string) {
    this.#takeRequest(conversationId, 'declineConversationRequest');
  }

  async sendMessage(conversationId: string, outgoing: OutgoingMessage): Promise<Oid> {
    const { messages } = this.#conversation(conversationId, 'sendMessage');
    const message = this.#message(outgoing, messages.length);
    messages.push(message);
    const payload = { conversationId, message };
    this.#events.append(this.info.accountId, 'MessageReceived', payload);
    return message.id;
  }

  async loadConversation(conversationId: string, { from, n }: { from?: string; n: number }) {
    const { messages } = this.#conversation(conversationId, 'loadConversation');
    const end = from === undefined ? messages.length : messages.findIndex(({ id }) => id === from);
    if (end < 0) throw new CoveyError('MESSAGE_NOT_FOUND', 'no such message');
    return messages.slice(Math.max(0, end - n), end);
  }

  async removeConversation(conversationId: string) {
    this.#conversation(conversationId, 'removeConversation');
    this.conversations.delete(conversationId);
  }

  async conversationState(conversationId: string) {
    const { messages } = this.#conversation(conversationId, 'conversationState');
    const heads = messages.slice(-1).map(({ id }) => id);
    return { heads, stateDigest: digits(7, 64), commits: messages.length, connected: [] };
  }

  /** The last message is what others refuse. */
  async repair(conversationId: string, { apply, resend }: { apply?: boolean; resend?: boolean }) {
    const { messages } = this.#conversation(conversationId, 'repair');
    const last = messages.slice(-1);
    const [rule, path] = ['every-commit/signature', ''];
    return {
      refused: last.map(({ id }) => ({ commit: id, rule, path, by: [this.info.deviceId] })),
      lost: last.map(({ id, author, type, timestamp, fields }) => ({
        ...{ id, author, isOwn: true, type, timestamp, body: fields['body'] ?? '' },
      })),
      heads: messages.slice(-2, -1).map(({ id }) => id),
      ...(apply ? { saved: '/saved/here' } : {}),
      resent: resend ? last.map(({ id }) => id) : [],
    };
  }

  async addDevice() {
    this.#calls.push('addDevice');
    return { code: 'covey-device:good', expires: new Date('2030-01-01T00:00:00Z') };
  }

  getDevices() {
    this.#calls.push('getDevices');
    const own = { deviceId: this.info.deviceId, name: this.info.deviceName, thisDevice: true };
    return [
      ...this.furtherDevices.map((deviceId) => ({
        ...{ deviceId, name: 'tablet', thisDevice: false, revoked: this.revoked.has(deviceId) },
      })),
      { ...own, revoked: false },
    ];
  }

  async revokeDevice(deviceId: DeviceId) {
    this.#calls.push('revokeDevice');
    this.revoked.add(deviceId);
    const conversations = [...this.conversations.keys()].map(parseOid);
    return { number: String(this.revoked.size), conversations };
  }

  /** Something happens on this account. */
  tell(name: AccountEvent['name'], payload: AccountEvent['payload']): void {
    this.#events.append(this.info.accountId, name, payload);
  }

  #conversation(conversationId: string, operation: string): FakeConversation {
    this.#calls.push(operation);
    const conversation = this.conversations.get(conversationId);
    if (!conversation) throw new CoveyError('CONVERSATION_NOT_FOUND', 'no such conversation');
    return conversation;
  }

  #takeRequest(conversationId: string, operation: string): void {
    this.#calls.push(operation);
    const at = this.requests.findIndex(({ id }) => id === conversationId);
    if (at < 0) throw new CoveyError('REQUEST_NOT_FOUND', 'no such request');
    this.requests.splice(at, 1);
  }

  #message({ body, replyTo, reactTo, edit }: OutgoingMessage, height: number): Message {
    const fields: Record<string, string> = { body };
    if (replyTo !== undefined) fields['reply-to'] = replyTo;
    if (reactTo !== undefined) fields['react-to'] = reactTo;
    if (edit !== undefined) fields['edit'] = edit;
    return {
      id: this.#nextId(),
      parents: [],
      author: this.info.uri,
      authorName: this.info.displayName,
      device: this.info.deviceId,
      type: 'text/plain',
      timestamp: 1_700_000_000 + height * 60,
      height,
      fields,
      reactions: [],
      editions: [],
      deleted: false,
      needsNewerVersion: false,
    };
  }

  #nextId(): Oid {
    // Different from the first digit on, as real ids are: the command line names them by their beginning.
    this.#ids += 1;
    const spread = (this.#ids * 2_654_435_761) % 2 ** 32;
    return parseOid(digits(spread, 8) + digits(this.#ids, 32));
  }
}

function tally(members: readonly Member[], voters: ReadonlySet<AccountUri>) {
  const admins = members.filter(({ role }) => role === 'admin').length;
  const missing = Math.max(0, Math.floor(admins / 2) + 1 - voters.size);
  return { voters: [...voters], admins, missing };
}

function digits(n: number, length: number): string {
  return n.toString(16).padStart(length, '0');
}
