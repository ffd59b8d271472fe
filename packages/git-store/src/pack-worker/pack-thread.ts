import { Worker } from 'node:worker_threads';
import { CoveyError } from '@covey/errors';
import type { FromWorker, ToWorker } from './messages.ts';

/** Of the thread's own heap; the bytes of objects lie outside of it, and are bounded by the limits of each pack. */
const HEAP_LIMIT_MB = 48;

/** A thread that reads packs, and the questions that it has not answered yet. */
export class PackThread {
  readonly #worker: Worker;
  readonly #patienceMs: number;
  readonly #waiting = new Map<number, (answer: FromWorker | undefined) => void>();
  #hasEnded = false;

  constructor(script: URL, patienceMs: number, onEnd: () => void) {
    this.#patienceMs = patienceMs;
    const compileCache = process.env['NODE_COMPILE_CACHE'];
    this.#worker = new Worker(script, {
      name: 'packs',
      resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: HEAP_LIMIT_MB },
      // It computes and nothing else; where its compiled code is kept is all that it is told.
      env: compileCache === undefined ? {} : { NODE_COMPILE_CACHE: compileCache },
    });
    this.#worker.unref();
    this.#worker.on('message', (answer: FromWorker) => this.#waiting.get(answer.pack)?.(answer));
    // An error ends the thread, as a limit does; its text is of no use to whoever waits.
    this.#worker.on('error', () => {});
    this.#worker.on('exit', () => {
      this.#hasEnded = true;
      onEnd();
      for (const tell of this.#waiting.values()) tell(undefined);
    });
  }

  /** Buffers change threads without being copied, and are gone here. */
  tell(message: ToWorker, buffers: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, buffers);
  }

  /**
   * One question, one answer. A silence that is too long ends the thread.
   * @throws {CoveyError} what the thread found wrong; DEADLINE_EXCEEDED when it was ended
   */
  async ask(
    question: ToWorker,
    buffers: readonly ArrayBuffer[] = [],
  ): Promise<Exclude<FromWorker, { say: 'failed' }>> {
    if (this.#hasEnded) throw ended();
    const impatient = setTimeout(() => void this.end(), this.#patienceMs);
    // Whoever waits for an answer keeps the process alive; an idle thread does not.
    this.#worker.ref();
    const answer = await new Promise<FromWorker | undefined>((resolve) => {
      this.#waiting.set(question.pack, resolve);
      this.tell(question, buffers);
    });
    clearTimeout(impatient);
    this.#waiting.delete(question.pack);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (!answer) throw ended();
    if (answer.say !== 'failed') return answer;
    throw new CoveyError(answer.code, answer.message, { data: answer.data });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

function ended(): CoveyError {
  return new CoveyError('DEADLINE_EXCEEDED', 'the thread that read the pack was ended');
}
