/**
 * A growing set of small integers, shared by reference as long as nothing is added. Every commit holds
 * the set of state-changing commits among its ancestors (itself included), so that "A has B among its
 * ancestors" costs one bit and a text message costs nothing.
 */
export class Seen {
  static readonly NONE = new Seen(new Uint32Array(0));
  readonly #words: Uint32Array;

  private constructor(words: Uint32Array) {
    this.#words = words;
  }

  has(index: number): boolean {
    return (((this.#words[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1;
  }

  /** No index at all? */
  get isEmpty(): boolean {
    return this.#words.every((word) => word === 0);
  }

  with(index: number): Seen {
    if (this.has(index)) return this;
    const words = new Uint32Array(Math.max(this.#words.length, (index >>> 5) + 1));
    words.set(this.#words);
    words[index >>> 5] = (words[index >>> 5] ?? 0) | (1 << (index & 31));
    return new Seen(words);
  }

  includes(other: Seen): boolean {
    return (
      other === this || other.#words.every((word, at) => (word & ~(this.#words[at] ?? 0)) === 0)
    );
  }

  union(other: Seen): Seen {
    if (this.includes(other)) return this;
    if (other.includes(this)) return other;
    const words = new Uint32Array(Math.max(this.#words.length, other.#words.length));
    for (let at = 0; at < words.length; at++) {
      words[at] = (this.#words[at] ?? 0) | (other.#words[at] ?? 0);
    }
    return new Seen(words);
  }

  and(other: Seen): Seen {
    return new Seen(this.#words.map((word, at) => word & (other.#words[at] ?? 0)));
  }

  minus(other: Seen): Seen {
    return new Seen(this.#words.map((word, at) => word & ~(other.#words[at] ?? 0)));
  }

  *[Symbol.iterator](): Generator<number> {
    for (let at = 0; at < this.#words.length; at++) {
      for (let word = this.#words[at] ?? 0; word !== 0; word &= word - 1) {
        yield at * 32 + 31 - Math.clz32(word & -word);
      }
    }
  }
}
