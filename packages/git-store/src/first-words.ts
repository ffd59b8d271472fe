import type { Oid } from '@covey/git-objects';

const LEAST_SLOTS = 1024;
/** No object has an id that begins with eight zeros, but for one in four thousand million. */
const EMPTY = 0;

/**
 * The first 32 bits of the ids of many objects, to be told quickly that an object is not there: what arrives is mostly
 * new, and a store has dozens of packs. A hash table in one typed array; the words are evenly spread as they are.
 */
export class FirstWords {
  #slots = new Uint32Array(LEAST_SLOTS);
  #count = 0;
  #hasEmpty = false;

  /** False: no object with this id was ever added. True: perhaps. */
  mayHave(oid: Oid): boolean {
    const word = Number.parseInt(oid.slice(0, 8), 16);
    if (word === EMPTY) return this.#hasEmpty;
    return this.#slots[this.#slotOf(word)] === word;
  }

  add(word: number): void {
    if (word === EMPTY) {
      this.#hasEmpty = true;
      return;
    }
    const slot = this.#slotOf(word);
    if (this.#slots[slot] === word) return;
    this.#slots[slot] = word;
    if (++this.#count * 2 > this.#slots.length) this.#grow();
  }

  /** Where the word is, or would be. There is always an empty slot. */
  #slotOf(word: number): number {
    const mask = this.#slots.length - 1;
    let slot = word & mask;
    while (this.#slots[slot] !== EMPTY && this.#slots[slot] !== word) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(2 * old.length);
    for (const word of old) if (word !== EMPTY) this.#slots[this.#slotOf(word)] = word;
  }
}
