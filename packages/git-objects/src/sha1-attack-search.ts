import type { DisturbanceVector } from './sha1-disturbance-vectors.ts';
import type { CompressedBlock } from './sha1-partner.ts';
import { compress, expand, INITIAL_STATE, STEPS, TRAIL_WORDS } from './sha1-rounds.ts';

/** Whole blocks; little enough to stay in the nearest cache. */
const CHUNK_BYTES = 16 * 1024;
const BLOCK_BYTES = 64;

/** The two questions asked of a block. Tests ask others. */
export interface AttackQuestions {
  /** Which vectors an attack through this block can have been built upon, by its words 0 to 64. */
  readonly suspects: (words: Int32Array) => readonly DisturbanceVector[];
  readonly collides: (block: CompressedBlock, vector: DisturbanceVector) => boolean;
}

/**
 * Reads messages block by block, and looks at each for what a collision attack leaves behind.
 * Every search overwrites all that the one before it left in the scratch space.
 */
export class AttackSearch {
  readonly #questions: AttackQuestions;
  readonly #chunk = new Uint8Array(CHUNK_BYTES);
  readonly #view = new DataView(this.#chunk.buffer);
  readonly #block: CompressedBlock = {
    words: new Int32Array(STEPS),
    trail: new Int32Array(TRAIL_WORDS),
    stateAfter: new Int32Array(INITIAL_STATE.length),
  };

  constructor(questions: AttackQuestions) {
    this.#questions = questions;
  }

  /** Whether a block of the message, padding included, was made to collide. */
  isFoundIn(parts: readonly Uint8Array[]): boolean {
    this.#block.stateAfter.set(INITIAL_STATE);
    let filled = 0;
    let length = 0;
    for (const part of parts) {
      length += part.length;
      for (let read = 0; read < part.length; ) {
        const taken = Math.min(part.length - read, CHUNK_BYTES - filled);
        this.#chunk.set(taken === part.length ? part : part.subarray(read, read + taken), filled);
        filled += taken;
        read += taken;
        if (filled < CHUNK_BYTES) continue;
        if (this.#isFoundBefore(CHUNK_BYTES)) return true;
        filled = 0;
      }
    }
    return this.#isFoundAtTheEnd(filled, length);
  }

  /** Pads as FIPS 180-4 section 5.1.1 says. */
  #isFoundAtTheEnd(filled: number, length: number): boolean {
    this.#chunk[filled] = 0x80;
    let end = Math.ceil((filled + 9) / BLOCK_BYTES) * BLOCK_BYTES;
    this.#chunk.fill(0, filled + 1, end);
    if (end > CHUNK_BYTES) {
      if (this.#isFoundBefore(CHUNK_BYTES)) return true;
      end = BLOCK_BYTES;
      this.#chunk.fill(0, 0, end);
    }
    this.#view.setUint32(end - 8, Math.floor(length / 2 ** 29));
    this.#view.setUint32(end - 4, (length << 3) >>> 0); // 8 bits per byte, modulo 2^32
    return this.#isFoundBefore(end);
  }

  /**
   * The conditions need no state, only words. So blocks are compressed no earlier than the state is needed: of a small
   * object mostly never, which halves the work.
   */
  #isFoundBefore(end: number): boolean {
    const { words } = this.#block;
    let compressed = 0;
    for (let at = 0; at < end; at += BLOCK_BYTES) {
      this.#readBlock(at);
      expand(words, 16, 65);
      const suspects = this.#questions.suspects(words);
      if (suspects.length === 0) continue;
      this.#compressBetween(compressed, at + BLOCK_BYTES);
      compressed = at + BLOCK_BYTES;
      for (const vector of suspects) {
        if (this.#questions.collides(this.#block, vector)) return true;
      }
    }
    // A chunk that is not full is the last one.
    if (end === CHUNK_BYTES) this.#compressBetween(compressed, end);
    return false;
  }

  #compressBetween(start: number, end: number): void {
    const { words, trail, stateAfter } = this.#block;
    for (let at = start; at < end; at += BLOCK_BYTES) {
      this.#readBlock(at);
      expand(words, 16, STEPS);
      compress(stateAfter, words, trail);
    }
  }

  #readBlock(at: number): void {
    const { words } = this.#block;
    for (let t = 0; t < 16; t++) words[t] = this.#view.getInt32(at + 4 * t);
  }
}
