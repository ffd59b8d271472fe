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
