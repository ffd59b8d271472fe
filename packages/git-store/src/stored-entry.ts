import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { concatBytes } from '@covey/codec';
import { invariant } from '@covey/errors';
import {
  type GitObject,
  type Oid,
  type PackIndexEntry,
  packHeader,
  writeEntryHeader,
} from '@covey/git-objects';
import { nodeDeflate } from '@covey/node-crypto';

/** An object as it lies in a pack, whole: header and zlib stream. */
export interface StoredEntry {
  readonly oid: Oid;
  readonly bytes: Uint8Array;
}

/** Small entries are gathered: fewer and larger writes. */
const BLOCK_BYTES = 64 * 1024;

/** The entry of a whole object. */
export function entryOf(oid: Oid, { type, bytes }: GitObject): StoredEntry {
  return { oid, bytes: concatBytes(writeEntryHeader(type, bytes.length), nodeDeflate(bytes)) };
}

/**
 * The bytes of a pack of exactly `count` entries, checksum included, as they come: nothing is kept. `onEntry` is told
 * of every entry, in pack order: what an index needs.
 */
export async function* packOf(
  entries: AsyncIterable<StoredEntry>,
  count: number,
  onEntry: (entry: PackIndexEntry) => void,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha1');
  let parts: Uint8Array[] = [packHeader(count)];
  let partBytes = 12;
  let offset = 12;
  let written = 0;
  const block = () => {
    const bytes = concatBytes(...parts);
    hash.update(bytes);
    [parts, partBytes] = [[], 0];
    return bytes;
  };
  for await (const { oid, bytes } of entries) {
    onEntry({ oid, offset, crc32: crc32(bytes) });
    parts.push(bytes);
    offset += bytes.length;
    partBytes += bytes.length;
    written++;
    if (partBytes >= BLOCK_BYTES) yield block();
  }
  invariant(written === count, 'the count is known before the entries are written');
  yield block();
  yield new Uint8Array(hash.digest());
}
