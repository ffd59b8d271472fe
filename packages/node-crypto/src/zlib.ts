import { deflateSync, inflateSync } from 'node:zlib';
import type { Deflate, Inflate } from '@covey/git-objects';
import { plainBytes } from './plain-bytes.ts';
import { type ZlibEngine, zlibEngine } from './zlib-engine.ts';

/** Node's least chunk; and a most, so that a lie about the size doesn't cost its memory at once. */
const MIN_CHUNK_BYTES = 64;
const MAX_CHUNK_BYTES = 1024 * 1024;
/** Nearly all objects are smaller than half of this, so that what they deflate to fits in any case. */
const SCRATCH_BYTES = 64 * 1024;

const scratch = new Uint8Array(SCRATCH_BYTES);
const inflater = zlibEngine('inflate');
const deflater = zlibEngine('deflate');

/**
 * Inflates one zlib stream (RFC 1950) at the start of `input`; what follows it is left alone. Gzip,
 * raw deflate, preset dictionaries and wrong checksums are refused, and so is any size but `size`.
 */
export const nodeInflate: Inflate = (input, size) => {
  const inflated =
    inflater && size < SCRATCH_BYTES
      ? inflateShort(inflater, input, size)
      : inflateLong(input, size);
  const { length } = inflated.output;
  if (length !== size) throw new RangeError(`inflates to ${length}, not ${size} bytes`);
  return inflated;
};

/** Deflates into one zlib stream. */
export const nodeDeflate: Deflate = (input) => {
  if (deflater && input.length <= SCRATCH_BYTES / 2) {
    return scratch.slice(0, deflater.run(input, scratch, SCRATCH_BYTES).produced);
  }
  const chunkSize = Math.min(Math.max(input.length, MIN_CHUNK_BYTES), MAX_CHUNK_BYTES);
  return plainBytes(deflateSync(input, { chunkSize }));
};

function inflateShort(engine: ZlibEngine, input: Uint8Array, size: number): ReturnType<Inflate> {
  // One byte more than wanted: if it is written, there is more than was said.
  const { consumed, produced } = engine.run(input, scratch, size + 1);
  return { output: scratch.slice(0, produced), consumed };
}

function inflateLong(input: Uint8Array, size: number): ReturnType<Inflate> {
  const result: unknown = inflateSync(input, {
    info: true,
    maxOutputLength: Math.max(size, 1),
    // One byte more than wanted: with a full chunk Node would ask for a second one.
    chunkSize: Math.min(Math.max(size + 1, MIN_CHUNK_BYTES), MAX_CHUNK_BYTES),
  });
  // With `info` Node returns this pair (node:zlib, class Options); its types know the Buffer only.
  const { buffer, engine } = result as { buffer: Buffer; engine: { bytesWritten: number } };
  return { output: plainBytes(buffer), consumed: engine.bytesWritten };
}
