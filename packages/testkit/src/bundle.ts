import { concatBytes, utf8 } from '@covey/codec';
import {
  type GitObject,
  type Oid,
  readCommit,
  readTreeLoosely,
  writePack,
} from '@covey/git-objects';
import { nodeDeflate, nodeDigests } from '@covey/node-crypto';
import type { TestDevice } from './test-device.ts';

/** A Git bundle (version 2) of all that the refs reach in the device's store. */
export async function bundleOf(
  { store }: Pick<TestDevice, 'store'>,
  refs: Readonly<Record<string, Oid>>,
): Promise<Uint8Array> {
  const objects = new Map<Oid, GitObject>();
  const open = Object.values(refs);
  for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
    if (objects.has(oid)) continue;
    const object = await store.read(oid);
    if (!object) throw new Error(`a bundle is whole, and ${oid} is not there`);
    objects.set(oid, object);
    open.push(...named(object));
  }
  const lines = Object.entries(refs).map(([name, oid]) => `${oid} ${name}\n`);
  const parts = [utf8(`# v2 git bundle\n${lines.join('')}\n`)];
  const pack = writePack(objects.values(), objects.size, {
    ...{ digests: nodeDigests, deflate: nodeDeflate },
  });
  for await (const part of pack) parts.push(part);
  return concatBytes(...parts);
}

function named({ type, bytes }: GitObject): readonly Oid[] {
  if (type === 'tree') return readTreeLoosely(bytes).entries.map(({ oid }) => oid);
  const commit = type === 'commit' ? readCommit(bytes).commit : undefined;
  return commit ? [commit.tree, ...commit.parents] : [];
}
