/** Chance that belongs to a seed: the same draws in the same order, on any machine (sfc32). */
export class Chance {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param label makes another sequence of the same seed, so that one user's draws don't shift another's */
  constructor(seed: number, label = '') {
    let hash = 0x811c9dc5;
    for (const character of `${seed} ${label}`) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
    }
    [this.#a, this.#b, this.#c] = [hash | 0, seed | 0, Math.imul(hash, 0x9e3779b1) | 0];
    for (let warm = 0; warm < 12; warm++) this.#next();
  }

  /** 0 <= n < 1. */
  readonly unit = (): number => (this.#next() >>> 0) / 2 ** 32;

  /** A whole number, 0 <= n < `end`. */
  below(end: number): number {
    return Math.floor(this.unit() * end);
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  happens(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)];
  }

  /** Of pairs of a weight and a value. */
  weighed<T>(choices: readonly (readonly [weight: number, value: T])[]): T | undefined {
    let left = this.unit() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of choices) {
      left -= weight;
      if (left < 0) return value;
    }
    return choices.at(-1)?.[1];
  }

  shuffled<T>(list: readonly T[]): T[] {
    const left = [...list];
    const drawn: T[] = [];
    while (left.length > 0) drawn.push(...left.splice(this.below(left.length), 1));
    return drawn;
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum;
  }
}
