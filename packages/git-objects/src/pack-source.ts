import { type Digests, equalBytes } from '@covey/codec';
import { packMalformed, packTooLarge } from './pack-limits.ts';

const TRAILER_BYTES = 20;

/**
 * The bytes of a pack as they arrive, kept from the first on: the trailer covers all of them, and `Digests` hashes
 * in one go. Memory is bounded by the limit; what arrives beyond it is never stored.
 */
export class PackSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #maxBytes: number;
  #buffer = new Uint8Array(64 * 1024);
  #length = 0;
  #ended = false;
  #position = 0;

  constructor(chunks: AsyncIterable<Uint8Array>, maxBytes: number) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#maxBytes = maxBytes;
  }

  /** Offset of the next unread byte. */
  get position(): number {
    return this.#position;
  }

  /** At most `wanted` bytes from the position on, fewer only when the stream has ended. Valid until the next call. */
  async peek(wanted: number): Promise<Uint8Array> {
    while (this.#length - this.#position < wanted && !this.#ended) await this.#receive();
    const end = Math.min(this.#position + wanted, this.#length);
    return this.#buffer.subarray(this.#position, end);
  }

  skip(bytes: number): void {
    this.#position += bytes;
  }

  /** Checks that the checksum comes next, is right, and is the end. @throws {CoveyError} PACK_MALFORMED */
  async expectTrailer(digests: Digests): Promise<void> {
    const rest = await this.peek(TRAILER_BYTES + 1);
    if (rest.length < TRAILER_BYTES) throw packMalformed('the trailer is cut short');
    if (rest.length > TRAILER_BYTES) throw packMalformed('bytes after the last object');
    const sum = digests.sha1(this.#buffer.subarray(0, this.#position));
    if (!equalBytes(sum, rest)) throw packMalformed('the trailer does not match');
  }

  /** Lets go of the stream, whether it was read to its end or not. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#chunks.return?.();
  }

  async #receive(): Promise<void> {
    const { done, value } = await this.#chunks.next();
    if (done) {
      this.#ended = true;
      return;
    }
    const length = this.#length + value.length;
    if (length > this.#maxBytes) throw packTooLarge('too many bytes');
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#buffer.length));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(value, this.#length);
    this.#length = length;
  }
}
