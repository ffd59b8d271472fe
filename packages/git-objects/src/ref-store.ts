import { invariant } from '@covey/errors';
import type { Oid } from './oid.ts';

/** Refs by full name, e.g. `refs/heads/main`. */
export type Refs = ReadonlyMap<string, Oid>;

/** Port: the one mutable thing in a repository. */
export interface RefStore {
  read(): Promise<Refs>;

  /**
   * Replaces all refs at once. Resolves only once the new set would survive a crash; after a crash before
   * that, either the old set or the new one is there, never a mixture. Write objects before their refs.
   */
  replace(refs: Refs): Promise<void>;
}

/** A ref name that no tool reads differently (stricter than git check-ref-format). */
const REF_NAME = /^refs(?:\/[A-Za-z0-9_][A-Za-z0-9._-]{0,127}){1,5}$/;

/** Tells whether stores accept the name. Foreign repositories may hold others. */
export function isRefName(name: string): boolean {
  return REF_NAME.test(name) && !/\.\.|\.lock(?:\/|$)|\.(?:\/|$)/.test(name);
}

/** Keeps refs in memory, for tests. */
export class MemoryRefStore implements RefStore {
  #refs: Refs = new Map();

  async read(): Promise<Refs> {
    return new Map(this.#refs);
  }

  async replace(refs: Refs): Promise<void> {
    for (const name of refs.keys()) invariant(isRefName(name), 'ref names are ours');
    this.#refs = new Map(refs);
  }
}
