import { concatBytes, type Digests } from '@covey/codec';
import { type Oid, writeOid } from './oid.ts';

/** One object of a pack, as its index holds it. */
export interface PackIndexEntry {
  readonly oid: Oid;
  /** Of the entry's header in the pack. */
  readonly offset: number;
  /** Over the entry as it lies in the pack: header and zlib stream. */
  readonly crc32: number;
}

const MAGIC_AND_VERSION = Uint8Array.of(0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2);
const LARGE = 0x80000000;

/**
 * The bytes of a pack's `.idx` file, version 2 (git: Documentation/gitformat-pack); the same that git index-pack
 * writes. `packChecksum` is the pack's trailer.
 */
export function packIndex(
  entries: readonly PackIndexEntry[],
  packChecksum: Uint8Array,
  digests: Digests,
): Uint8Array {
  const sorted = entries.toSorted((a, b) => (a.oid < b.oid ? -1 : 1));
  const large = sorted.filter(({ offset }) => offset >= LARGE);
  let nextLarge = 0;
  const body = concatBytes(
    MAGIC_AND_VERSION,
    fanOut(sorted),
    concatOids(sorted),
    words(sorted.map((entry) => entry.crc32)),
    words(sorted.map(({ offset }) => (offset < LARGE ? offset : LARGE + nextLarge++))),
    words(large.flatMap(({ offset }) => [Math.floor(offset / 2 ** 32), offset % 2 ** 32])),
    packChecksum,
  );
  return concatBytes(body, digests.sha1(body));
}

/** For each first byte, how many ids start with it or a smaller one. */
function fanOut(sorted: readonly PackIndexEntry[]): Uint8Array {
  const counts = new Array<number>(256).fill(0);
  for (const { oid } of sorted) counts[Number.parseInt(oid.slice(0, 2), 16)]! += 1; // 256 entries
  let total = 0;
  return words(counts.map((count) => (total += count)));
}

function concatOids(sorted: readonly PackIndexEntry[]): Uint8Array {
  const bytes = new Uint8Array(20 * sorted.length);
  let at = 0;
  for (const { oid } of sorted) {
    writeOid(oid, bytes, at);
    at += 20;
  }
  return bytes;
}

/** 32-bit numbers in network order. */
function words(numbers: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * numbers.length));
  let at = 0;
  for (const number of numbers) {
    view.setUint32(at, number);
    at += 4;
  }
  return new Uint8Array(view.buffer);
}
