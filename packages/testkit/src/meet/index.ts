export { Chance } from '../simulator/chance.ts';
export { SIMULATED_CRYPTO } from '../simulator/simulated-crypto.ts';
export { foundGroup } from './found-group.ts';
export { GossipDevice } from './gossip-device.ts';
export { GossipNetwork, type Moved } from './gossip-network.ts';
export { gossipLinks } from './topology.ts';
