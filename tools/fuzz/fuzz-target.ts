import type { Chance } from './chance.ts';

/** Inputs are no longer than this; the bounds of {@link BOUNDS} are for inputs of this length. */
export const MAX_INPUT_BYTES = 64 * 1024;

/** What one input may cost (security.md section 9.4). */
export const BOUNDS = {
  /** Of processor, for what runs to its end. */
  cpuMs: 250,
  /** Heap and buffers together. */
  heapBytes: 64 * 1024 * 1024,
  /** Until it is over, whatever it waits for. */
  hangMs: 2000,
} as const;

/**
 * Something that takes bytes from strangers. Opened once per run; one input must not change what the
 * next one meets, or a finding cannot be replayed.
 */
export interface FuzzTarget {
  /** Inputs to begin with, most of them valid. Always the same ones, in the same order. */
  readonly seeds: readonly Uint8Array[];
  /** Corpora of `shared/fixtures` whose inputs are tried as well where they are present. */
  readonly corpora?: readonly CorpusUse[];
  /** Words of the format that byte mutations alone would not find. */
  readonly dictionary?: readonly Uint8Array[];
  /**
   * Takes one input. Bytes that are refused end in a CoveyError or in a value that says so. All else that
   * is thrown is a finding; {@link BrokenPromise} is for what the target itself finds wrong. What is returned
   * counts as memory taken.
   */
  run(input: Uint8Array): unknown;
  /** An input made of the parts of the format. */
  generate?(chance: Chance): Uint8Array;
  /** A change that keeps the outer form, so that it gets further than a flipped bit does. */
  reshape?(input: Uint8Array, chance: Chance): Uint8Array;
  /** Checksums and signatures over an input made right again. */
  mend?(input: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** A corpus by its name; with `texts` every string of its JSON files is an input of its own. */
export interface CorpusUse {
  readonly name: string;
  readonly texts?: boolean;
}

/** What a target promises and an input has disproved. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';
}

/** @throws {BrokenPromise} */
export function promise(holds: boolean, what: string): asserts holds {
  if (!holds) throw new BrokenPromise(what);
}
