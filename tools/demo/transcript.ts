/** What the demo tells whoever runs it: chapters, and under them lines with the time since the start. */
export class Transcript {
  readonly #write: (line: string) => void;
  readonly #begun = performance.now();

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  /** Since the start. */
  get seconds(): number {
    return (performance.now() - this.#begun) / 1000;
  }

  chapter(title: string): void {
    this.#write('');
    this.#write(title);
  }

  say(line: string): void {
    this.#write(`${this.seconds.toFixed(2).padStart(7)} s  ${line}`);
  }
}
