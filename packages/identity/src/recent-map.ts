/** A map that keeps the entries used last, at most `limit`. */
export class RecentMap<Value> {
  readonly #limit: number;
  // A Map keeps the order of insertion: the first key is the one not used for longest.
  readonly #entries = new Map<string, Value>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  find(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  /** Adds the entry, or makes it the latest. */
  keep(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#limit) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }
}
