import { CoveyError } from '@covey/errors';

/** Lets so many in at once; the others wait in line. */
export class Turnstile {
  readonly #waiting: (() => void)[] = [];
  readonly #maxWaiting: number;
  #free: number;

  constructor({ places, maxWaiting }: { places: number; maxWaiting: number }) {
    this.#free = places;
    this.#maxWaiting = maxWaiting;
  }

  /**
   * Resolves when there is a place; whoever got one calls {@link leave} once.
   * @throws {CoveyError} RATE_EXCEEDED when the line is full
   * @throws the signal's reason
   */
  async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    if (this.#waiting.length >= this.#maxWaiting) {
      throw new CoveyError('RATE_EXCEEDED', 'too many calls wait for this device');
    }
    await new Promise<void>((resolve, reject) => {
      const step = () => {
        signal.removeEventListener('abort', turnAway);
        resolve();
      };
      const turnAway = () => {
        this.#waiting.splice(this.#waiting.indexOf(step), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', turnAway, { once: true });
      this.#waiting.push(step);
    });
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
