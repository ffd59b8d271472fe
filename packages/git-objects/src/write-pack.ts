import { concatBytes, type Digests, utf8 } from '@covey/codec';
import { invariant } from '@covey/errors';
import { crc32 } from './crc32.ts';
import { type GitObject, oidOf } from './git-object.ts';
import { writeEntryHeader } from './pack-entry.ts';
import type { PackIndexEntry } from './pack-index.ts';
import type { Deflate } from './zlib-ports.ts';

/** What {@link writePack} needs. */
export interface WritePackOptions {
  readonly digests: Digests;
  readonly deflate: Deflate;
  /** Told of every entry, in pack order: what an index needs. */
  readonly onEntry?: (entry: PackIndexEntry) => void;
}

/** Small entries are gathered: fewer and larger writes, and few enough parts to hash at the end. */
const BLOCK_BYTES = 64 * 1024;

/**
 * The bytes of a pack of exactly `count` objects, without deltas (conversations have next to none: toolchain.md).
 * The last 20 bytes are its checksum. Keeps what it has yielded, for that checksum.
 */
export async function* writePack(
  objects: Iterable<GitObject> | AsyncIterable<GitObject>,
  count: number,
  { digests, deflate, onEntry }: WritePackOptions,
): AsyncGenerator<Uint8Array> {
  const blocks: Uint8Array[] = [];
  let parts: Uint8Array[] = [packHeader(count)];
  let partBytes = 12;
  let offset = 12;
  let written = 0;
  for await (const object of objects) {
    const header = writeEntryHeader(object.type, object.bytes.length);
    const stream = deflate(object.bytes);
    onEntry?.({ oid: oidOf(object, digests), offset, crc32: crc32(header, stream) });
    parts.push(header, stream);
    const length = header.length + stream.length;
    offset += length;
    partBytes += length;
    written++;
    if (partBytes >= BLOCK_BYTES) {
      const block = concatBytes(...parts);
      blocks.push(block);
      yield block;
      parts = [];
      partBytes = 0;
    }
  }
  invariant(written === count, 'the count is known before the objects are written');
  const last = concatBytes(...parts);
  yield concatBytes(last, digests.sha1(...blocks, last));
}

/** The twelve bytes before the entries of a pack. */
export function packHeader(count: number): Uint8Array {
  const header = new Uint8Array(12);
  header.set(utf8('PACK'));
  const view = new DataView(header.buffer);
  view.setUint32(4, 2);
  view.setUint32(8, count);
  return header;
}
