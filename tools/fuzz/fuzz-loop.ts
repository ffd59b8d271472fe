import { Chance } from './chance.ts';
import type { Coverage } from './coverage.ts';
import { type FuzzTarget, MAX_INPUT_BYTES } from './fuzz-target.ts';
import { minimize } from './minimize.ts';
import { mutate } from './mutate.ts';
import type { Oracle, Violation } from './oracle.ts';

/** How far a run has come. */
export interface Progress {
  readonly executions: number;
  /** Functions and pieces of functions of ours that were reached. */
  readonly ranges: number;
  readonly corpus: number;
}

/** An input that breaks something. */
export interface Finding {
  readonly input: Uint8Array;
  readonly violation: Violation;
}

/**
 * Inputs between two looks at the coverage. A look costs as much as some dozen runs, so many runs share one, and
 * only where it shows something new they are run once more in smaller and smaller parts.
 */
const SMALLEST_BATCH = 16;
const LARGEST_BATCH = 256;
const MINIMIZE_ATTEMPTS = 3000;

/** Searches a target for inputs that break its promises, led by what code they reach. */
export class FuzzLoop {
  readonly #target: FuzzTarget;
  readonly #oracle: Oracle;
  readonly #coverage: Coverage | undefined;
  readonly #chance: Chance;
  readonly #corpus: Uint8Array[] = [];
  #batchSize = SMALLEST_BATCH;

  /** Without `coverage` the seeds alone are the corpus: the search is blind. */
  constructor(target: FuzzTarget, oracle: Oracle, coverage: Coverage | undefined, seed: number) {
    this.#target = target;
    this.#oracle = oracle;
    this.#coverage = coverage;
    this.#chance = new Chance(seed);
  }

  get progress(): Progress {
    const { executions } = this.#oracle;
    return { executions, ranges: this.#coverage?.ranges ?? 0, corpus: this.#corpus.length };
  }

  /** Tries the seeds, then what comes of them, until `isOver` or a finding. */
  async run(
    seeds: readonly Uint8Array[],
    isOver: () => boolean,
    tell: () => void,
  ): Promise<Finding | undefined> {
    this.#coverage?.learn();
    for (let at = 0; at < seeds.length && !isOver(); at += this.#batchSize) {
      const found = await this.#runBatch(seeds.slice(at, at + this.#batchSize), true);
      if (found) return found;
      tell();
    }
    while (!isOver()) {
      const found = await this.#runBatch(await this.#nextBatch(), false);
      if (found) return found;
      tell();
    }
    return undefined;
  }

  /** A smaller input that breaks the same. */
  minimize({ input, violation }: Finding): Promise<Uint8Array> {
    return minimize(
      input,
      async (candidate) => (await this.#oracle.judgeAlone(candidate))?.kind === violation.kind,
      MINIMIZE_ATTEMPTS,
    );
  }

  async #runBatch(batch: readonly Uint8Array[], areSeeds: boolean): Promise<Finding | undefined> {
    for (const input of batch) {
      const violation = await this.#oracle.judge(input);
      if (violation) return { input, violation };
    }
    // Rejections that nobody handles, messages and timers have their turn.
    await new Promise((resolve) => setImmediate(resolve));
    const stray = this.#oracle.takeStray();
    if (stray) return this.#whose(stray, batch);

    if (!this.#coverage) {
      if (areSeeds) this.#corpus.push(...batch);
      return undefined;
    }
    const before = this.#corpus.length;
    if (this.#coverage.hasNews()) await this.#keepNews(batch);
    const isQuiet = this.#corpus.length === before;
    this.#batchSize = isQuiet ? Math.min(LARGEST_BATCH, 2 * this.#batchSize) : SMALLEST_BATCH;
    return undefined;
  }

  /** Runs parts of the batch again, down to the inputs that show something new. */
  async #keepNews(batch: readonly Uint8Array[]): Promise<void> {
    const [only] = batch;
    if (batch.length === 1 && only) {
      await this.#oracle.judge(only);
      if (this.#coverage?.learn()) this.#corpus.push(only);
      return;
    }
    const middle = batch.length >> 1;
    for (const part of [batch.slice(0, middle), batch.slice(middle)]) {
      for (const input of part) await this.#oracle.judge(input);
      if (this.#coverage?.hasNews()) await this.#keepNews(part);
    }
  }

  async #whose(stray: Violation, batch: readonly Uint8Array[]): Promise<Finding> {
    for (const input of batch) {
      const violation = await this.#oracle.judgeAlone(input);
      if (violation) return { input, violation };
    }
    return { input: batch.at(-1) ?? new Uint8Array(), violation: stray };
  }

  async #nextBatch(): Promise<readonly Uint8Array[]> {
    const batch: Uint8Array[] = [];
    while (batch.length < this.#batchSize) batch.push(await this.#next());
    return batch;
  }

  async #next(): Promise<Uint8Array> {
    const { generate, reshape, mend, dictionary = [] } = this.#target;
    const chance = this.#chance;
    const parent = this.#choose();
    let input: Uint8Array;
    if (generate && (chance.oneIn(8) || this.#corpus.length === 0)) {
      input = generate(chance);
      if (chance.oneIn(2)) return bounded(input);
    } else {
      input = reshape && chance.oneIn(2) ? reshape(parent, chance) : parent;
    }
    if (input === parent || chance.oneIn(2)) {
      input = mutate(input, { chance, dictionary, other: this.#choose() });
    }
    return bounded(mend && !chance.oneIn(4) ? await mend(input) : input);
  }

  /** Those found last lead on most often. */
  #choose(): Uint8Array {
    const { length } = this.#corpus;
    const from = this.#chance.oneIn(2) ? Math.max(0, length - Math.max(8, length >> 3)) : 0;
    return this.#corpus[this.#chance.between(from, length - 1)] ?? new Uint8Array();
  }
}

function bounded(input: Uint8Array): Uint8Array {
  return input.length > MAX_INPUT_BYTES ? input.slice(0, MAX_INPUT_BYTES) : input;
}
