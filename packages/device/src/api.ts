import type { Explanation, layout, VoidStep } from '@covey/conversation';
import type { Oid } from '@covey/git-objects';
import type { AccountUri, DeviceId } from '@covey/identity';
import type { Passphrase } from './passphrase.ts';

/** What a host (local API, demo, web app) can ask of all accounts of this daemon. */
export interface Accounts {
  list(): readonly AccountInfo[];
  /** Also of a locked account. @throws {CoveyError} ACCOUNT_NOT_FOUND */
  info(accountId: string): AccountInfo;
  /** Makes keys and certificates; resolves when they are on disk, the keys under the passphrase if there is one. */
  create(options: {
    displayName: string;
    deviceName: string;
    passphrase?: Passphrase | undefined;
  }): Promise<AccountInfo>;
  /** Becomes a further device of an account, by the one-time code that `addDevice` printed there. @throws {CoveyError} LINK_MALFORMED, LINK_REFUSED, PEER_UNREACHABLE */
  link(options: {
    code: string;
    deviceName: string;
    passphrase?: Passphrase | undefined;
  }): Promise<AccountInfo>;
  /**
   * Runs an account that was locked; one that runs stays as it is, whatever the passphrase.
   * @throws {CoveyError} ACCOUNT_NOT_FOUND, PASSPHRASE_WRONG, RATE_EXCEEDED, ACCOUNT_UNREADABLE
   */
  unlock(accountId: string, passphrase: Passphrase): Promise<AccountInfo>;
  /**
   * Resolves when the keys are on disk in their new form, and in no other.
   * @throws {CoveyError} ACCOUNT_NOT_FOUND, ACCOUNT_LOCKED, PASSPHRASE_WRONG, RATE_EXCEEDED,
   * REQUEST_MALFORMED if there is no passphrase and a current one is given
   */
  changePassphrase(accountId: string, change: PassphraseChange): Promise<AccountInfo>;
  /** @throws {CoveyError} ACCOUNT_NOT_FOUND, ACCOUNT_LOCKED */
  account(accountId: string): Account;
}

/** From one passphrase to another; without one, the keys are in clear before or after. */
export interface PassphraseChange {
  readonly current?: Passphrase | undefined;
  readonly next?: Passphrase | undefined;
}

export interface AccountInfo {
  /** Local name of the account: 16 hex digits, a folder name; never leaves this machine. */
  readonly accountId: string;
  readonly uri: AccountUri;
  readonly deviceId: DeviceId;
  readonly displayName: string;
  readonly deviceName: string;
  /** Where other devices reach this one, `host:port`; none while it is locked. */
  readonly addresses: readonly string[];
  /** Does not run until its passphrase is told. */
  readonly locked: boolean;
  /** Its keys on disk are under a passphrase. */
  readonly hasPassphrase: boolean;
}

export type Mode = 0 | 1 | 2 | 3;
export type Role = 'admin' | 'member' | 'invited' | 'banned' | 'left';

/**
 * One account on this device. Names are those of the Swarm design (`docs/protocol/names.md`).
 * Whoever takes a conversation id throws CONVERSATION_NOT_FOUND for one that the account hasn't.
 */
export interface Account {
  readonly info: AccountInfo;
  startConversation(options: {
    mode: Mode;
    invited?: AccountUri;
    title?: string;
    profile?: 'admin' | 'member';
    flat?: boolean;
  }): Promise<Oid>;
  getConversations(): readonly ConversationSummary[];
  conversationInfos(conversationId: string): Promise<Readonly<Record<string, string>>>;
  /** @throws {CoveyError} MODE_IS_FIXED, COMMIT_REFUSED */
  updateConversationInfos(
    conversationId: string,
    infos: Readonly<Record<string, string>>,
  ): Promise<void>;
  getConversationMembers(conversationId: string): Promise<readonly Member[]>;
  /** Commits the invitation, then delivers it to whatever device can be reached. @throws {CoveyError} COMMIT_REFUSED */
  addConversationMember(
    conversationId: string,
    uri: AccountUri,
    addresses: readonly string[],
  ): Promise<{ commit: Oid; delivered: boolean }>;
  /**
   * A link with a single-use secret; whoever presents it is invited by a commit of this device. Of a public
   * conversation it names where to join, as often as one likes, and has no end.
   */
  createInvitationLink(conversationId: string): Promise<{ link: string; expires?: Date }>;
  /** The link opens nothing any more. @throws {CoveyError} LINK_MALFORMED, LINK_REFUSED when it wasn't made here */
  revokeInvitationLink(link: string): Promise<void>;
  /**
   * Presents a link to the device that made it, or joins a public conversation. Resolves when the clone has begun.
   * @throws {CoveyError} LINK_MALFORMED, LINK_REFUSED, CONVERSATION_NOT_FOUND, PEER_UNREACHABLE
   */
  acceptInvitationLink(link: string): Promise<{ conversationId: Oid }>;
  getConversationRequests(): readonly ConversationRequest[];
  /** @throws {CoveyError} REQUEST_NOT_FOUND */
  acceptConversationRequest(conversationId: string): Promise<void>;
  declineConversationRequest(conversationId: string): Promise<void>;
  /** Resolves when the commit would survive a power loss. @throws {CoveyError} COMMIT_REFUSED, CONVERSATION_SYNCING */
  sendMessage(conversationId: string, message: OutgoingMessage): Promise<Oid>;
  /** Newest last; `n` messages that are older than `from` (or the newest). @throws {CoveyError} MESSAGE_NOT_FOUND */
  loadConversation(
    conversationId: string,
    page: { from?: string; n: number },
  ): Promise<readonly Message[]>;
  /**
   * Casts this account's vote on an account or a device, unless it has; with `resolve` carries the question out when
   * that makes a majority. Only ever asked for by a person (BAN-8).
   * @throws {CoveyError} COMMIT_REFUSED, with the rule
   */
  vote(
    conversationId: string,
    target: string,
    action: VoteAction,
    options?: { resolve?: boolean },
  ): Promise<VoteOutcome>;
  /** Carries a question out that more than half of the admins have voted for. @throws {CoveyError} COMMIT_REFUSED, with the rule */
  resolveVote(conversationId: string, target: string, action: VoteAction): Promise<VoteOutcome>;
  /** Votes to ban, and resolves when that makes a majority. @throws {CoveyError} COMMIT_REFUSED, with the rule */
  removeConversationMember(conversationId: string, uri: AccountUri): Promise<VoteOutcome>;
  /** Leaves: commits the leave, tells the others, forgets the conversation here. */
  removeConversation(conversationId: string): Promise<void>;
  /** Heads and state digest, to compare two devices. */
  conversationState(conversationId: string): Promise<ConversationState>;
  /**
   * What stands only on commits of this account that others refuse. `apply` saves it and goes back to the last heads
   * that are accepted; `resend` says the saved texts again.
   * @throws {CoveyError} REPAIR_NOT_SAVED
   */
  repair(conversationId: string, options: { apply?: boolean; resend?: boolean }): Promise<Repair>;
  /**
   * Why a commit, or the place of an account (or of a device's), is as it is.
   * @throws {CoveyError} MESSAGE_NOT_FOUND when nothing here has this id
   */
  explain(conversationId: string, id: string): Promise<Explanation>;
  /**
   * Two contradictory commits of one account as a file that others judge offline (docs/protocol/evidence.md).
   * @throws {CoveyError} EVIDENCE_UNPROVEN
   */
  evidence(conversationId: string, one: string, other: string): Promise<{ evidence: string }>;
  /** A one-time code for `link` on the new device. */
  addDevice(): Promise<{ code: string; expires: Date }>;
  getDevices(): readonly OwnDevice[];
  /**
   * Disowns a device: the account's new revocation list is committed into every conversation.
   * @throws {CoveyError} DEVICE_NOT_FOUND, REQUEST_MALFORMED for this very device
   */
  revokeDevice(deviceId: DeviceId): Promise<{ number: string; conversations: readonly Oid[] }>;
}

/** A device of the account, the revoked ones too. */
export interface OwnDevice {
  readonly deviceId: DeviceId;
  readonly name: string;
  readonly thisDevice: boolean;
  readonly revoked: boolean;
}

export type VoteAction = layout.VoteAction;

/** What came of a vote, and how far the question is. */
export interface VoteOutcome {
  /** The commit that cast it; absent when it had been cast before. */
  readonly vote?: Oid;
  /** The commit that carried it out; absent when votes are missing, or nobody asked for it. */
  readonly resolution?: Oid;
  /** Admins who have voted for it. */
  readonly voters: readonly AccountUri[];
  readonly admins: number;
  /** Votes that a majority still lacks. */
  readonly missing: number;
}

export type { Explanation } from '@covey/conversation';

export interface ConversationSummary {
  readonly id: Oid;
  readonly mode?: Mode;
  readonly title: string;
  readonly syncing: boolean;
}

export interface ConversationState {
  readonly heads: readonly Oid[];
  readonly stateDigest: string;
  readonly commits: number;
  /** Devices that a connection stands to right now. */
  readonly connected: readonly DeviceId[];
}

/** What others refuse, and what comes of it. */
export interface Repair {
  /** `rule` and `path` as the first of them said; `by` whose devices. */
  readonly refused: readonly {
    readonly commit: Oid;
    readonly rule: string;
    readonly path: string;
    readonly by: readonly DeviceId[];
  }[];
  /** These and what stands on them, oldest first. */
  readonly lost: readonly {
    readonly id: Oid;
    readonly author: AccountUri;
    readonly isOwn: boolean;
    readonly type: string;
    readonly timestamp: number;
    readonly body?: string;
  }[];
  /** The last heads that are accepted. */
  readonly heads: readonly Oid[];
  /** The folder where it was saved. */
  readonly saved?: string;
  /** Commits that say again what was saved. */
  readonly resent: readonly Oid[];
}

export interface Member {
  readonly uri: AccountUri;
  readonly role: Role;
  /** Commit id, or empty. */
  readonly lastDisplayed: string;
  /** Of a banned one: where an unban brings it back to. */
  readonly bannedFrom?: layout.BanClass;
  readonly devices?: readonly DeviceId[];
  readonly bannedDevices?: readonly DeviceId[];
  /** Votes on it and on its devices that are not resolved. */
  readonly votes?: readonly OpenVote[];
}

export interface OpenVote {
  readonly action: VoteAction;
  /** The account, or a device of it. */
  readonly target: string;
  readonly voters: readonly AccountUri[];
  readonly admins: number;
  readonly missing: number;
}

/** CONV-6: a map of strings. `id` is the conversation's. */
export interface ConversationRequest {
  readonly id: string;
  readonly from: string;
  /** Seconds since 1970, decimal. */
  readonly received: string;
  readonly title?: string;
  readonly description?: string;
  readonly avatar?: string;
}

/** At most one of `replyTo`, `reactTo` and `edit`. With `edit`, an empty body deletes. */
export interface OutgoingMessage {
  readonly body: string;
  readonly replyTo?: string;
  readonly reactTo?: string;
  readonly edit?: string;
}

/** One commit as a person sees it. */
export interface Message {
  readonly id: Oid;
  readonly parents: readonly Oid[];
  readonly author: AccountUri;
  /** The name that the author's device claims; anybody can claim any. */
  readonly authorName: string;
  readonly device: DeviceId;
  /** The `type` of the commit message, or `merge`. */
  readonly type: string;
  /** Claimed by the author, seconds since 1970; shown, never used. */
  readonly timestamp: number;
  /** Height in the DAG: display order is (height, id). */
  readonly height: number;
  /** The other keys of the commit message; `body` is the newest edition. */
  readonly fields: Readonly<Record<string, string>>;
  readonly reactions: readonly { id: Oid; author: AccountUri; body: string }[];
  /** Bodies that were replaced, newest first. */
  readonly editions: readonly { id: Oid; body: string }[];
  readonly deleted: boolean;
  /** A type that this version does not know. */
  readonly needsNewerVersion: boolean;
  /** It came here after messages that stand behind it. Remembered until the daemon stops. */
  readonly late?: boolean;
  /** It claims to be older than a commit that it was written after. */
  readonly timeContradicts?: boolean;
  /** Why it has no effect: to be shown folded. */
  readonly void?: VoidMark;
}

/** Why a commit is void (authority.md, the cut). */
export interface VoidMark {
  readonly step: VoidStep;
  /** The removal or list that it falls by. */
  readonly by?: Oid;
  readonly found: string;
}

/** What happens, in order. `id` rises by one with each event of an account. */
export interface AccountEvent {
  readonly id: number;
  readonly accountId: string;
  readonly name:
    | 'ConversationReady'
    | 'ConversationRequestReceived'
    | 'ConversationRequestDeclined'
    | 'ConversationRemoved'
    | 'ConversationMemberEvent'
    | 'ConversationProfileUpdated'
    | 'ConversationSyncFinished'
    | 'MessageReceived'
    | 'CommitRefused'
    | 'OwnCommitRefused'
    | 'ConversationRepaired'
    | 'NewerVersionNeeded'
    | 'StateDiverged'
    | 'PeerConnected'
    | 'PeerDisconnected'
    | 'QuarantineOpened'
    | 'MessagesVoided'
    | 'DeviceAdded'
    | 'DeviceRevoked';
  /** Names and ids as strings, a message as {@link Message}. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Events of one daemon, kept so that a reader who was away misses none. */
export interface EventLog {
  append(accountId: string, name: AccountEvent['name'], payload: AccountEvent['payload']): void;
  /** Calls back for every event after `after` (or from now on), first the kept ones. Returns how to stop. */
  subscribe(
    accountId: string,
    after: number | undefined,
    listener: (event: AccountEvent) => void,
  ): () => void;
}
