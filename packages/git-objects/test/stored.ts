import { concatBytes } from '@covey/codec';
import type { Deflate } from '../src/index.ts';

const LARGEST_BLOCK = 0xffff;

/**
 * A zlib stream without compression (RFC 1950, RFC 1951 section 3.2.4): many times cheaper to write than what zlib
 * makes, and as good to compare readers with.
 */
export const stored: Deflate = (input) => {
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  let at = 0;
  do {
    const block = input.subarray(at, at + LARGEST_BLOCK);
    at += block.length;
    const { length } = block;
    parts.push(storedHeader(length, at >= input.length), block);
  } while (at < input.length);
  return concatBytes(...parts, adler32(input));
};

/** What stands before a block of so many bytes as they are. */
export function storedHeader(length: number, isLast: boolean): Uint8Array {
  const other = ~length & 0xffff;
  return Uint8Array.of(isLast ? 1 : 0, length & 0xff, length >> 8, other & 0xff, other >> 8);
}

/** The checksum at the end of a zlib stream (RFC 1950 section 8.2). */
export function adler32(bytes: Uint8Array): Uint8Array {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return Uint8Array.of(b >> 8, b & 0xff, a >> 8, a & 0xff);
}
