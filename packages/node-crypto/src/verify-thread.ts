import { Worker } from 'node:worker_threads';
import type { Check } from './threaded-verifier.ts';

/** What the thread answers. */
interface Verdicts {
  readonly id: number;
  readonly verdicts: readonly boolean[];
}

const IDLE_MS = 10_000;

/** A thread that checks signatures, and the batches that it has not answered yet. */
export class VerifyThread {
  readonly #worker = new Worker(new URL('./verify-thread-main.mjs', import.meta.url), {
    name: 'signatures',
    // It computes and nothing else.
    env: {},
    resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 64 },
  });
  readonly #waiting = new Map<number, readonly Check[]>();
  #batches = 0;
  #idle: NodeJS.Timeout | undefined;

  /** `onEnd` is given what the thread has left undone. */
  constructor(onEnd: (left: readonly Check[]) => void) {
    this.#worker.unref();
    this.#worker.on('message', ({ id, verdicts }: Verdicts) => this.#settle(id, verdicts));
    // What it died of is of no use to whoever waits: others check in its place.
    this.#worker.on('error', () => {});
    this.#worker.on('exit', () => {
      clearTimeout(this.#idle);
      onEnd([...this.#waiting.values()].flat());
    });
  }

  /** Batches that are not answered. */
  get load(): number {
    return this.#waiting.size;
  }

  check(checks: readonly Check[]): void {
    clearTimeout(this.#idle);
    // Whoever waits for an answer keeps the process alive; an idle thread does not.
    this.#worker.ref();
    const id = this.#batches++;
    this.#waiting.set(id, checks);
    const bytes = new Uint8Array(
      checks.reduce((sum, { message, signature }) => sum + message.length + signature.length, 0),
    );
    let at = 0;
    const put = (part: Uint8Array) => {
      bytes.set(part, at);
      at += part.length;
      return part.length;
    };
    const lengths = checks.map(({ spki, digest, message, signature }) => ({
      ...{ spki: Buffer.from(spki).toString('base64'), digest },
      ...{ message: put(message), signature: put(signature) },
    }));
    this.#worker.postMessage({ id, checks: lengths, bytes }, [bytes.buffer]);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(id: number, verdicts: readonly boolean[]): void {
    const checks = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    for (const [at, { resolve }] of checks.entries()) resolve(verdicts[at] === true);
    if (this.#waiting.size > 0) return;
    this.#worker.unref();
    this.#idle = setTimeout(() => void this.end(), IDLE_MS).unref();
  }
}
