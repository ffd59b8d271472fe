import { Worker } from 'node:worker_threads';
import type { OpenSslCheck } from './verifier.ts';

/** One signature that somebody waits for. */
export interface Check extends OpenSslCheck {
  readonly spki: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  resolve(holds: boolean): void;
}

/** What the thread answers. */
interface Verdicts {
  readonly id: number;
  /** 1 for each signature that holds. */
  readonly verdicts: Uint8Array;
}

/** What the thread is asked: flat, for there is much of it. */
interface Batch {
  readonly id: number;
  /** Each SubjectPublicKeyInfo once, with the digest that its algorithm takes. */
  readonly keys: readonly { readonly spki: Uint8Array; readonly digest: string | null }[];
  /** For each check: which of the keys, the length of its message, the length of its signature. */
  readonly checks: Uint32Array;
  /** Messages and signatures, one after another. */
  readonly bytes: Uint8Array;
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
    const batch = batchOf(id, checks);
    const buffers = [batch.checks.buffer, batch.bytes.buffer] as ArrayBuffer[]; // both made for it
    this.#worker.postMessage(batch, buffers);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(id: number, verdicts: Uint8Array): void {
    const checks = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    for (const [at, { resolve }] of checks.entries()) resolve(verdicts[at] === 1);
    if (this.#waiting.size > 0) return;
    this.#worker.unref();
    this.#idle = setTimeout(() => void this.end(), IDLE_MS).unref();
  }
}

function batchOf(id: number, checks: readonly Check[]): Batch {
  const keys = new Map<OpenSslCheck['key'], { number: number } & Batch['keys'][number]>();
  const lengths = new Uint32Array(3 * checks.length);
  const bytes = new Uint8Array(
    checks.reduce((sum, { message, signature }) => sum + message.length + signature.length, 0),
  );
  let at = 0;
  for (const [index, { key, spki, digest, message, signature }] of checks.entries()) {
    const known = keys.get(key) ?? { number: keys.size, spki, digest };
    keys.set(key, known);
    lengths[3 * index] = known.number;
    lengths[3 * index + 1] = message.length;
    lengths[3 * index + 2] = signature.length;
    bytes.set(message, at);
    bytes.set(signature, at + message.length);
    at += message.length + signature.length;
  }
  return { id, keys: [...keys.values()], checks: lengths, bytes };
}
