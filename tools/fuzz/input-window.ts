import { MAX_INPUT_BYTES } from './fuzz-target.ts';

const HEAD_WORDS = 2;
const STEP = 0;
const LENGTH = 1;

/**
 * Memory that two threads see: the input that is running. When its thread hangs or dies, the other one still
 * knows what it died of.
 */
export class InputWindow {
  readonly buffer: SharedArrayBuffer;
  readonly #head: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(buffer = new SharedArrayBuffer(4 * HEAD_WORDS + MAX_INPUT_BYTES)) {
    this.buffer = buffer;
    this.#head = new Int32Array(buffer, 0, HEAD_WORDS);
    this.#bytes = new Uint8Array(buffer, 4 * HEAD_WORDS);
  }

  /** Shows what is about to run. */
  begin(input: Uint8Array): void {
    this.#bytes.set(input);
    Atomics.store(this.#head, LENGTH, input.length);
    Atomics.add(this.#head, STEP, 1);
  }

  /** It is over. */
  end(): void {
    Atomics.add(this.#head, STEP, 1);
  }

  /** Rises with every beginning and every end; odd while an input runs. */
  get step(): number {
    return Atomics.load(this.#head, STEP);
  }

  /** A copy of the input that ran last, or still runs. */
  get input(): Uint8Array {
    return this.#bytes.slice(0, Atomics.load(this.#head, LENGTH));
  }

  /** Whether the input is as it was shown. */
  isUnchanged(input: Uint8Array): boolean {
    return Buffer.compare(input, this.#bytes.subarray(0, input.length)) === 0;
  }
}
