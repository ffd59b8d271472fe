/** Every bound of the channel, in one place. Tests and operators may choose their own. */
export interface PeerLimits {
  /** From the first byte of TCP until the peer is known: TLS, papers, Hello. */
  readonly handshakeMs: number;
  /** For one call, the waiting for its turn included. */
  readonly callMs: number;
  /** A fetch that brings nothing for so long is over; so is a channel whose peer reads nothing. */
  readonly stallMs: number;
  /** For one fetch as a whole, however steadily it drips. */
  readonly fetchMs: number;
  /** How long a connection may stay that opens no channel. */
  readonly visitMs: number;
  /** Between the last word of a channel and the end of its connection. */
  readonly goodbyeMs: number;
  /** Two connections of one pair that begin within this time were dialed at once. */
  readonly crossingMs: number;
  readonly keepaliveMs: number;
  readonly keepaliveTimeoutMs: number;
  /** What a stranger may send in one message, and what an invitation may have. */
  readonly inviteBytes: number;
  /** One message between devices that may talk. */
  readonly messageBytes: number;
  readonly headerListBytes: number;
  readonly sessionMemoryMegabytes: number;
  /** Streams of one connection: of a stranger's, and of one whose messages may have `messageBytes`. */
  readonly strangerStreams: number;
  readonly peerStreams: number;
  /** Streams that a connection may open in its life, one after the other. A caller needs one. */
  readonly streamsPerConnection: number;
  /** Streams that a connection may reset at once; then a tenth of it each second. */
  readonly streamResets: number;
  /** What may come over a connection beside messages: so many bytes at once, then `ballastRefillBytes` a second. */
  readonly ballastBytes: number;
  readonly ballastRefillBytes: number;
  /** How often that is looked at. */
  readonly ballastMs: number;
  /** Frames of one channel that are taken within `framesMs`; then it waits until these are over. */
  readonly framesAtOnce: number;
  readonly framesMs: number;
  /** Calls of one peer that are answered at once; a further one is refused. */
  readonly callsServedAtOnce: number;
  /** Refusals of such calls that wait to be read; a peer that lets more pile up is cut. */
  readonly refusalsUnread: number;
  /** Calls to one peer that are under way at once; a further one waits its turn. */
  readonly callsMadeAtOnce: number;
  /** Calls to one peer that wait their turn. */
  readonly callsWaiting: number;
  /** Connections before they have shown papers. The oldest makes way for a new one. */
  readonly halfOpen: number;
  readonly halfOpenPerAddress: number;
  readonly connections: number;
  readonly connectionsPerAddress: number;
  readonly connectionsPerDevice: number;
  /** Invitations by one address or device: so many at once, then one per `inviteRefillMs`. */
  readonly inviteBurst: number;
  readonly inviteRefillMs: number;
  /** Asking for resolutions, by one address or device, in the same way. A long history takes a few in a row. */
  readonly reconcileBurst: number;
  readonly reconcileRefillMs: number;
}

export const DEFAULT_LIMITS: PeerLimits = Object.freeze({
  handshakeMs: 10_000,
  callMs: 10_000,
  stallMs: 30_000,
  fetchMs: 600_000,
  visitMs: 60_000,
  goodbyeMs: 500,
  crossingMs: 10_000,
  keepaliveMs: 10_000,
  keepaliveTimeoutMs: 5000,
  inviteBytes: 64 * 1024,
  messageBytes: 4 * 1024 * 1024,
  headerListBytes: 16 * 1024,
  sessionMemoryMegabytes: 10,
  strangerStreams: 4,
  peerStreams: 2,
  streamsPerConnection: 64,
  streamResets: 16,
  ballastBytes: 64 * 1024,
  ballastRefillBytes: 16 * 1024,
  ballastMs: 250,
  framesAtOnce: 1024,
  framesMs: 100,
  callsServedAtOnce: 64,
  refusalsUnread: 64,
  callsMadeAtOnce: 48,
  callsWaiting: 4096,
  halfOpen: 512,
  halfOpenPerAddress: 64,
  connections: 1024,
  connectionsPerAddress: 64,
  connectionsPerDevice: 8,
  inviteBurst: 5,
  inviteRefillMs: 60_000,
  reconcileBurst: 32,
  reconcileRefillMs: 5000,
});

/** The one version that is spoken. */
export const PROTOCOL_VERSION = 1;
/** Bytes of pack in one frame: small, so that other calls get their turn between two chunks. */
export const CHUNK_BYTES = 64 * 1024;
/** Chunks that may be on their way unused. Said in `peer.proto`, so the same for everybody. */
export const CREDIT_CHUNKS = 16;
