/** Things that are here now, grouped by a key, each group and the whole with a limit. */
export class Crowd<T> {
  readonly #groups = new Map<string, Set<T>>();
  readonly #limits: { readonly all: number; readonly perKey: number };
  #size = 0;

  constructor(limits: { all: number; perKey: number }) {
    this.#limits = limits;
  }

  /** False, and not taken in, when there is no room. */
  enter(key: string, thing: T): boolean {
    if (this.#size >= this.#limits.all) return false;
    const group = this.#groups.get(key) ?? new Set();
    if (group.size >= this.#limits.perKey) return false;
    this.#groups.set(key, group.add(thing));
    this.#size += 1;
    return true;
  }

  /** Takes it in; who has been here longest goes when there is no room: of its group, else of the largest. */
  enterFirst(key: string, thing: T, evict: (thing: T) => void): void {
    while (!this.enter(key, thing)) {
      const crowded = (this.#groups.get(key)?.size ?? 0) >= this.#limits.perKey;
      const from = crowded ? key : this.#largest();
      const [oldest] = this.#groups.get(from) ?? [];
      if (oldest === undefined) return; // No limit below one makes sense.
      this.leave(from, oldest);
      evict(oldest);
    }
  }

  /** Once per thing is enough; once more does nothing. */
  leave(key: string, thing: T): void {
    const group = this.#groups.get(key);
    if (!group?.delete(thing)) return;
    this.#size -= 1;
    if (group.size === 0) this.#groups.delete(key);
  }

  get size(): number {
    return this.#size;
  }

  *[Symbol.iterator](): Iterator<T> {
    for (const group of this.#groups.values()) yield* group;
  }

  #largest(): string {
    let found = '';
    let most = 0;
    for (const [key, { size }] of this.#groups) {
      if (size > most) [found, most] = [key, size];
    }
    return found;
  }
}
