import type { Digests } from '@covey/codec';
import { equalBytes } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { type GitObject, oidOf } from './git-object.ts';
import type { Oid } from './oid.ts';

/** Port: reads objects by id. An object that comes back has this id: readers have checked it. */
export interface ObjectReader {
  /** @throws {CoveyError} OBJECT_DAMAGED when the stored bytes no longer match the id */
  read(oid: Oid): Promise<GitObject | undefined>;
}

/** Port: keeps objects for ever, named by their own bytes. */
export interface ObjectStore extends ObjectReader {
  has(oid: Oid): Promise<boolean>;

  /**
   * Resolves to the ids, in order, only once all objects would survive a crash.
   * Writing an object twice succeeds. Never overwrites.
   * @throws {CoveyError} OBJECT_COLLISION when other bytes are stored under an id already
   */
  write(objects: readonly GitObject[]): Promise<readonly Oid[]>;
}

/** The alarm for two byte strings with one id. Whoever sees it has met an attack on SHA-1. */
export function collision(oid: Oid): CoveyError {
  return new CoveyError('OBJECT_COLLISION', 'other bytes are stored under this object id', {
    data: { oid },
  });
}

/** The alarm for an object whose bytes carry the marks of an attack on SHA-1, whether or not its twin was ever seen. */
export function madeToCollide(oid: Oid): CoveyError {
  return new CoveyError('OBJECT_COLLISION', 'an object was made to share its id with another', {
    data: { oid, defect: 'made to collide' },
  });
}

/** Keeps objects in memory, for tests and for short-lived overlays. */
export class MemoryObjectStore implements ObjectStore {
  readonly #digests: Digests;
  readonly #objects = new Map<Oid, GitObject>();

  constructor(digests: Digests) {
    this.#digests = digests;
  }

  async read(oid: Oid): Promise<GitObject | undefined> {
    return this.#objects.get(oid);
  }

  async has(oid: Oid): Promise<boolean> {
    return this.#objects.has(oid);
  }

  async write(objects: readonly GitObject[]): Promise<readonly Oid[]> {
    return objects.map((object) => {
      const oid = oidOf(object, this.#digests);
      const held = this.#objects.get(oid);
      if (held && !sameObject(held, object)) throw collision(oid);
      if (!held) this.#objects.set(oid, { type: object.type, bytes: object.bytes.slice() });
      return oid;
    });
  }
}

/** Tells whether two objects are the same, byte for byte. */
export function sameObject(a: GitObject, b: GitObject): boolean {
  return a.type === b.type && equalBytes(a.bytes, b.bytes);
}
