import type { Parameters } from 'fast-check';

/**
 * Settings of a property: so many runs, times COVEY_TEST_RUNS (nightly). A failure prints its seed and
 * path; COVEY_TEST_SEED replays it.
 */
export function runs(count: number): Parameters<unknown> {
  const { COVEY_TEST_RUNS = '1', COVEY_TEST_SEED } = process.env;
  return {
    numRuns: Math.max(1, Math.round(count * Number(COVEY_TEST_RUNS))),
    ...(COVEY_TEST_SEED === undefined ? {} : { seed: Number(COVEY_TEST_SEED) }),
  };
}
