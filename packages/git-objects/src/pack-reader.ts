import type { GitObject } from './git-object.ts';
import type { Oid } from './oid.ts';
import type { PackLimits } from './pack-limits.ts';

/** What a {@link PackReader} is told of one pack. */
export interface PackReaderOptions {
  readonly limits: PackLimits;
  /** Ends the reading with its reason, even while the sender says nothing. */
  readonly signal: AbortSignal;
  /** Objects outside the pack that its deltas may build on. */
  readonly base: (oid: Oid) => Promise<GitObject | undefined>;
}

/** A pack that was read whole and whose form is right. What its objects say is not judged. */
export interface ReceivedPack {
  /** The pack as it came, trailer included. */
  readonly bytes: Uint8Array;
  /** Its `.idx` file, version 2. */
  readonly index: Uint8Array;
  /** Some deltas build on objects outside: alone it is no pack that can be stored. */
  readonly isThin: boolean;
  /** In the order in which the objects became whole. */
  readonly oids: readonly Oid[];
  has(oid: Oid): boolean;
  /** The object with this id, when the pack has it. Its bytes are a part of a larger buffer: copy what is to be kept. */
  find(oid: Oid): GitObject | undefined;
}

/**
 * Port: reads packs of strangers, on a thread that can be killed. Whatever they contain costs this process no more
 * than the limits say.
 */
export interface PackReader {
  /**
   * @throws {CoveyError} PACK_MALFORMED, PACK_LIMIT_EXCEEDED, OBJECT_COLLISION; DEADLINE_EXCEEDED when the reading
   * takes too long; whatever reason `signal` has
   */
  read(chunks: AsyncIterable<Uint8Array>, options: PackReaderOptions): Promise<ReceivedPack>;
}
