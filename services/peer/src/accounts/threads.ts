import { setFlagsFromString } from 'node:v8';
import { PackWorker } from '@covey/git-store';
import { type ThreadedVerifier, threadedVerifier } from '@covey/node-crypto';

/** What the daemon computes beside its main thread. */
export interface Threads {
  readonly packReader: PackWorker;
  readonly verifier: ThreadedVerifier;
  close(): Promise<void>;
}

/** One thread for the packs of strangers; those for signatures come and go with the work. */
export function startThreads(): Threads {
  // The cores have signatures to check: V8's helpers would take a tenth of them for collecting small heaps side by side.
  setFlagsFromString('--no-parallel-scavenge');
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
