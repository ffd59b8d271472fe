import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CoveyError } from '@covey/errors';
import { BOUNDS, BrokenPromise, type FuzzTarget } from './fuzz-target.ts';
import type { InputWindow } from './input-window.ts';

/** What an input has shown to be wrong. */
export interface Violation {
  /** The same for inputs that show the same fault, as far as can be told. */
  readonly kind: string;
  /** One line. */
  readonly reason: string;
  readonly stack?: string;
}

/** Too much counts when it is too much again: garbage of others may be collected, and paid for, in any single run. */
const CONFIRMATIONS = 3;

/** Runs single inputs and says what they break. */
export class Oracle {
  readonly #target: FuzzTarget;
  readonly #window: InputWindow;
  #stray: Violation | undefined;
  executions = 0;

  constructor(target: FuzzTarget, window: InputWindow) {
    this.#target = target;
    this.#window = window;
    process.on('unhandledRejection', (reason) => {
      this.#stray ??= thrown(reason, 'unhandled rejection: ');
    });
    process.on('uncaughtException', (reason) => {
      this.#stray ??= thrown(reason, 'uncaught: ');
    });
  }

  /** What came loose since the last question, of whichever input: rejections are told a turn later. */
  takeStray(): Violation | undefined {
    const stray = this.#stray;
    this.#stray = undefined;
    return stray;
  }

  async judge(input: Uint8Array): Promise<Violation | undefined> {
    const { violation, cpuMs, heapBytes } = await this.#run(input);
    if (violation || (cpuMs <= BOUNDS.cpuMs && heapBytes <= BOUNDS.heapBytes)) return violation;
    let leastMs = cpuMs;
    // The other way round: collected in the middle of a run, memory looks as if it had not been taken.
    let mostBytes = 0;
    for (let again = 0; again < CONFIRMATIONS; again++) {
      collectGarbage();
      const next = await this.#run(input);
      if (next.violation) return next.violation;
      leastMs = Math.min(leastMs, next.cpuMs);
      mostBytes = Math.max(mostBytes, next.heapBytes);
    }
    if (leastMs > BOUNDS.cpuMs) {
      return { kind: 'slow', reason: `took ${Math.round(leastMs)} ms for ${input.length} bytes` };
    }
    if (heapBytes > BOUNDS.heapBytes && mostBytes > BOUNDS.heapBytes) {
      const mebibytes = Math.round(mostBytes / 2 ** 20);
      return { kind: 'memory', reason: `took ${mebibytes} MiB for ${input.length} bytes` };
    }
    return undefined;
  }

  /** As {@link judge}, and waits for what comes loose. */
  async judgeAlone(input: Uint8Array): Promise<Violation | undefined> {
    this.takeStray();
    // What is left from before could be collected during the run, and hide what that takes.
    collectGarbage();
    const violation = await this.judge(input);
    await new Promise((resolve) => setImmediate(resolve));
    return violation ?? this.takeStray();
  }

  async #run(input: Uint8Array) {
    this.executions++;
    this.#window.begin(input);
    const heap = heapBytes();
    const since = process.threadCpuUsage();
    let violation: Violation | undefined;
    // Returned as well: so it is held until the memory has been looked at, as a caller would hold it.
    let outcome: unknown;
    try {
      outcome = this.#target.run(input);
      if (outcome instanceof Promise) outcome = await outcome;
    } catch (reason) {
      if (!isRefusal(reason)) violation = thrown(reason);
    }
    const { user, system } = process.threadCpuUsage(since);
    const grown = heapBytes() - heap;
    violation ??= this.#window.isUnchanged(input)
      ? undefined
      : { kind: 'changed', reason: 'the input was written to' };
    this.#window.end();
    return { violation, cpuMs: (user + system) / 1000, heapBytes: grown, outcome };
  }
}

function isRefusal(reason: unknown): boolean {
  return CoveyError.is(reason) && reason.code !== 'INTERNAL';
}

function heapBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

let collect: (() => void) | undefined;

function collectGarbage(): void {
  if (!collect) {
    setFlagsFromString('--expose-gc');
    // The only way to reach it without a flag at the start; its type is V8's.
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}

function thrown(reason: unknown, prefix = ''): Violation {
  if (!(reason instanceof Error)) return { kind: 'thrown', reason: `${prefix}threw no Error` };
  const [line = ''] = `${reason.name}: ${reason.message}`.split('\n');
  const cause = reason.cause instanceof Error ? ` (${reason.cause.message.split('\n')[0]})` : '';
  const found = {
    // Of a promise the whole text tells which one; of other errors the text may hold parts of the input.
    kind: prefix + (reason instanceof BrokenPromise ? line : `${reason.name}${placeOf(reason)}`),
    reason: `${prefix}${line}${cause}`.slice(0, 300),
  };
  return reason.stack ? { ...found, stack: reason.stack } : found;
}

function placeOf({ stack = '' }: Error): string {
  const line = stack.split('\n').find((text) => /^\s+at .*\.ts:\d+/.test(text));
  return /[^/]+\.ts:\d+/.exec(line ?? '')?.[0] ?? '';
}
