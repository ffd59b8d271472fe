import type { ObjectType } from './git-object.ts';
import { type Oid, oidFromBytes } from './oid.ts';
import { packMalformed } from './pack-limits.ts';

/** What stands before the zlib stream of a pack entry (git: Documentation/gitformat-pack). */
export interface PackEntryHeader {
  /** An object type, or the place of the base that the entry is a delta on: an offset in the pack or an id. */
  readonly kind: ObjectType | { readonly base: number | Oid };
  /** Bytes of the inflated stream: of the object, or of the delta program. */
  readonly size: number;
  /** Bytes of the header itself. */
  readonly length: number;
}

/** No entry header of ours is longer: 8 bytes of size and 20 of a base id. */
export const LONGEST_ENTRY_HEADER = 28;

const TYPES: Readonly<Record<number, ObjectType>> = { 1: 'commit', 2: 'tree', 3: 'blob' };
const TAG = 4;
const OFS_DELTA = 6;
const REF_DELTA = 7;

/**
 * Reads the header of the entry at `offset`. `bytes` start there and may end anywhere.
 * @throws {CoveyError} PACK_MALFORMED
 */
export function readEntryHeader(bytes: Uint8Array, offset: number): PackEntryHeader {
  const { type, size, at } = readTypeAndSize(bytes, offset);
  const kind = TYPES[type];
  if (kind) return { kind, size, length: at };
  if (type === OFS_DELTA) {
    const { distance, end } = readDistance(bytes, at, offset);
    if (distance === 0 || distance > offset) {
      throw packMalformed('a delta base lies outside the pack', offset);
    }
    return { kind: { base: offset - distance }, size, length: end };
  }
  if (type === REF_DELTA) {
    if (bytes.length < at + 20) throw packMalformed('the pack is cut short', offset);
    return {
      kind: { base: oidFromBytes(bytes.subarray(at, at + 20)) },
      size,
      length: at + 20,
    };
  }
  throw packMalformed(type === TAG ? 'tag objects are not allowed' : 'unknown object type', offset);
}

/** Writes the header of a whole object (no delta). */
export function writeEntryHeader(type: ObjectType, size: number): Uint8Array {
  const number = { commit: 1, tree: 2, blob: 3 }[type];
  const bytes = [(number << 4) | (size & 15)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1]! |= 0x80; // there is always a last byte
    bytes.push(rest & 0x7f);
  }
  return Uint8Array.from(bytes);
}

function readTypeAndSize(bytes: Uint8Array, offset: number) {
  let byte = byteAt(bytes, 0, offset);
  const type = (byte >> 4) & 7;
  let size = byte & 15;
  let at = 1;
  for (let scale = 16; byte & 0x80; scale *= 128) {
    if (at === 8) throw packMalformed('a size is out of range', offset); // 53 bits are read
    byte = byteAt(bytes, at++, offset);
    size += (byte & 0x7f) * scale;
  }
  // Git accepts padding; here it would let a stranger send one pack in many spellings.
  if (at > 1 && byte === 0) throw packMalformed('a size is not in its shortest form', offset);
  return { type, size, at };
}

/** The distance back to the base: big-endian, each continuation adding one, hence always of one spelling. */
function readDistance(bytes: Uint8Array, start: number, offset: number) {
  let at = start;
  let byte = byteAt(bytes, at++, offset);
  let distance = byte & 0x7f;
  while (byte & 0x80) {
    if (at - start === 7) throw packMalformed('a delta base lies outside the pack', offset);
    byte = byteAt(bytes, at++, offset);
    distance = (distance + 1) * 128 + (byte & 0x7f);
  }
  return { distance, end: at };
}

function byteAt(bytes: Uint8Array, at: number, offset: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw packMalformed('the pack is cut short', offset);
  return byte;
}
