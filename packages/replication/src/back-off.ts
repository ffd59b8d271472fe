/** The one back-off policy: doubles from the first wait to the longest, with up to a quarter of chance on top. */
export class BackOff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  #failures = 0;

  constructor({
    firstMs = 500,
    longestMs = 60_000,
  }: { firstMs?: number; longestMs?: number } = {}) {
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
  }

  /** Milliseconds to wait after one more failure; `chance` is from 0 to 1. */
  failed(chance: number): number {
    const wait = Math.min(this.#longestMs, this.#firstMs * 2 ** Math.min(this.#failures, 30));
    this.#failures++;
    return Math.round(wait * (1 + chance / 4));
  }

  succeeded(): void {
    this.#failures = 0;
  }
}
