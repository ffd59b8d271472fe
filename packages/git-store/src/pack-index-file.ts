import { invariant } from '@covey/errors';
import { type Oid, oidFromBytes, type PackIndexEntry } from '@covey/git-objects';

/** Where the objects of a pack start. Never trusted: whoever reads by it checks the object's id. */
export interface PackOffsets {
  readonly size: number;
  offsetOf(oid: Oid): number | undefined;
  oids(): Iterable<Oid>;
  /** All objects, in the order in which they lie in the pack. */
  entries(): Iterable<PackIndexEntry>;
}

const HEADER_BYTES = 8;
const FAN_OUT_BYTES = 256 * 4;
const TRAILER_BYTES = 40;
const LARGE = 0x80000000;

/** A pack's `.idx`, version 2, looked up where it lies in memory (git: Documentation/gitformat-pack). */
export class PackIndexFile implements PackOffsets {
  readonly #bytes: Buffer;
  readonly #count: number;

  /** @throws {InvariantError} when the bytes are no index; whoever opens files turns that into an answer */
  constructor(bytes: Buffer) {
    invariant(
      bytes.length >= HEADER_BYTES + FAN_OUT_BYTES + TRAILER_BYTES,
      'an index has a header, a fan-out and a trailer',
    );
    invariant(bytes.readUInt32BE(0) === 0xff744f63, 'an index starts with its magic number');
    invariant(bytes.readUInt32BE(4) === 2, 'only version 2 is read');
    this.#bytes = bytes;
    this.#count = this.#fanOut(255);
    for (let byte = 1; byte < 256; byte++) {
      invariant(this.#fanOut(byte - 1) <= this.#fanOut(byte), 'the fan-out never falls');
    }
    invariant(
      bytes.length >= HEADER_BYTES + FAN_OUT_BYTES + 28 * this.#count + TRAILER_BYTES,
      'an index holds all objects that its fan-out counts',
    );
  }

  get size(): number {
    return this.#count;
  }

  offsetOf(oid: Oid): number | undefined {
    // Of many packs one has the object: in most of them its first word is not even found.
    const word = Number.parseInt(oid.slice(0, 8), 16);
    const first = word >>> 24;
    let low = first === 0 ? 0 : this.#fanOut(first - 1);
    let high = this.#fanOut(first);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#bytes.readUInt32BE(this.#oidAt(middle)) < word) low = middle + 1;
      else high = middle;
    }
    for (; low < this.#count; low++) {
      const at = this.#oidAt(low);
      if (this.#bytes.readUInt32BE(at) !== word) return undefined;
      if (this.#bytes.toString('hex', at, at + 20) === oid) return this.#offsetAt(low);
    }
    return undefined;
  }

  /** The first 32 bits of each id. */
  *firstWords(): Generator<number> {
    for (let index = 0; index < this.#count; index++) {
      yield this.#bytes.readUInt32BE(this.#oidAt(index));
    }
  }

  *oids(): Generator<Oid> {
    for (let index = 0; index < this.#count; index++) {
      const at = this.#oidAt(index);
      yield oidFromBytes(this.#bytes.subarray(at, at + 20));
    }
  }

  *entries(): Generator<PackIndexEntry> {
    const offsets = Float64Array.from({ length: this.#count }, (_, index) => {
      const offset = this.#offsetAt(index);
      invariant(offset !== undefined, 'every object of an index has an offset');
      return offset;
    });
    const order = Uint32Array.from(offsets.keys()).sort(
      (a, b) => (offsets[a] ?? 0) - (offsets[b] ?? 0),
    );
    const checksums = this.#oidAt(this.#count);
    for (const index of order) {
      const at = this.#oidAt(index);
      const oid = oidFromBytes(this.#bytes.subarray(at, at + 20));
      const crc32 = this.#bytes.readUInt32BE(checksums + 4 * index);
      yield { oid, offset: offsets[index] ?? 0, crc32 };
    }
  }

  #fanOut(byte: number): number {
    return this.#bytes.readUInt32BE(HEADER_BYTES + 4 * byte);
  }

  #oidAt(index: number): number {
    return HEADER_BYTES + FAN_OUT_BYTES + 20 * index;
  }

  #offsetAt(index: number): number | undefined {
    const offsets = this.#oidAt(this.#count) + 4 * this.#count; // after the checksums
    const offset = this.#bytes.readUInt32BE(offsets + 4 * index);
    if (offset < LARGE) return offset;
    const large = offsets + 4 * this.#count + 8 * (offset - LARGE);
    if (large + 8 > this.#bytes.length - TRAILER_BYTES) return undefined;
    return this.#bytes.readUInt32BE(large) * 2 ** 32 + this.#bytes.readUInt32BE(large + 4);
  }
}
