import { expect, test } from 'vitest';
import { CHECK_STEPS } from './check-steps.ts';

/** The slowest step takes some ten seconds on a quiet machine; two cores of CI may be busy. */
const TIMEOUT_MS = 300_000;

test.each(CHECK_STEPS)(
  'the checkout passes: $name',
  { timeout: TIMEOUT_MS },
  async ({ problems }) => {
    expect((await problems()).join('\n')).toBe('');
  },
);
