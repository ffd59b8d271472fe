import type { Digests } from '@covey/codec';
import { DeltaResolver, type PackedObject } from './delta-resolver.ts';
import type { GitObject } from './git-object.ts';
import type { Oid } from './oid.ts';
import { LONGEST_ENTRY_HEADER, type PackEntryHeader, readEntryHeader } from './pack-entry.ts';
import { type PackLimits, packMalformed, packTooLarge } from './pack-limits.ts';
import { PackSource } from './pack-source.ts';
import { type Inflate, longestDeflated } from './zlib-ports.ts';

/** What {@link readPack} needs. */
export interface ReadPackOptions {
  readonly limits: PackLimits;
  readonly digests: Digests;
  readonly inflate: Inflate;
  /** Objects outside the pack that its deltas may build on. Without it a pack must hold all bases itself. */
  readonly base?: (oid: Oid) => Promise<GitObject | undefined>;
}

const HEADER_BYTES = 12;
const MAGIC = 0x5041434b; // 'PACK'
const VERSION = 2;

/**
 * Reads a pack while it arrives. Objects come as soon as they are whole, ids are computed from their bytes, an
 * object never comes twice. Nothing that was yielded counts before the generator has ended: only then were the
 * checksum and the completeness of the whole pack checked. The contents of the objects are not judged.
 * @throws {CoveyError} PACK_MALFORMED, PACK_LIMIT_EXCEEDED, each with `data.defect`
 */
export async function* readPack(
  chunks: AsyncIterable<Uint8Array>,
  { limits, digests, inflate, base = async () => undefined }: ReadPackOptions,
): AsyncGenerator<PackedObject> {
  const source = new PackSource(chunks, limits.maxPackBytes);
  const resolver = new DeltaResolver(limits, digests);
  try {
    const count = await readHeader(source);
    if (count > limits.maxObjects) throw packTooLarge('too many objects');
    for (let read = 0; read < count; read++) {
      yield* await readEntry(source, resolver, limits, inflate);
    }
    await source.expectTrailer(digests);
    yield* resolver.finish(base);
  } finally {
    await source.close();
  }
}

async function readHeader(source: PackSource): Promise<number> {
  const bytes = await source.peek(HEADER_BYTES);
  if (bytes.length < HEADER_BYTES) throw packMalformed('the pack is cut short', 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== MAGIC) throw packMalformed('not a pack', 0);
  if (view.getUint32(4) !== VERSION) throw packMalformed('another pack version', 4);
  source.skip(HEADER_BYTES);
  return view.getUint32(8);
}

async function readEntry(
  source: PackSource,
  resolver: DeltaResolver,
  limits: PackLimits,
  inflate: Inflate,
): Promise<Generator<PackedObject>> {
  const offset = source.position;
  const header = readEntryHeader(await source.peek(LONGEST_ENTRY_HEADER), offset);
  const { kind, size } = header;
  if (size > largestEntry(header, limits)) {
    throw packTooLarge(`a ${typeof kind === 'string' ? kind : 'delta'} is too large`, offset);
  }
  resolver.spend(size, offset);
  source.skip(header.length);

  const bytes = inflateExactly(await source.peek(longestDeflated(size)), size, offset, inflate);
  source.skip(bytes.consumed);
  const place = { offset, length: source.position - offset };
  return typeof kind === 'string'
    ? resolver.addObject(place, { type: kind, bytes: bytes.output })
    : resolver.addDelta(place, kind.base, bytes.output);
}

/** A delta program has no reason to be larger than the largest object it could make. */
function largestEntry({ kind }: PackEntryHeader, { maxObjectBytes }: PackLimits): number {
  return typeof kind === 'string'
    ? maxObjectBytes[kind]
    : Math.max(...Object.values(maxObjectBytes));
}

/**
 * Inflates the stream at the start of `input` to exactly `size` bytes.
 * @throws {CoveyError} PACK_MALFORMED
 */
export function inflateExactly(
  input: Uint8Array,
  size: number,
  offset: number,
  inflate: Inflate,
): { readonly output: Uint8Array; readonly consumed: number } {
  let inflated: ReturnType<Inflate>;
  try {
    inflated = inflate(input, size);
  } catch (cause) {
    throw packMalformed('a zlib stream is broken or not of the declared size', offset, cause);
  }
  const { output, consumed } = inflated;
  if (output.length !== size || consumed > input.length) {
    throw packMalformed('a zlib stream is broken or not of the declared size', offset);
  }
  return inflated;
}
