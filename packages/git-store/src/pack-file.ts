import { stat } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Digests } from '@covey/codec';
import { CoveyError, invariant } from '@covey/errors';
import {
  applyDelta,
  type GitObject,
  inflateExactly,
  LOCAL_PACK_LIMITS,
  LONGEST_ENTRY_HEADER,
  longestDeflated,
  type Oid,
  type PackIndexEntry,
  readDeltaSizes,
  readEntryHeader,
} from '@covey/git-objects';
import { nodeInflate } from '@covey/node-crypto';
import { checked, damaged } from './damaged.ts';
import { FileBlocks } from './file-blocks.ts';
import type { PackOffsets } from './pack-index-file.ts';
import { entryOf, type StoredEntry } from './stored-entry.ts';

const { maxObjectBytes, maxDeltaDepth } = LOCAL_PACK_LIMITS;
const TRAILER_BYTES = 20;
const LARGEST = Math.max(...Object.values(maxObjectBytes));
/** What the delta programs of one object may hold together. */
const MAX_CHAIN_BYTES = 128 * 1024 * 1024;

interface Chain {
  readonly base: GitObject;
  /** Outermost first: the last one is applied to the base. */
  readonly programs: readonly Uint8Array[];
}

/** Reads single objects of a pack file, deltas included. */
export class PackFile {
  readonly #path: string;
  readonly #blocks: FileBlocks;
  readonly #offsets: PackOffsets;
  readonly #digests: Digests;
  readonly #outside: (oid: Oid) => Promise<GitObject | undefined>;

  constructor(
    path: string,
    offsets: PackOffsets,
    digests: Digests,
    /** Bases that a thin pack leaves out. */
    outside: (oid: Oid) => Promise<GitObject | undefined> = async () => undefined,
  ) {
    this.#path = path;
    this.#blocks = new FileBlocks(path);
    this.#offsets = offsets;
    this.#digests = digests;
    this.#outside = outside;
  }

  has(oid: Oid): boolean {
    return this.#offsets.offsetOf(oid) !== undefined;
  }

  /** Number of objects. */
  get size(): number {
    return this.#offsets.size;
  }

  oids(): Iterable<Oid> {
    return this.#offsets.oids();
  }

  /** @throws {CoveyError} OBJECT_DAMAGED */
  async read(oid: Oid): Promise<GitObject | undefined> {
    const offset = this.#offsets.offsetOf(oid);
    if (offset === undefined) return undefined;
    try {
      return checked(oid, await this.#readAt(offset), this.#digests);
    } catch (cause) {
      throw CoveyError.is(cause, 'OBJECT_DAMAGED') ? cause : damaged(oid, cause);
    }
  }

  /**
   * All objects as they lie here, in that order; deltas made whole. The bytes are checked against the index, their
   * ids are not computed anew.
   * @throws {CoveyError} OBJECT_DAMAGED
   */
  async *entries(): AsyncGenerator<StoredEntry> {
    let previous: PackIndexEntry | undefined;
    for (const entry of this.#offsets.entries()) {
      if (previous) yield await this.#entry(previous, entry.offset);
      previous = entry;
    }
    const end = (await stat(this.#path)).size - TRAILER_BYTES;
    if (previous) yield await this.#entry(previous, end);
  }

  async #entry({ oid, offset, crc32: sum }: PackIndexEntry, end: number): Promise<StoredEntry> {
    const bytes = await this.#blocks.read(offset, end - offset);
    if (bytes.length !== end - offset || crc32(bytes) !== sum) throw damaged(oid);
    if (typeof readEntryHeader(bytes, offset).kind === 'string') return { oid, bytes };
    const object = await this.read(oid);
    invariant(object, 'a pack has what its index lists');
    return entryOf(oid, object);
  }

  async #readAt(offset: number): Promise<GitObject> {
    const { base, programs } = await this.#readChain(offset);
    const bytes = programs.reduceRight((made, program) => {
      refuseLarger(readDeltaSizes(program).resultSize, maxObjectBytes[base.type]);
      return applyDelta(made, program);
    }, base.bytes);
    return { type: base.type, bytes };
  }

  /** Follows the deltas down to a whole object. Not recursive, and a cycle of bases ends at the depth limit. */
  async #readChain(offset: number): Promise<Chain> {
    const programs: Uint8Array[] = [];
    let chainBytes = 0;
    for (let at = offset; programs.length <= maxDeltaDepth; ) {
      const entry = await this.#readEntry(at);
      if (typeof entry.kind === 'string') {
        return { base: { type: entry.kind, bytes: entry.bytes }, programs };
      }
      programs.push(entry.bytes);
      chainBytes += entry.bytes.length;
      refuseLarger(chainBytes, MAX_CHAIN_BYTES);
      const { base } = entry.kind;
      const next = typeof base === 'number' ? base : this.#offsets.offsetOf(base);
      if (next !== undefined) {
        at = next;
        continue;
      }
      // Without an offset the base was named by its id.
      const outside = await this.#outside(base as Oid);
      if (!outside) throw new CoveyError('PACK_MALFORMED', 'a delta base is missing');
      return { base: outside, programs };
    }
    throw new CoveyError('PACK_LIMIT_EXCEEDED', 'a chain of deltas is too long');
  }

  async #readEntry(offset: number) {
    const header = readEntryHeader(await this.#blocks.read(offset, LONGEST_ENTRY_HEADER), offset);
    const { kind, size, length } = header;
    refuseLarger(size, typeof kind === 'string' ? maxObjectBytes[kind] : LARGEST);
    const input = await this.#blocks.read(offset + length, longestDeflated(size));
    return { kind, bytes: inflateExactly(input, size, offset, nodeInflate).output };
  }
}

function refuseLarger(size: number, limit: number): void {
  if (size > limit) throw new CoveyError('PACK_LIMIT_EXCEEDED', 'an object is too large');
}
