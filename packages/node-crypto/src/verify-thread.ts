import { Worker } from 'node:worker_threads';
import { invariant } from '@covey/errors';
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

/** A batch that was not answered yet. Of what its checks were made of nothing else is kept: thousands may wait. */
interface Asked {
  readonly batch: Batch;
  readonly found: readonly OpenSslCheck[];
  readonly resolves: readonly Check['resolve'][];
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
  readonly #waiting = new Map<number, Asked>();
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
      onEnd([...this.#waiting.values()].flatMap(checksOf));
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
    const asked = askedOf(this.#batches++, checks);
    this.#waiting.set(asked.batch.id, asked);
    this.#worker.postMessage(asked.batch);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(id: number, verdicts: Uint8Array): void {
    const { resolves } = this.#waiting.get(id) ?? { resolves: [] };
    this.#waiting.delete(id);
    for (const [at, resolve] of resolves.entries()) resolve(verdicts[at] === 1);
    if (this.#waiting.size > 0) return;
    this.#worker.unref();
    this.#idle = setTimeout(() => void this.end(), IDLE_MS).unref();
  }
}

function askedOf(id: number, checks: readonly Check[]): Asked {
  // By key within digest: the same RSA key may have signed with several.
  const numbers = new Map<OpenSslCheck['digest'], Map<OpenSslCheck['key'], number>>();
  const found: Check[] = [];
  const lengths = new Uint32Array(3 * checks.length);
  const bytes = new Uint8Array(
    checks.reduce((sum, { message, signature }) => sum + message.length + signature.length, 0),
  );
  let [at, place] = [0, 0];
  for (const check of checks) {
    const { key, digest, message, signature } = check;
    const known = numbers.get(digest) ?? new Map<OpenSslCheck['key'], number>();
    numbers.set(digest, known);
    const number = known.get(key) ?? found.push(check) - 1;
    known.set(key, number);
    lengths[place++] = number;
    lengths[place++] = message.length;
    lengths[place++] = signature.length;
    bytes.set(message, at);
    bytes.set(signature, at + message.length);
    at += message.length + signature.length;
  }
  return {
    batch: {
      ...{ id, checks: lengths, bytes },
      keys: found.map(({ spki, digest }) => ({ spki, digest })),
    },
    found: found.map(({ key, digest }) => ({ key, digest })),
    resolves: checks.map(({ resolve }) => resolve),
  };
}

/** The checks again, for another to make. */
function checksOf({ batch, found, resolves }: Asked): readonly Check[] {
  let at = 0;
  return resolves.map((resolve, index) => {
    const [number = 0, messageBytes = 0, signatureBytes = 0] = batch.checks.subarray(3 * index);
    const middle = at + messageBytes;
    const message = batch.bytes.subarray(at, middle);
    at = middle + signatureBytes;
    const [check, key] = [found[number], batch.keys[number]];
    invariant(check && key, 'a check has one of the keys of its batch');
    return {
      ...check,
      spki: key.spki,
      message,
      signature: batch.bytes.subarray(middle, at),
      resolve,
    };
  });
}
