import type { Parameters } from 'fast-check';

/** The run of every day is the same everywhere: what fails in CI fails here. */
const EVERYDAY_SEED = 20_261_121;

/**
 * Settings of a property: so many runs, times COVEY_TEST_RUNS. COVEY_TEST_SEED is another seed, or `new`
 * for one by chance: the search for what nobody thought of. A failure prints seed and path.
 */
export function runs(count: number): Parameters<unknown> {
  const { COVEY_TEST_RUNS = '1', COVEY_TEST_SEED = String(EVERYDAY_SEED) } = process.env;
  return {
    numRuns: Math.max(1, Math.round(count * Number(COVEY_TEST_RUNS))),
    ...(COVEY_TEST_SEED === 'new' ? {} : { seed: Number(COVEY_TEST_SEED) }),
  };
}
