import { CoveyError } from '@covey/errors';
import { CHUNK_BYTES, CREDIT_CHUNKS } from './limits.ts';

/** Gives credit back in steps, not for each chunk. */
const CREDIT_STEP = CREDIT_CHUNKS / 4;

interface PackIntakeSettings {
  /** Tells the sender that so many more chunks may come. */
  readonly grant: (chunks: number) => void;
  /** How long a reader waits for the next chunk. */
  readonly stallMs: number;
}

/** The receiving end of one fetch: chunks in as they come, bytes out as they're asked for. */
export class PackIntake {
  readonly #settings: PackIntakeSettings;
  readonly #chunks: Uint8Array[] = [];
  #used = 0;
  #ended = false;
  #failure: unknown;
  #wake: () => void = () => {};

  constructor(settings: PackIntakeSettings) {
    this.#settings = settings;
  }

  /**
   * Takes what the sender sent. False when it sent more than it may: such a sender is cut.
   */
  push({ data, last }: { data: Uint8Array; last: boolean }): boolean {
    if (this.#ended) return true;
    if (data.length > 0) {
      if (data.length > CHUNK_BYTES || this.#chunks.length >= CREDIT_CHUNKS) return false;
      this.#chunks.push(data);
    }
    this.#ended = last;
    this.#wake();
    return true;
  }

  /** Ends the fetch; what was received and not yet read is dropped. */
  fail(reason: unknown): void {
    if (this.#ended && this.#failure === undefined && this.#chunks.length === 0) return;
    this.#failure ??= reason;
    this.#chunks.length = 0;
    this.#wake();
  }

  /** Bytes of the pack, once. @throws what {@link fail} was given, or DEADLINE_EXCEEDED on a stall */
  async *read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const chunk = this.#chunks.shift();
      if (chunk) {
        yield chunk;
        this.#creditOne();
      } else if (this.#ended) {
        return;
      } else {
        await this.#next();
      }
    }
  }

  #creditOne(): void {
    this.#used += 1;
    if (this.#used < CREDIT_STEP || this.#ended) return;
    this.#settings.grant(this.#used);
    this.#used = 0;
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      const stalled = setTimeout(() => {
        this.fail(new CoveyError('DEADLINE_EXCEEDED', 'the pack did not go on'));
      }, this.#settings.stallMs);
      this.#wake = () => {
        clearTimeout(stalled);
        this.#wake = () => {};
        resolve();
      };
    });
  }
}
