import type { Digests } from '@covey/codec';
import { applyDelta, readDeltaSizes } from './delta.ts';
import { type GitObject, objectHeader } from './git-object.ts';
import type { ObjectArena } from './object-arena.ts';
import { madeToCollide } from './object-store.ts';
import { type Oid, oidFromBytes } from './oid.ts';
import { type PackLimits, packMalformed, packTooLarge } from './pack-limits.ts';
import type { isCollisionAttack } from './sha1-attack.ts';

/** Where an entry lies in its pack. */
export interface Place {
  readonly offset: number;
  /** Bytes of header and zlib stream together. */
  readonly length: number;
}

/** One object of a pack and where its entry lies. */
export interface PackedObject extends Place {
  readonly oid: Oid;
  readonly object: GitObject;
}

/** An object, and how many deltas made it. */
interface Held {
  readonly object: GitObject;
  readonly depth: number;
}

interface Waiting {
  readonly place: Place;
  readonly program: Uint8Array;
}

/**
 * Turns entries into objects as soon as their bases are known. Iterative throughout: a chain or a cycle of deltas
 * costs neither stack nor time. Keeps every object until the end, since any later entry may build on it;
 * `maxInflatedBytes` bounds that.
 */
export class DeltaResolver {
  readonly #limits: PackLimits;
  readonly #digests: Digests;
  readonly #arena: ObjectArena;
  readonly #isAttack: typeof isCollisionAttack;
  readonly #made: (packed: PackedObject) => void;
  /** `undefined`: an entry starts here, and waits for its base. */
  readonly #byOffset = new Map<number, Held | undefined>();
  readonly #byOid = new Map<Oid, Held>();
  /** Deltas by the offset or id of the base that they wait for. */
  readonly #waiting = new Map<number | Oid, Waiting[]>();
  readonly #supplied = new Set<Oid>();
  #inflatedBytes = 0;

  constructor(
    limits: PackLimits,
    digests: Digests,
    arena: ObjectArena,
    isAttack: typeof isCollisionAttack,
    made: (packed: PackedObject) => void,
  ) {
    this.#limits = limits;
    this.#digests = digests;
    this.#arena = arena;
    this.#isAttack = isAttack;
    this.#made = made;
  }

  /** Counts bytes that are about to be made. @throws {CoveyError} PACK_LIMIT_EXCEEDED */
  spend(bytes: number, offset: number): void {
    this.#inflatedBytes += bytes;
    if (this.#inflatedBytes > this.#limits.maxInflatedBytes) {
      throw packTooLarge('too many inflated bytes', offset);
    }
  }

  /** Takes a whole object: it is made, and so is all that waited for it. */
  addObject(place: Place, object: GitObject): void {
    this.#settle(place, { object, depth: 0 });
  }

  /** Takes a delta, which makes something now or when its base has come. @throws {CoveyError} PACK_MALFORMED */
  addDelta(place: Place, base: number | Oid, program: Uint8Array): void {
    if (typeof base === 'number' && !this.#byOffset.has(base)) {
      throw packMalformed('a delta base is no object start', place.offset);
    }
    const held = typeof base === 'number' ? this.#byOffset.get(base) : this.#byOid.get(base);
    if (held) {
      this.#settle(place, this.#apply(held, { place, program }));
      return;
    }
    this.#byOffset.set(place.offset, undefined);
    const others = this.#waiting.get(base);
    if (others) others.push({ place, program });
    else this.#waiting.set(base, [{ place, program }]);
  }

  /** Ids that deltas wait for: once all entries are read, those of objects outside the pack. */
  get wantedBases(): readonly Oid[] {
    return [...this.#waiting.keys()].filter((base) => typeof base === 'string');
  }

  /** Makes what builds on an object outside the pack. @throws {CoveyError} PACK_MALFORMED */
  supply(base: Oid, object: GitObject): void {
    this.#supplied.add(base);
    for (const waiting of this.#takeWaiting(base)) {
      this.#settle(waiting.place, this.#apply({ object, depth: 0 }, waiting));
    }
  }

  /** @throws {CoveyError} PACK_MALFORMED when a delta still waits for its base */
  expectWhole(): void {
    if (this.#waiting.size > 0) throw packMalformed('a delta base is missing');
  }

  #settle(first: Place, made: Held): void {
    const ready = [{ place: first, held: this.#keep(made) }];
    for (let next = ready.pop(); next; next = ready.pop()) {
      const { place, held } = next;
      const oid = this.#name(held.object);
      // Made from a base outside it must not be that base: then a cycle would have been cut open by what is here.
      if (this.#byOid.has(oid) || this.#supplied.has(oid)) {
        throw packMalformed('an object stands twice', place.offset);
      }
      this.#byOid.set(oid, held);
      this.#byOffset.set(place.offset, held);
      this.#made({ offset: place.offset, length: place.length, oid, object: held.object });
      if (this.#waiting.size === 0) continue;
      for (const waiting of [...this.#takeWaiting(oid), ...this.#takeWaiting(place.offset)]) {
        ready.push({ place: waiting.place, held: this.#keep(this.#apply(held, waiting)) });
      }
    }
  }

  #name(object: GitObject): Oid {
    const header = objectHeader(object);
    const oid = oidFromBytes(this.#digests.sha1(header, object.bytes));
    if (this.#isAttack(header, object.bytes)) throw madeToCollide(oid);
    return oid;
  }

  #keep({ object: { type, bytes }, depth }: Held): Held {
    return { object: { type, bytes: this.#arena.put(bytes) }, depth };
  }

  #takeWaiting(base: number | Oid): readonly Waiting[] {
    const waiting = this.#waiting.get(base) ?? [];
    this.#waiting.delete(base);
    return waiting;
  }

  #apply({ object, depth }: Held, { place, program }: Waiting): Held {
    if (depth >= this.#limits.maxDeltaDepth) {
      throw packTooLarge('a chain of deltas is too long', place.offset);
    }
    const { baseSize, resultSize } = readDeltaSizes(program);
    if (baseSize !== object.bytes.length) {
      throw packMalformed('a delta is for another base', place.offset);
    }
    if (resultSize > this.#limits.maxObjectBytes[object.type]) {
      throw packTooLarge(`a ${object.type} is too large`, place.offset);
    }
    this.spend(resultSize, place.offset);
    return {
      object: { type: object.type, bytes: applyDelta(object.bytes, program) },
      depth: depth + 1,
    };
  }
}
