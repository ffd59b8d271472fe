export type { Forgery } from '../forge.ts';
export { ByteGate } from './byte-gate.ts';
export { type Endpoint, Forwarder, type ForwarderSettings, Passage } from './forwarder.ts';
export { HostileClient, type StolenPapers } from './hostile-client.ts';
