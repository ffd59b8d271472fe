import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Composition, History, type Writer } from '@covey/conversation';
import { type GitObject, MemoryObjectStore, type Oid, writePack } from '@covey/git-objects';
import { nodeDeflate, nodeDigests } from '@covey/node-crypto';
import { objectsOf, sliceFor } from '@covey/replication';
import { makeTestAccount, TEST_CRYPTO } from '@covey/testkit';

/** What a peer sends to one who clones: packs, each building on those before. */
export interface MadeHistory {
  readonly conversationId: Oid;
  readonly heads: readonly Oid[];
  readonly commits: number;
  /** Paths of packs. */
  readonly slices: readonly string[];
  /** Path of all of it in one pack. */
  readonly pack: string;
  /** Device id -> SubjectPublicKeyInfo, base64. */
  readonly keys: Readonly<Record<string, string>>;
}

/** What {@link makeHistory} wrote. */
export function madeIn(folder: string): MadeHistory {
  return JSON.parse(readFileSync(join(folder, 'history.json'), 'utf8')) as MadeHistory;
}

const SLICE_BYTES = 8 * 1024 * 1024;
const PEOPLE = 6;
const AT = new Date('2026-11-21T00:00:00Z');

/**
 * Six people who say `messages` things in turn, written to packs in `folder`: a history in one line, so that
 * whoever has its last commit has all of it.
 */
export async function makeHistory(messages: number, folder: string): Promise<MadeHistory> {
  const writers = await Promise.all(
    Array.from({ length: PEOPLE }, async (_, n) => (await makeTestAccount(`bench ${n}`)).writer),
  );
  const history = new History(TEST_CRYPTO, { profile: 'strict' });
  const store = new MemoryObjectStore(nodeDigests);
  await found(history, store, writers);
  for (let said = 0; said < messages; said += 100) {
    await say(history, store, writers, Math.min(100, messages - said), said);
  }
  const heads = history.heads.map(({ oid }) => oid);
  const slices: string[] = [];
  const all: GitObject[] = [];
  for (let haves: Oid[] = []; ; ) {
    const entries = sliceFor(history, heads, haves);
    if (entries.length === 0) break;
    const objects = await objectsOf(entries, store, SLICE_BYTES);
    slices.push(await packed(objects, join(folder, `slice-${slices.length}.pack`)));
    for (const object of objects) all.push(object);
    const sent = objects.filter(({ type }) => type === 'commit').length;
    const last = entries[sent - 1];
    haves = last ? [last.oid] : heads;
  }
  const made: MadeHistory = {
    conversationId: history.root?.oid ?? ('' as Oid), // There is one: it was just founded.
    heads,
    commits: history.size,
    slices,
    pack: await packed(all, join(folder, 'all.pack')),
    keys: Object.fromEntries(
      writers.map(({ deviceId, signer }) => [
        deviceId,
        Buffer.from(signer.publicKey.spki).toString('base64'),
      ]),
    ),
  };
  writeFileSync(join(folder, 'history.json'), JSON.stringify(made));
  return made;
}

async function found(
  history: History,
  store: MemoryObjectStore,
  writers: readonly Writer[],
): Promise<void> {
  const [first, ...others] = writers as [Writer, ...Writer[]]; // There are six.
  const composition = new Composition(history, store);
  await composition.write(first, { kind: 'initial', charter: { mode: 2, version: 1 } }, AT);
  for (const other of others) {
    await composition.write(first, { kind: 'add', uri: other.uri }, AT);
    await composition.write(other, { kind: 'join' }, AT);
  }
  await store.write(composition.objects);
}

async function say(
  history: History,
  store: MemoryObjectStore,
  writers: readonly Writer[],
  count: number,
  from: number,
): Promise<void> {
  const composition = new Composition(history, store);
  for (let n = from; n < from + count; n++) {
    const fields = { type: 'text/plain', body: `message number ${n} of a conversation` };
    await composition.write(writers[n % PEOPLE] as Writer, { kind: 'message', fields }, AT); // One of six.
  }
  await store.write(composition.objects);
}

async function packed(objects: readonly GitObject[], path: string): Promise<string> {
  const parts: Uint8Array[] = [];
  const options = { digests: nodeDigests, deflate: nodeDeflate };
  for await (const part of writePack(objects, objects.length, options)) parts.push(part);
  writeFileSync(path, Buffer.concat(parts));
  return path;
}
