import { availableParallelism } from 'node:os';
import type { SignatureVerifier } from '@covey/identity';
import { makeOpenSslChecks, verifyOnThread } from './verifier.ts';
import { type Check, VerifyThread } from './verify-thread.ts';

/** A verifier with threads of its own, which end when nothing was to do for a while, or at once. */
export interface ThreadedVerifier extends SignatureVerifier {
  /** What is being checked is checked to the end. */
  close(): Promise<void>;
}

/** Fewer are checked faster one by one. */
const LEAST_TOGETHER = 16;
const MOST_TOGETHER = 128;

/**
 * Checks signatures in batches, on as many threads as there are cores. One by one each check costs the main thread
 * more, for going to another thread and back, than reading the commit did. The verdict is `nodeVerifier`'s.
 */
export function threadedVerifier(threads: number = availableParallelism()): ThreadedVerifier {
  const checkOf = makeOpenSslChecks();
  const running: (VerifyThread | undefined)[] = new Array(Math.max(1, threads)).fill(undefined);
  let waiting: Check[] = [];

  const flush = () => {
    const checks = waiting;
    waiting = [];
    if (checks.length >= LEAST_TOGETHER) leastBusy().check(checks);
    else for (const check of checks) checkAlone(check);
  };
  const leastBusy = (): VerifyThread => {
    const loads = running.map((thread) => thread?.load ?? 0);
    const slot = loads.indexOf(Math.min(...loads));
    const known = running[slot];
    if (known) return known;
    const thread = new VerifyThread((left) => {
      running[slot] = undefined;
      for (const check of left) checkAlone(check);
    });
    running[slot] = thread;
    return thread;
  };

  return {
    async verify(key, algorithm, message, signature) {
      const found = checkOf(key, algorithm, signature);
      if (!found) return false;
      return new Promise((resolve) => {
        const check: Check = { ...found, spki: key.spki, message, signature, resolve };
        // All that is asked for in one turn of the event loop goes together.
        if (waiting.push(check) === 1) setImmediate(flush);
        else if (waiting.length === MOST_TOGETHER) flush();
      });
    },
    async close() {
      await Promise.all(running.map((thread) => thread?.end()));
    },
  };
}

function checkAlone(check: Check): void {
  void verifyOnThread(check, check.message, check.signature).then(check.resolve);
}
