export { BackOff } from './back-off.ts';
export { incomingCommits, reachedObjects } from './incoming.ts';
export { type Effect, Replicator } from './replicator.ts';
export { havesOf, objectsOf, sliceFor } from './slice.ts';
