/** The first block is small, as most packs are; each one is four times as large as the last. */
const FIRST_BYTES = 4 * 1024;
const BLOCK_BYTES = 256 * 1024;

/**
 * Keeps the bytes of many small objects in few buffers: a buffer of its own costs more than most objects have, and
 * few can be handed to another thread at once. Whoever keeps one object keeps its block.
 */
export class ObjectArena {
  readonly #blocks: ArrayBuffer[] = [];
  #free = new Uint8Array(0);

  /** A copy of the bytes. */
  put(bytes: Uint8Array): Uint8Array {
    if (bytes.length > this.#free.length) {
      const size = Math.min(BLOCK_BYTES, FIRST_BYTES * 4 ** this.#blocks.length);
      const block = new ArrayBuffer(Math.max(size, bytes.length));
      this.#blocks.push(block);
      if (bytes.length >= size) {
        const own = new Uint8Array(block);
        own.set(bytes);
        return own;
      }
      this.#free = new Uint8Array(block);
    }
    const kept = this.#free.subarray(0, bytes.length);
    kept.set(bytes);
    this.#free = this.#free.subarray(bytes.length);
    return kept;
  }

  /** The buffers that all bytes lie in. */
  get blocks(): readonly ArrayBuffer[] {
    return this.#blocks;
  }
}
