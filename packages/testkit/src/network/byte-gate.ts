/**
 * A slow line that stops: lets so many bytes through, all connections counted together, and holds
 * what comes after until it is opened.
 */
export class ByteGate {
  /** Resolves when the first byte has to wait. */
  readonly held: Promise<void>;
  readonly #opened: Promise<void>;
  readonly #tellHeld: () => void;
  readonly #tellOpened: () => void;
  #left: number;

  constructor(bytes: number) {
    const held = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<void>();
    this.held = held.promise;
    this.#opened = opened.promise;
    this.#tellHeld = held.resolve;
    this.#tellOpened = opened.resolve;
    this.#left = bytes;
  }

  /** Lets everything through from now on. */
  open(): void {
    this.#left = Number.POSITIVE_INFINITY;
    this.#tellOpened();
  }

  /** The bytes as they may go on: what fits at once, the rest when the gate is opened. */
  async *pass(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    const now = Math.min(bytes.length, this.#left);
    this.#left -= now;
    if (now > 0) yield bytes.subarray(0, now);
    if (now === bytes.length) return;
    this.#tellHeld();
    await this.#opened;
    yield bytes.subarray(now);
  }
}
