export { isTagOf } from './device-tag.ts';
export {
  LanDiscovery,
  type LanDiscoveryPorts,
  type LanDiscoverySettings,
  type LanLog,
} from './lan-discovery.ts';
export type { Sighting } from './sighting.ts';
