import { deflateSync, inflateSync } from 'node:zlib';
import type { Deflate, Inflate } from '@covey/git-objects';
import { plainBytes } from './plain-bytes.ts';

/** Node's least chunk; and a most, so that a lie about the size doesn't cost its memory at once. */
const MIN_CHUNK_BYTES = 64;
const MAX_CHUNK_BYTES = 1024 * 1024;

/**
 * Inflates one zlib stream (RFC 1950) at the start of `input`; what follows it is left alone. Gzip,
 * raw deflate, preset dictionaries and wrong checksums are refused, and so is any size but `size`.
 */
export const nodeInflate: Inflate = (input, size) => {
  const { buffer, engine } = inflateWithInfo(input, size);
  if (buffer.length !== size)
    throw new RangeError(`inflates to ${buffer.length}, not ${size} bytes`);
  return { output: plainBytes(buffer), consumed: engine.bytesWritten };
};

/** Deflates into one zlib stream. */
export const nodeDeflate: Deflate = (input) => {
  // Most objects are small, and Node would take 16 KiB for each: half of the time goes into that.
  const chunkSize = Math.min(Math.max(input.length, MIN_CHUNK_BYTES), MAX_CHUNK_BYTES);
  return plainBytes(deflateSync(input, { chunkSize }));
};

function inflateWithInfo(
  input: Uint8Array,
  size: number,
): { buffer: Buffer; engine: { bytesWritten: number } } {
  const result: unknown = inflateSync(input, {
    info: true,
    maxOutputLength: Math.max(size, 1),
    // One byte more than wanted: with a full chunk Node would ask for a second one.
    chunkSize: Math.min(Math.max(size + 1, MIN_CHUNK_BYTES), MAX_CHUNK_BYTES),
  });
  // With `info` Node returns this pair (node:zlib, class Options); its types know the Buffer only.
  return result as { buffer: Buffer; engine: { bytesWritten: number } };
}
