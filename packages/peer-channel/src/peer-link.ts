import type { ErrorCode } from '@covey/errors';
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
import type { DeviceId } from '@covey/identity';
import type { RemoteDevice } from './papers.ts';

/**
 * The way to one other device while there is one, whoever dialed. Every call throws what the peer's
 * handler threw (a CoveyError with its code), DEADLINE_EXCEEDED, MESSAGE_TOO_LARGE before it is sent,
 * and once the link is closed the code it was closed with or PEER_UNREACHABLE.
 */
export interface PeerLink {
  readonly remote: RemoteDevice;
  /** Whether this side dialed the connection that is in use now. */
  readonly dialed: boolean;
  readonly hello: { readonly addresses: readonly string[]; readonly features: readonly string[] };
  heads(request: HeadsRequest, signal?: AbortSignal): Promise<HeadsResponse>;
  announce(request: GitMessageId, signal?: AbortSignal): Promise<void>;
  roster(request: RosterRequest, signal?: AbortSignal): Promise<RosterResponse>;
  /** Pack bytes in pieces of at most 64 KiB. Nothing is asked before the first is read. */
  fetch(request: FetchRequest, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  sync(request: SyncMsg, signal?: AbortSignal): Promise<SyncMsg>;
  /** Says that a commit that came from there broke a rule. */
  refused(request: Refusal, signal?: AbortSignal): Promise<void>;
  /** An invitation, a redeemed link, or the question for an invitation, over a live channel. */
  askInvite(request: InviteRequest, signal?: AbortSignal): Promise<InviteResponse>;
  /** Tells the other side the code, then ends, within a second. */
  close(code: ErrorCode): void;
  /** Resolves when the connection is over: with the code, or undefined when it was lost. */
  readonly closed: Promise<ErrorCode | undefined>;
}

/** Resolutions, and the bytes of a pack with them and their ancestors. */
export interface OfferedPack {
  readonly offers: readonly string[];
  readonly pack: AsyncIterable<Uint8Array>;
}

/** What a device answers to others. Whatever is thrown crosses the wire: a CoveyError by its code. */
export interface PeerHandlers {
  /**
   * Whether this device may keep a channel now. Asked when a channel opens, by whichever side; before
   * every single call that comes in; and on `recheck`. A stranger may still knock.
   */
  admits(remote: RemoteDevice): boolean;
  /** A link stands. Called once per link, before any call of it comes in. */
  linked(link: PeerLink): void;
  heads(link: PeerLink, request: HeadsRequest, signal: AbortSignal): Promise<HeadsResponse>;
  announce(link: PeerLink, request: GitMessageId, signal: AbortSignal): Promise<void>;
  roster(link: PeerLink, request: RosterRequest, signal: AbortSignal): Promise<RosterResponse>;
  /** The signal is aborted when the caller or its right goes away: stop then. */
  fetch(link: PeerLink, request: FetchRequest, signal: AbortSignal): AsyncIterable<Uint8Array>;
  sync(link: PeerLink, request: SyncMsg, signal: AbortSignal): Promise<SyncMsg>;
  askInvite(link: PeerLink, request: InviteRequest, signal: AbortSignal): Promise<InviteResponse>;
  refused(link: PeerLink, request: Refusal, signal: AbortSignal): Promise<void>;
  /** A knock: the caller has an account, and may be anybody. */
  invite(remote: RemoteDevice, request: InviteRequest): Promise<InviteResponse>;
  /**
   * Asks for resolutions: anybody, who may never get a channel. The pack is read after the offers were
   * sent, and not at all if the caller needs none of them.
   */
  reconcile(remote: RemoteDevice, request: ReconcileRequest): Promise<OfferedPack>;
  /** The caller has the key of the device id, and no papers that were judged. */
  link(
    remote: { readonly deviceId: DeviceId; readonly address: string },
    request: LinkRequest,
  ): Promise<LinkResponse>;
}
