import type { Digests } from '@covey/codec';
import { DeltaResolver, type PackedObject } from './delta-resolver.ts';
import type { GitObject } from './git-object.ts';
import { ObjectArena } from './object-arena.ts';
import type { Oid } from './oid.ts';
import { LONGEST_ENTRY_HEADER, type PackEntryHeader, readEntryHeader } from './pack-entry.ts';
import { PackInput } from './pack-input.ts';
import { type PackLimits, packMalformed, packTooLarge } from './pack-limits.ts';
import { isCollisionAttack } from './sha1-attack.ts';
import { type Inflate, longestDeflated } from './zlib-ports.ts';

/** What a {@link PackParser} needs. */
export interface PackParserOptions {
  readonly limits: PackLimits;
  readonly digests: Digests;
  readonly inflate: Inflate;
  /** Only tests change it: nobody has a Git object that was made to collide. */
  readonly isAttack?: typeof isCollisionAttack;
}

const HEADER_BYTES = 12;
const MAGIC = 0x5041434b; // 'PACK'
const VERSION = 2;

/**
 * Reads a pack as its bytes come, without waiting for anything. Objects come out as soon as they are whole, ids are
 * computed from their bytes, an object never comes twice. Nothing counts before {@link PackParser.expectWhole} has
 * returned: only then were the checksum and the completeness of the whole pack checked. What the objects say is not
 * judged, but for the marks of an attack on SHA-1. Every method throws
 * {CoveyError} PACK_MALFORMED, PACK_LIMIT_EXCEEDED or OBJECT_COLLISION, each with `data.defect`.
 */
export class PackParser {
  readonly #options: PackParserOptions;
  readonly #input: PackInput;
  readonly #arena = new ObjectArena();
  readonly #resolver: DeltaResolver;
  #made: PackedObject[] = [];
  #entriesLeft: number | undefined;

  constructor(options: PackParserOptions) {
    this.#options = options;
    this.#input = new PackInput(options.limits.maxPackBytes);
    const { limits, digests, isAttack = isCollisionAttack } = options;
    this.#resolver = new DeltaResolver(limits, digests, this.#arena, isAttack, (packed) => {
      this.#made.push(packed);
    });
  }

  /** Takes the next bytes; gives the objects that they complete. */
  push(chunk: Uint8Array): readonly PackedObject[] {
    this.#input.push(chunk);
    this.#readOn();
    return this.#takeMade();
  }

  /** Nothing more comes. Checks count and checksum; gives the objects that the last bytes complete. */
  end(): readonly PackedObject[] {
    this.#input.end();
    this.#readOn();
    this.#input.expectTrailer(this.#options.digests);
    return this.#takeMade();
  }

  /** Ids of objects outside the pack that its deltas build on. */
  get wantedBases(): readonly Oid[] {
    return this.#resolver.wantedBases;
  }

  /** Takes an object from outside; gives what builds on it. */
  supply(base: Oid, object: GitObject): readonly PackedObject[] {
    this.#resolver.supply(base, object);
    return this.#takeMade();
  }

  /** After {@link end} and all bases. */
  expectWhole(): void {
    this.#resolver.expectWhole();
  }

  /** The pack itself, as far as it has come. */
  get bytes(): Uint8Array {
    return this.#input.bytes;
  }

  /** The bytes of one entry: header and zlib stream. */
  entryOf({ offset, length }: PackedObject): Uint8Array {
    return this.#input.between(offset, offset + length);
  }

  /** The few buffers in which the bytes of all objects lie. */
  get blocks(): readonly ArrayBuffer[] {
    return this.#arena.blocks;
  }

  #takeMade(): readonly PackedObject[] {
    const made = this.#made;
    this.#made = [];
    return made;
  }

  #readOn(): void {
    this.#entriesLeft ??= this.#readHeader();
    while (this.#entriesLeft !== undefined && this.#entriesLeft > 0) {
      if (!this.#readEntry()) return;
      this.#entriesLeft--;
    }
  }

  #readHeader(): number | undefined {
    const bytes = this.#input.peek(HEADER_BYTES);
    if (!bytes) return undefined;
    if (bytes.length < HEADER_BYTES) throw packMalformed('the pack is cut short', 0);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getUint32(0) !== MAGIC) throw packMalformed('not a pack', 0);
    if (view.getUint32(4) !== VERSION) throw packMalformed('another pack version', 4);
    const count = view.getUint32(8);
    if (count > this.#options.limits.maxObjects) throw packTooLarge('too many objects');
    this.#input.skip(HEADER_BYTES);
    return count;
  }

  /** False while not all of its bytes are there. */
  #readEntry(): boolean {
    const { limits, inflate } = this.#options;
    const offset = this.#input.position;
    const start = this.#input.peek(LONGEST_ENTRY_HEADER);
    if (!start) return false;
    const header = readEntryHeader(start, offset);
    const { kind, size } = header;
    if (size > largestEntry(header, limits)) {
      throw packTooLarge(`a ${typeof kind === 'string' ? kind : 'delta'} is too large`, offset);
    }
    const rest = this.#input.peek(header.length + longestDeflated(size));
    if (!rest) return false;
    this.#resolver.spend(size, offset);
    const stream = rest.subarray(header.length);
    const { output, consumed } = inflateExactly(stream, size, offset, inflate);
    const place = { offset, length: header.length + consumed };
    this.#input.skip(place.length);
    if (typeof kind === 'string') this.#resolver.addObject(place, { type: kind, bytes: output });
    else this.#resolver.addDelta(place, kind.base, output);
    return true;
  }
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
