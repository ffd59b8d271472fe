import type {
  Account,
  AccountEvent,
  AccountInfo,
  Accounts,
  ConversationRequest,
  EventLog,
  Member,
  Message,
  OutgoingMessage,
  Passphrase,
  PassphraseChange,
} from '@covey/device';
import { CoveyError } from '@covey/errors';
import { type Oid, parseOid } from '@covey/git-objects';
import { type AccountUri, parseAccountUri, parseDeviceId } from '@covey/identity';

interface FakeConversation {
  readonly id: Oid;
  readonly infos: Record<string, string>;
  readonly members: Member[];
  readonly messages: Message[];
}

/** Accounts without keys, Git or network: they remember what was asked and answer plausibly. */
export class FakeAccounts implements Accounts {
  /** Name of every operation that got this far, oldest first. */
  readonly calls: string[] = [];
  readonly #events: EventLog;
  readonly #accounts = new Map<string, FakeAccount>();

  constructor(events: EventLog) {
    this.#events = events;
  }

  list(): readonly AccountInfo[] {
    this.calls.push('list');
    return [...this.#accounts.values()].map(({ info }) => info);
  }

  info(accountId: string): AccountInfo {
    this.calls.push('info');
    return this.#find(accountId).info;
  }

  async create({ displayName, deviceName, passphrase }: Parameters<Accounts['create']>[0]) {
    this.calls.push('create');
    return this.add(displayName, deviceName, passphrase).info;
  }

  async link({ code, deviceName, passphrase }: Parameters<Accounts['link']>[0]) {
    this.calls.push('link');
    if (code !== 'covey-device:good') {
      throw new CoveyError('LINK_REFUSED', 'the code is wrong, used or expired');
    }
    return this.add('linked', deviceName, passphrase).info;
  }

  async unlock(accountId: string, passphrase: Passphrase) {
    this.calls.push('unlock');
    const account = this.#find(accountId);
    if (account.locked) account.judge(passphrase);
    account.locked = false;
    return account.info;
  }

  async changePassphrase(accountId: string, { current, next }: PassphraseChange) {
    this.calls.push('changePassphrase');
    const account = this.account(accountId);
    account.judge(current);
    account.passphrase = next;
    return account.info;
  }

  account(accountId: string): FakeAccount {
    const account = this.#find(accountId);
    if (account.locked) throw new CoveyError('ACCOUNT_LOCKED', 'the account is locked');
    return account;
  }

  #find(accountId: string): FakeAccount {
    const account = this.#accounts.get(accountId);
    if (!account) throw new CoveyError('ACCOUNT_NOT_FOUND', 'no such account');
    return account;
  }

  add(displayName: string, deviceName = 'laptop', passphrase?: Passphrase): FakeAccount {
    const n = this.#accounts.size + 1;
    const account = new FakeAccount(n, displayName, deviceName, this.#events, this.calls);
    account.passphrase = passphrase;
    this.#accounts.set(account.info.accountId, account);
    return account;
  }
}

/** One account of {@link FakeAccounts}. Ids are counted, so that a test can name them. */
export class FakeAccount implements Account {
  passphrase: Passphrase | undefined;
  locked = false;
  readonly #facts: Omit<AccountInfo, 'locked' | 'hasPassphrase'>;
  readonly conversations = new Map<string, FakeConversation>();
  readonly requests: ConversationRequest[] = [];
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
    this.conversations.set(id, { id, infos, members: [own], messages: [] });
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
    return this.#conversation(conversationId, 'getConversationMembers').members;
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

  async addDevice() {
    this.#calls.push('addDevice');
    return { code: 'covey-device:good', expires: new Date('2030-01-01T00:00:00Z') };
  }

  getDevices() {
    this.#calls.push('getDevices');
    return [{ deviceId: this.info.deviceId, name: this.info.deviceName, thisDevice: true }];
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

function digits(n: number, length: number): string {
  return n.toString(16).padStart(length, '0');
}
