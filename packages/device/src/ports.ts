import type { AccountState } from '@covey/account';
import type { Crypto } from '@covey/conversation';
import type { ErrorCode } from '@covey/errors';
import type {
  GitObject,
  ObjectReader,
  ObjectStore,
  Oid,
  PackLimits,
  Refs,
} from '@covey/git-objects';
import type {
  FetchRequest,
  GitMessageId,
  HeadsRequest,
  HeadsResponse,
  InviteRequest,
  InviteResponse,
  LinkRequest,
  LinkResponse,
  ReconcileRequest,
  Refusal,
  RosterRequest,
  RosterResponse,
  SyncMsg,
} from '@covey/grpc-api';
import type { AccountChain, AccountUri, DeviceId, Signer } from '@covey/identity';
import type { EventLog, PassphraseChange } from './api.ts';
import type { Passphrase } from './passphrase.ts';

/** Time and chance, given by the host: the simulator has its own. */
export interface Clock {
  now(): Date;
  /** Calls back once. Returns how to cancel. */
  after(ms: number, callback: () => void): () => void;
}

/** A log in the manner of pino: fields first, then a constant text. */
export interface Log {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

export interface Keys {
  make(): { readonly signer: Signer; readonly pkcs8: Uint8Array };
  load(pkcs8: Uint8Array): Signer;
  random(bytes: number): Uint8Array;
}

/** Objects that came over the network and are not trusted yet. */
export interface Quarantine {
  receive(
    chunks: AsyncIterable<Uint8Array>,
    options: { limits: PackLimits; signal: AbortSignal },
  ): Promise<readonly Oid[]>;
  /** The quarantine over the store. */
  readonly objects: ObjectReader;
  /** Resolves when exactly these objects are durable in the store. */
  admit(oids: ReadonlySet<Oid>): Promise<void>;
  drop(): Promise<void>;
}

/** The repository of one conversation. One writer at a time; readers never wait. */
export interface ConversationStore extends ObjectReader {
  write: ObjectStore['write'];
  refs(): Promise<Refs>;
  /** All at once, durable. */
  replaceRefs(refs: Refs): Promise<void>;
  quarantine(): Promise<Quarantine>;
  /** Gathers loose objects into a pack; nobody waits for it. */
  pack(): Promise<void>;
  close(): Promise<void>;
}

/** What of the papers is no secret. */
export interface OpenPapers {
  readonly chainPem: Uint8Array;
  readonly devicePem: Uint8Array;
  readonly displayName: string;
  readonly deviceName: string;
}

/** What of the papers is secret: keys in clear, as PKCS #8 (RFC 5958). */
export interface PrivateKeys {
  readonly devicePkcs8: Uint8Array;
  /** Lets this device add further ones. */
  readonly accountPkcs8: Uint8Array;
  /** Renews the account certificate. */
  readonly authorityPkcs8: Uint8Array;
}

/** What a device is: written once, when it is made. */
export interface Papers extends OpenPapers, PrivateKeys {}

/** The place on this machine where one account lives, apart from all others. */
export interface AccountFolder {
  readonly accountId: string;
  openPapers(): Promise<OpenPapers>;
  /** Whether the keys are under a passphrase. @throws {CoveyError} ACCOUNT_UNREADABLE */
  isSealed(): Promise<boolean>;
  /** @throws {CoveyError} ACCOUNT_UNREADABLE; PASSPHRASE_WRONG also if none is given and one is needed */
  papers(passphrase?: Passphrase): Promise<Papers>;
  /**
   * Resolves when only the new form of the keys is there and would survive a crash; a crash on the
   * way leaves the old form or the new one, whole. @throws {CoveyError} PASSPHRASE_WRONG
   */
  changePassphrase(change: PassphraseChange): Promise<void>;
  /** `undefined` on the first start. */
  readState(): Promise<AccountState | undefined>;
  /** Resolves when the state would survive a crash. */
  writeState(state: AccountState): Promise<void>;
  openConversation(id: string): Promise<ConversationStore | undefined>;
  createConversation(id: string): Promise<ConversationStore>;
  /**
   * Keeps files (by path) in a new folder of that name beside the repository of a conversation, all or none.
   * Resolves to where, once they would survive a crash.
   */
  saveBeside(id: string, name: string, files: ReadonlyMap<string, Uint8Array>): Promise<string>;
  /** A file of the folder that was saved last. */
  lastSavedBeside(id: string, file: string): Promise<Uint8Array | undefined>;
  /** Also what an interrupted call has left. It is there as a whole until it is not there at all. */
  removeConversation(id: string): Promise<void>;
}

export interface Household {
  /** Accounts that are there, in the order in which they were made. */
  accounts(): Promise<readonly AccountFolder[]>;
  /** Resolves when keys and papers are on disk; half an account never stays. */
  create(accountId: string, papers: Papers, passphrase?: Passphrase): Promise<AccountFolder>;
}

/** A device at the other end of a connection, proven by its keys. */
export interface RemoteDevice {
  readonly deviceId: DeviceId;
  readonly uri: AccountUri;
  readonly chain: AccountChain;
  /** Serial of the device certificate that it shows, in hex. */
  readonly certificateSerial: string;
  readonly address: string;
}

/** Resolutions, and the bytes of a pack with them and their ancestors. */
export interface OfferedPack {
  readonly offers: readonly string[];
  readonly pack: AsyncIterable<Uint8Array>;
}

/** One connection to one device, whoever dialed. Calls throw the other side's CoveyError. */
export interface Link {
  readonly remote: RemoteDevice;
  readonly dialed: boolean;
  readonly hello: { readonly addresses: readonly string[]; readonly features: readonly string[] };
  readonly closed: Promise<ErrorCode | undefined>;
  heads(request: HeadsRequest, signal?: AbortSignal): Promise<HeadsResponse>;
  announce(request: GitMessageId): Promise<void>;
  roster(request: RosterRequest): Promise<RosterResponse>;
  askInvite(request: InviteRequest): Promise<InviteResponse>;
  fetch(request: FetchRequest, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  sync(request: SyncMsg): Promise<SyncMsg>;
  /** Says that a commit that came from there broke a rule. */
  refused(request: Refusal): Promise<void>;
  close(code: ErrorCode): void;
}

/** What a device answers to others. `admits` is asked before every call. */
export interface Handlers {
  admits(remote: RemoteDevice): boolean;
  linked(link: Link): void;
  heads(link: Link, request: HeadsRequest): Promise<HeadsResponse>;
  announce(link: Link, request: GitMessageId): Promise<void>;
  roster(link: Link, request: RosterRequest): Promise<RosterResponse>;
  fetch(link: Link, request: FetchRequest, signal: AbortSignal): AsyncIterable<Uint8Array>;
  sync(link: Link, request: SyncMsg): Promise<SyncMsg>;
  askInvite(link: Link, request: InviteRequest): Promise<InviteResponse>;
  refused(link: Link, request: Refusal): Promise<void>;
  /** Anybody may ask for resolutions; the pack is read only if the caller lacks some. */
  reconcile(remote: RemoteDevice, request: ReconcileRequest): Promise<OfferedPack>;
  /** Anybody may bring an invitation. */
  invite(remote: RemoteDevice, request: InviteRequest): Promise<InviteResponse>;
  link(
    remote: { readonly deviceId: DeviceId; readonly address: string },
    request: LinkRequest,
  ): Promise<LinkResponse>;
}

export interface Network {
  start(): Promise<void>;
  addresses(): readonly string[];
  dial(
    address: string,
    expect: { deviceId?: DeviceId; uri?: AccountUri },
    signal?: AbortSignal,
  ): Promise<Link>;
  knock(
    address: string,
    expect: { deviceId?: DeviceId; uri?: AccountUri },
    request: InviteRequest,
  ): Promise<{ readonly response: InviteResponse; readonly remote: RemoteDevice }>;
  /** Asks for resolutions, which needs no right to talk. `take` may leave the pack unread. */
  reconcile<T>(
    address: string,
    expect: { deviceId?: DeviceId; uri?: AccountUri },
    request: ReconcileRequest,
    take: (offered: OfferedPack) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
  /** Asks `admits` again for every connection, and closes those that lost the right. */
  recheck(): void;
  close(): Promise<void>;
}

/** Who this device is towards others. */
export interface NetworkIdentity {
  readonly deviceId: DeviceId;
  readonly devicePem: Uint8Array;
  readonly chain: AccountChain;
  readonly pkcs8: Uint8Array;
}

/** Devices nearby, told by a tag that only who knows a device's id can match. */
export interface Discovery {
  onFound(
    callback: (found: { addresses: readonly string[]; isDevice(id: DeviceId): boolean }) => void,
  ): void;
  close(): Promise<void>;
}

/** Everything that the runtime needs from its host. */
export interface DevicePorts {
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly keys: Keys;
  readonly household: Household;
  readonly events: EventLog;
  readonly log: Log;
  /** 0 <= n < 1. */
  readonly chance: () => number;
  network(accountId: string, identity: NetworkIdentity, handlers: Handlers): Network;
  /** A throw-away identity makes one call to a device that waits with a one-time code. */
  linkOverNetwork(address: string, device: DeviceId, request: LinkRequest): Promise<LinkResponse>;
  discovery?(identity: NetworkIdentity, port: number): Discovery;
  /** Packs for the wire. */
  packOf(objects: readonly GitObject[]): AsyncIterable<Uint8Array>;
}
