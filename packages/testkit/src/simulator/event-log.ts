import { createHash } from 'node:crypto';

/** Everything that happens in a simulation, in order: its hash is the same whenever the same seed is run. */
export class EventLog {
  readonly #hash = createHash('sha256');
  readonly #print: ((line: string) => void) | undefined;
  #batch = '';

  /** @param print is given every line too */
  constructor(print?: (line: string) => void) {
    this.#print = print;
  }

  add(line: string): void {
    this.#batch += `${line}\n`;
    if (this.#batch.length > 16_384) this.#flush();
    this.#print?.(line);
  }

  /** Hex; nothing can be added after that. */
  digest(): string {
    this.#flush();
    return this.#hash.digest('hex');
  }

  #flush(): void {
    this.#hash.update(this.#batch);
    this.#batch = '';
  }
}
