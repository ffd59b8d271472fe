import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes, utf8 } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import type { Aead } from '@covey/identity';

/**
 * The outside of a segment (relays.md, pack mirror): version (1) ‖ salt (32) ‖ commitment (16) ‖ chunks. Each chunk is
 * 64 KiB of what is inside, the last one what is left, sealed by AES-256-GCM with nonce 0 (7) ‖ counter (4, big-endian) ‖
 * 1 for the last one, all with the 49 bytes in front as further data. So nothing can be moved, cut or mixed, and the
 * wrong key is known by the commitment before anything is opened.
 */

const VERSION = 1;
const SALT_BYTES = 32;
const COMMITMENT_BYTES = 16;
const HEAD_BYTES = 1 + SALT_BYTES + COMMITMENT_BYTES;
const CHUNK_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const INFO = utf8('covey/1 segment');

/** Bytes of a segment that holds so many. */
export function sealedSize(plainBytes: number): number {
  return HEAD_BYTES + plainBytes + TAG_BYTES * chunksIn(plainBytes);
}

/** @param salt32 32 random bytes, for this segment alone */
export async function sealSegment(
  slotKey: Uint8Array,
  plain: Uint8Array,
  { salt32, aead }: { readonly salt32: Uint8Array; readonly aead: Aead },
): Promise<Uint8Array> {
  const { key, commitment } = keysFor(slotKey, salt32);
  const head = concatBytes(Uint8Array.of(VERSION), salt32, commitment);
  const sealed: Uint8Array[] = [head];
  const count = chunksIn(plain.length);
  for (let at = 0; at < count; at++) {
    const chunk = plain.subarray(at * CHUNK_BYTES, (at + 1) * CHUNK_BYTES);
    sealed.push(await aead.seal(key, nonceOf(at, at === count - 1), chunk, head));
  }
  return concatBytes(...sealed);
}

/**
 * What is inside, chunk by chunk; each has been checked before it is given.
 * @param size of the whole segment, as its entry says
 * @throws {CoveyError} SEGMENT_WRONG_KEY before any decryption; SEGMENT_TRUNCATED, SEGMENT_CORRUPT
 */
export async function* openSegment(
  slotKey: Uint8Array,
  bytes: AsyncIterable<Uint8Array>,
  { size, aead }: { readonly size: number; readonly aead: Aead },
): AsyncGenerator<Uint8Array> {
  const source = new Source(bytes, size);
  try {
    const head = await source.take(HEAD_BYTES);
    const [version] = head;
    const { key, commitment } = keysFor(slotKey, head.subarray(1, 1 + SALT_BYTES));
    if (version !== VERSION || !equalBytes(commitment, head.subarray(1 + SALT_BYTES))) {
      throw new CoveyError('SEGMENT_WRONG_KEY', 'a segment of another slot, epoch or version');
    }
    for (let at = 0; at === 0 || source.left > 0; at++) {
      const isLast = source.left <= CHUNK_BYTES + TAG_BYTES;
      const sealed = await source.take(isLast ? source.left : CHUNK_BYTES + TAG_BYTES);
      const chunk = await aead.open(key, nonceOf(at, isLast), sealed, head);
      if (chunk) yield chunk;
      else if (isLast && (await aead.open(key, nonceOf(at, false), sealed, head)))
        throw truncated();
      else throw new CoveyError('SEGMENT_CORRUPT', `chunk ${at} is not what was sealed`);
    }
  } finally {
    await source.close();
  }
}

function chunksIn(plainBytes: number): number {
  return Math.max(1, Math.ceil(plainBytes / CHUNK_BYTES));
}

function keysFor(slotKey: Uint8Array, salt: Uint8Array) {
  const both = hkdf(sha256, slotKey, salt, INFO, 32 + COMMITMENT_BYTES);
  return { key: both.subarray(0, 32), commitment: both.subarray(32) };
}

function nonceOf(counter: number, isLast: boolean): Uint8Array {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(7, counter);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

/** Hands on exactly so many bytes of a stream, however it is cut, and none beyond its size. */
class Source {
  readonly #bytes: AsyncIterator<Uint8Array>;
  #buffered: Uint8Array = new Uint8Array();
  #left: number;

  constructor(bytes: AsyncIterable<Uint8Array>, size: number) {
    this.#bytes = bytes[Symbol.asyncIterator]();
    this.#left = size;
  }

  /** Bytes that are still to come. */
  get left(): number {
    return this.#left;
  }

  async close(): Promise<void> {
    await this.#bytes.return?.();
  }

  async take(count: number): Promise<Uint8Array> {
    if (count > this.#left) throw truncated();
    const parts = [this.#buffered];
    let length = this.#buffered.length;
    while (length < count) {
      const { value, done } = await this.#bytes.next();
      if (done) throw truncated();
      parts.push(value);
      length += value.length;
    }
    const whole = parts.length === 1 ? this.#buffered : concatBytes(...parts);
    this.#buffered = whole.subarray(count);
    this.#left -= count;
    return whole.subarray(0, count);
  }
}

function truncated(): CoveyError {
  return new CoveyError('SEGMENT_TRUNCATED', 'a segment that is cut short');
}
