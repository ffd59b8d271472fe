import { nodeDigests, nodeInflate } from '@covey/node-crypto';
import { type Oid, type PackedObject, type PackLimits, readPack } from '../src/index.ts';

/** All objects of a pack that comes in chunks of so many bytes. Throws what {@link readPack} throws. */
export async function readWholePack(
  bytes: Uint8Array,
  limits: PackLimits,
  chunkBytes = 4096,
): Promise<ReadonlyMap<Oid, PackedObject>> {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      yield bytes.subarray(at, at + chunkBytes);
    }
  }
  const objects = new Map<Oid, PackedObject>();
  const options = { limits, digests: nodeDigests, inflate: nodeInflate };
  for await (const packed of readPack(chunks(), options)) objects.set(packed.oid, packed);
  return objects;
}
