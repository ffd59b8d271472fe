export { BackOff } from './back-off.ts';
export {
  type Incoming,
  incomingCommits,
  newAmong,
  reachedObjects,
  tipsOf,
} from './incoming.ts';
export { type Effect, Replicator } from './replicator.ts';
export { havesBelow, havesOf, objectsOf, sliceFor } from './slice.ts';
