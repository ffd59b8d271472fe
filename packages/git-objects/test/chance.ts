/** A row of choices that the seed alone decides: what failed once fails again. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 <= n < 1 (Mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  between(lowest: number, highest: number): number {
    return lowest + Math.floor(this.next() * (highest - lowest + 1));
  }

  isOneIn(count: number): boolean {
    return this.next() * count < 1;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.between(0, items.length - 1)]!; // no list here is empty
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at++) bytes[at] = this.next() * 256;
    return bytes;
  }

  /** Lower-case hex digits. */
  hex(digits: number): string {
    return Buffer.from(this.bytes(digits / 2)).toString('hex');
  }

  /** Characters of an alphabet. */
  text(alphabet: string, shortest: number, longest: number): string {
    const characters = Array.from(alphabet);
    let text = '';
    for (let left = this.between(shortest, longest); left > 0; left--)
      text += this.pick(characters);
    return text;
  }

  shuffled<T>(items: readonly T[]): readonly T[] {
    return items
      .map((item) => ({ item, rank: this.next() }))
      .toSorted((a, b) => a.rank - b.rank)
      .map(({ item }) => item);
  }
}
