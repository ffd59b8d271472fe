export type {
  FetchRequest,
  GitMessageId,
  HeadsRequest,
  HeadsResponse,
  Invite,
  InviteRequest,
  InviteResponse,
  KnownDevice,
  LinkRequest,
  LinkResponse,
  ReconcileRequest,
  RosterRequest,
  RosterResponse,
  SyncMsg,
} from '@covey/grpc-api';
export { type HostPort, parseAddress } from './address.ts';
export type { Expected } from './dialer.ts';
export { CHUNK_BYTES, DEFAULT_LIMITS, type PeerLimits, PROTOCOL_VERSION } from './limits.ts';
export { linkOverNetwork } from './link-over-network.ts';
export type { PeerLog } from './log.ts';
export type { RemoteDevice } from './papers.ts';
export type { OfferedPack, PeerHandlers, PeerLink } from './peer-link.ts';
export {
  type DeviceIdentity,
  PeerNetwork,
  type PeerNetworkPorts,
  type PeerNetworkSettings,
} from './peer-network.ts';
export type { TlsIdentity } from './tls-settings.ts';
