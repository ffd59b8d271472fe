import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { concatBytes } from '@covey/codec';
import type { Writer } from '@covey/conversation';
import { type GitObject, writePack } from '@covey/git-objects';
import { GitStore, PackWorker } from '@covey/git-store';
import { nodeDeflate, nodeDigests, threadedVerifier } from '@covey/node-crypto';
import { objectsOf, sliceFor } from '@covey/replication';
import { counterClock, type TestDevice } from '@covey/testkit';
import { ConversationRuntime, type Fetched, type Slice } from '../src/conversation-runtime.ts';
import type { ConversationStore } from '../src/ports.ts';

/** A conversation on a real disk, its packs read on a real thread: what the daemon puts together. */
export interface Receiver {
  readonly runtime: ConversationRuntime;
  readonly store: GitStore;
  /** Of all files of the store, their names and bytes. */
  digest(): string;
  /** Takes in and judges one pack. What was refused before judging is thrown. */
  receive(chunks: AsyncIterable<Uint8Array>): Promise<Fetched>;
  /** Only the taking in. */
  takeIn(chunks: AsyncIterable<Uint8Array>): Promise<Slice>;
  close(): Promise<void>;
}

/** An empty place, in an empty folder, for the conversation of that id. */
export async function openReceiver(path: string, id: string, writer: Writer): Promise<Receiver> {
  const packReader = new PackWorker();
  const verifier = threadedVerifier(1);
  await packReader.warmUp();
  const store = await GitStore.create(path, { packReader });
  const now = counterClock();
  const runtime = new ConversationRuntime(id, storeOf(store), {
    crypto: { digests: nodeDigests, verifier },
    clock: { now, after: () => () => {} },
    writer,
    added: () => {},
  });
  const takeIn: Receiver['takeIn'] = (chunks) =>
    runtime.receive(chunks, new AbortController().signal, () => {});
  return {
    ...{ runtime, store, takeIn },
    digest: () => digestOf(path),
    receive: async (chunks) => (await takeIn(chunks)).judge(),
    close: async () => {
      await runtime.close();
      await Promise.all([packReader.close(), verifier.close()]);
    },
  };
}

/** As the composition root does it, which packages don't know. */
function storeOf(store: GitStore): ConversationStore {
  return {
    read: (oid) => store.read(oid),
    write: (objects) => store.write(objects),
    refs: () => store.read(),
    replaceRefs: (refs) => store.replace(refs),
    quarantine: () => store.quarantine(),
    pack: () => store.pack(),
    close: () => store.close(),
  };
}

function digestOf(folder: string): string {
  const hash = createHash('sha256');
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }).sort(byPath)) {
    const path = join(entry.parentPath, entry.name);
    hash.update(`${path}\0`);
    if (entry.isFile()) hash.update(createHash('sha256').update(readFileSync(path)).digest());
  }
  return hash.digest('hex');
}

interface Placed {
  readonly parentPath: string;
  readonly name: string;
}
const byPath = (a: Placed, b: Placed) =>
  join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1;

/** A pack of exactly these. */
export async function packOf(objects: readonly GitObject[]): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const options = { digests: nodeDigests, deflate: nodeDeflate };
  for await (const part of writePack(objects, objects.length, options)) parts.push(part);
  return concatBytes(...parts);
}

/** Bytes as a network hands them on. */
export async function* inChunks(bytes: Uint8Array, size = 16 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The pack with which an honest device answers a fetch. */
export async function answerOf(
  { history, store }: TestDevice,
  { wants, haves = [], maxBytes = Infinity }: Asked,
): Promise<Uint8Array> {
  return packOf(await objectsOf(sliceFor(history, wants, haves), store, maxBytes));
}

interface Asked {
  readonly wants: readonly string[];
  readonly haves?: readonly string[];
  readonly maxBytes?: number;
}
