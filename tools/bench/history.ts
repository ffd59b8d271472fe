import { Composition, History } from '@covey/conversation';
import { type GitObject, MemoryObjectStore, type Oid, writePack } from '@covey/git-objects';
import { nodeDeflate, nodeDigests } from '@covey/node-crypto';
import { makeTestAccount, TEST_CRYPTO } from '@covey/testkit';

export interface MadeHistory {
  readonly heads: readonly Oid[];
  readonly store: MemoryObjectStore;
  readonly objects: readonly GitObject[];
  readonly pack: Uint8Array;
}

/** One account that says `messages` things, one after another: the shape of most conversations. */
export async function makeHistory(messages: number): Promise<MadeHistory> {
  const { writer } = await makeTestAccount('bench');
  const history = new History(TEST_CRYPTO, { profile: 'strict' });
  const store = new MemoryObjectStore(nodeDigests);
  const composition = new Composition(history, store);
  const at = new Date('2026-11-21T00:00:00Z');
  await composition.write(writer, { kind: 'initial', charter: { mode: 2, version: 1 } }, at);
  for (let n = 0; n < messages; n++) {
    const fields = { type: 'text/plain', body: `message number ${n} of a conversation` };
    await composition.write(writer, { kind: 'message', fields }, at);
  }
  await store.write(composition.objects);
  const { objects } = composition;
  const parts: Uint8Array[] = [];
  const options = { digests: nodeDigests, deflate: nodeDeflate };
  for await (const part of writePack(objects, objects.length, options)) parts.push(part);
  const heads = history.heads.map(({ oid }) => oid);
  return { heads, store, objects, pack: Buffer.concat(parts) };
}
