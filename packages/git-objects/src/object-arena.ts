/** The first block is small, as most packs are; each one is four times as large as the last. */
const FIRST_BYTES = 4 * 1024;
const BLOCK_BYTES = 256 * 1024;

/**
 * Keeps the bytes of many small objects in few buffers: a buffer of its own costs more than most objects have, and
 * few can be handed to another thread at once. Whoever keeps one object keeps its block.
 */
export class ObjectArena {
  readonly #blocks: ArrayBuffer[] = [];
  #block = new ArrayBuffer(0);
  #used = 0;

  /** A copy of the bytes. */
  put(bytes: Uint8Array): Uint8Array {
    const { length } = bytes;
    if (this.#used + length > this.#block.byteLength) {
      const size = Math.min(BLOCK_BYTES, FIRST_BYTES * 4 ** this.#blocks.length);
      const block = new ArrayBuffer(Math.max(size, length));
      this.#blocks.push(block);
      // One that is as large as a block leaves the room there is to others.
      if (length >= size) return copied(bytes, new Uint8Array(block));
      this.#block = block;
      this.#used = 0;
    }
    const kept = new Uint8Array(this.#block, this.#used, length);
    this.#used += length;
    return copied(bytes, kept);
  }

  /** The buffers that all bytes lie in. */
  get blocks(): readonly ArrayBuffer[] {
    return this.#blocks;
  }
}

function copied(bytes: Uint8Array, to: Uint8Array): Uint8Array {
  to.set(bytes);
  return to;
}
