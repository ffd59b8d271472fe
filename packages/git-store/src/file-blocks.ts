import { open } from 'node:fs/promises';

const BLOCK_BYTES = 64 * 1024;
/** Per pack, of which a peer has hundreds. */
const MAX_BLOCKS = 4;

/**
 * Reads pieces of a file that never changes. Objects are small and neighbors are read together, so whole blocks are
 * read and a few are kept. The file is opened for each block: a peer has hundreds of packs, and not so many descriptors.
 */
export class FileBlocks {
  readonly #path: string;
  readonly #blocks = new Map<number, Promise<Uint8Array>>();

  constructor(path: string) {
    this.#path = path;
  }

  /** At most `length` bytes from `offset` on, fewer only at the end of the file. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const first = Math.floor(offset / BLOCK_BYTES);
    const start = offset - first * BLOCK_BYTES;
    if (start + length > 2 * BLOCK_BYTES) return this.#readFile(offset, length);
    const block = await this.#block(first);
    if (start + length <= BLOCK_BYTES) return block.subarray(start, start + length);
    const next = await this.#block(first + 1);
    return Buffer.concat([block.subarray(start), next.subarray(0, start + length - BLOCK_BYTES)]);
  }

  #block(number: number): Promise<Uint8Array> {
    const held = this.#blocks.get(number);
    this.#blocks.delete(number);
    const block = held ?? this.#readFile(number * BLOCK_BYTES, BLOCK_BYTES);
    this.#blocks.set(number, block); // The last one used goes last.
    // Whoever asked hears of a failure; the next one tries again.
    if (!held) block.catch(() => this.#blocks.delete(number));
    if (this.#blocks.size > MAX_BLOCKS) {
      const [oldest] = this.#blocks.keys();
      if (oldest !== undefined) this.#blocks.delete(oldest);
    }
    return block;
  }

  async #readFile(offset: number, length: number): Promise<Uint8Array> {
    const file = await open(this.#path, 'r');
    try {
      const bytes = Buffer.allocUnsafeSlow(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      // Most packs are small: the rest of a block would be held for nothing.
      return filled < length ? new Uint8Array(bytes.subarray(0, filled)) : bytes;
    } finally {
      await file.close();
    }
  }
}
