import { setFlagsFromString } from 'node:v8';
import { PackWorker } from '@covey/git-store';
import { type ThreadedVerifier, threadedVerifier } from '@covey/node-crypto';

/**
 * How V8 collects garbage. As it comes, a twentieth of the time of all cores goes into helpers for the young generation, while
 * signatures wait; and the old one grows to a multiple of what lives. How far the young one grows can only be said at
 * the start of a process: `NODE_OPTIONS` in `tools/set-up.mjs` and in the image, beside what malloc is told.
 */
const V8_FLAGS = ['--no-parallel-scavenge', '--heap-growing-percent=100'];

/** What the daemon computes beside its main thread. */
export interface Threads {
  readonly packReader: PackWorker;
  readonly verifier: ThreadedVerifier;
  close(): Promise<void>;
}

/** One thread for the packs of strangers; those for signatures come and go with the work. */
export function startThreads(): Threads {
  for (const flag of V8_FLAGS) setFlagsFromString(flag);
  const packReader = new PackWorker();
  const verifier = threadedVerifier();
  // The first message that comes should not wait for the thread; when it fails to start, that message will tell.
  packReader.warmUp().catch(() => {});
  return {
    packReader,
    verifier,
    close: async () => {
      await Promise.all([packReader.close(), verifier.close()]);
    },
  };
}
