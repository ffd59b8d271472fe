import type { Writer } from '@covey/conversation';
import type { Clock } from '@covey/device';
import { type GitObject, writePack } from '@covey/git-objects';
import { GitStore } from '@covey/git-store';
import { nodeDeflate, nodeDigests } from '@covey/node-crypto';
import { ConversationRuntime } from '../../packages/device/src/conversation-runtime.ts';
import { storeOf } from '../../services/peer/src/accounts/conversation-store.ts';
import { startThreads } from '../../services/peer/src/accounts/threads.ts';

export const clock: Clock = {
  now: () => new Date(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** As it goes over the wire. */
export function packOf(objects: readonly GitObject[]): AsyncIterable<Uint8Array> {
  return writePack(objects, objects.length, { digests: nodeDigests, deflate: nodeDeflate });
}

/** One conversation on this machine's disk, by the parts of the daemon. */
export async function conversationAt(path: string, id: string, writer: Writer, isNew: boolean) {
  const threads = startThreads();
  await threads.packReader.warmUp();
  const options = { packReader: threads.packReader };
  const git = await (isNew ? GitStore.create(path, options) : GitStore.open(path, options));
  const { verifier } = threads;
  const store = storeOf(git);
  const runtime = new ConversationRuntime(id, store, {
    ...{ crypto: { digests: nodeDigests, verifier }, clock, writer },
    // As the daemon does.
    added: () => void runtime.tidy(),
  });
  const close = async () => {
    await runtime.close();
    await threads.close();
  };
  return { runtime, store, close };
}
