import { describe, expect, test } from 'vitest';
import type { FuzzJob } from './fuzz-job.ts';
import { replayOf, runFuzz } from './fuzz-run.ts';
import { LOOPS } from './planted/endless-loop.ts';

const SEED = 1;
/** Enough to pass three comparisons one by one; all three at once would take some ten million. */
const EXECUTIONS = 40_000;
const HANG_MS = 300;

const searchOf = (target: string, coverage: boolean): FuzzJob => ({
  target,
  task: {
    ...{ kind: 'search', seed: SEED, executions: EXECUTIONS, frozen: [], corpora: false, coverage },
  },
});

describe('what the search finds', () => {
  test(`a bug behind three comparisons is found by coverage, minimised, and found again by seed ${SEED}`, async () => {
    const job = searchOf('planted/nested-bytes', true);
    const [first, second] = [await runFuzz(job), await runFuzz(job)];
    expect(first.finding?.violation.reason).toBe('TypeError: the planted bug');
    expect(first.progress.executions).toBeLessThan(EXECUTIONS);
    expect(Buffer.from(first.finding?.input ?? [])).toEqual(Buffer.from('304330f6303099', 'hex'));
    expect(second.finding?.input).toEqual(first.finding?.input);
  });

  test('the same bug is not found by as many inputs without coverage', async () => {
    const { finding, progress } = await runFuzz(searchOf('planted/nested-bytes', false));
    expect(finding).toBeUndefined();
    expect(progress.executions).toBeGreaterThanOrEqual(EXECUTIONS);
  });

  test('an endless loop is caught from outside, with the input that runs in it', async () => {
    const { finding } = await runFuzz({
      ...searchOf('planted/endless-loop', true),
      hangMs: HANG_MS,
    });
    expect(finding?.violation).toMatchObject({ kind: 'hang' });
    expect(finding?.input[0]).toBe(LOOPS);
  });
});

describe('a replay', () => {
  const replay = (target: string, ...bytes: readonly number[]) =>
    runFuzz(replayOf(target, Uint8Array.from(bytes)));

  test('of an input that breaks nothing finds nothing', async () => {
    expect(await replay('planted/every-fault', 0)).not.toHaveProperty('finding');
  });

  test('of a promise that never settles is a hang', async () => {
    const { finding } = await replay('planted/every-fault', 1);
    expect(finding?.violation.reason).toBe('was not over after 2000 ms');
  });

  test('finds a rejection that nobody awaits', async () => {
    const { finding } = await replay('planted/every-fault', 2);
    expect(finding?.violation.reason).toBe('unhandled rejection: Error: nobody awaits this');
  });

  test.each([
    ['slow', 3, /^took \d+ ms for 1 bytes$/],
    ['memory', 4, /^took \d+ MiB for 1 bytes$/],
    ['changed', 5, /^the input was written to$/],
    ['death', 6, /^ended its thread: /],
  ])('finds what is %s', async (kind, byte, reason) => {
    const { finding } = await replay('planted/every-fault', byte);
    expect(finding?.violation.kind).toBe(kind);
    expect(finding?.violation.reason).toMatch(reason);
  });
});
