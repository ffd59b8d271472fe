import { type Digests, equalBytes } from '@covey/codec';
import { packMalformed, packTooLarge } from './pack-limits.ts';

const TRAILER_BYTES = 20;

/**
 * The bytes of a pack as they arrive, kept from the first on: the trailer covers all of them, and `Digests` hashes
 * in one go. Memory is bounded by the limit; what arrives beyond it is never stored.
 */
export class PackInput {
  readonly #maxBytes: number;
  #buffer = new Uint8Array(4 * 1024);
  #length = 0;
  #position = 0;
  #ended = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @throws {CoveyError} PACK_LIMIT_EXCEEDED */
  push(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (length > this.#maxBytes) throw packTooLarge('too many bytes');
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#buffer.length));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#length);
    this.#length = length;
  }

  /** Nothing more comes. */
  end(): void {
    this.#ended = true;
  }

  /** Offset of the next unread byte. */
  get position(): number {
    return this.#position;
  }

  /** At most `wanted` bytes from the position on; `undefined` while there are fewer and more may come. */
  peek(wanted: number): Uint8Array | undefined {
    const end = Math.min(this.#position + wanted, this.#length);
    if (end - this.#position < wanted && !this.#ended) return undefined;
    return this.#buffer.subarray(this.#position, end);
  }

  skip(bytes: number): void {
    this.#position += bytes;
  }

  /** The bytes of the pack between two offsets. */
  between(start: number, end: number): Uint8Array {
    return this.#buffer.subarray(start, end);
  }

  /** Checks that the checksum comes next, is right, and is the end. @throws {CoveyError} PACK_MALFORMED */
  expectTrailer(digests: Digests): void {
    const rest = this.#buffer.subarray(this.#position, this.#length);
    if (rest.length < TRAILER_BYTES) throw packMalformed('the trailer is cut short');
    if (rest.length > TRAILER_BYTES) throw packMalformed('bytes after the last object');
    const sum = digests.sha1(this.#buffer.subarray(0, this.#position));
    if (!equalBytes(sum, rest)) throw packMalformed('the trailer does not match');
  }

  /** All that has arrived. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }
}
