import type { PackedObject } from './delta-resolver.ts';
import type { GitObject } from './git-object.ts';
import type { Oid } from './oid.ts';
import { PackParser, type PackParserOptions } from './pack-parser.ts';

/** What {@link readPack} needs. */
export interface ReadPackOptions extends PackParserOptions {
  /** Objects outside the pack that its deltas may build on. Without it a pack must hold all bases itself. */
  readonly base?: (oid: Oid) => Promise<GitObject | undefined>;
}

/**
 * Reads a pack while it arrives, see {@link PackParser}. Nothing that was yielded counts before the generator has
 * ended: only then were the checksum and the completeness of the whole pack checked.
 * @throws {CoveyError} PACK_MALFORMED, PACK_LIMIT_EXCEEDED, OBJECT_COLLISION, each with `data.defect`
 */
export async function* readPack(
  chunks: AsyncIterable<Uint8Array>,
  { base, ...options }: ReadPackOptions,
): AsyncGenerator<PackedObject> {
  const parser = new PackParser(options);
  for await (const chunk of chunks) yield* parser.push(chunk);
  yield* parser.end();
  for (const oid of parser.wantedBases) {
    const object = await base?.(oid);
    if (object) yield* parser.supply(oid, object);
  }
  parser.expectWhole();
}
