export { BackOff } from './back-off.ts';
export { havesOf, objectsOf, type Slice, sliceFor } from './slice.ts';
export { incomingCommits, reachedObjects } from './incoming.ts';
export { type Effect, Replicator } from './replicator.ts';
