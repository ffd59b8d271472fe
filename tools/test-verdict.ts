/** What the runner counted, as `test-count-reporter.ts` writes it down. */
export interface TestCounts {
  readonly passed: number;
  /** Tests that failed, and files, suites and stray errors that failed outside of any test. */
  readonly failed: number;
  readonly skipped: readonly { readonly file: string; readonly name: string }[];
}

/** How a run of the tests stands: what to print last, and the exit code. */
export interface Verdict {
  /** The last of them is the plain line of numbers. */
  readonly lines: readonly string[];
  readonly exitCode: number;
}

/** The surroundings of a run. */
export interface Surroundings {
  readonly inCi: boolean;
  readonly hasEngine: boolean;
  readonly hasCorpora: boolean;
  /** What the distribution lacks, one line each. */
  readonly missing: readonly string[];
  /** Exit code of the runner itself. */
  readonly runnerExit: number;
}

/** How many of the skipped tests are named one by one. */
const NAMED = 20;

/**
 * Judges a run. Everywhere a failure is a failure; in CI so is a test that did not run, but for
 * container tests where no engine answers and corpus tests where the corpora are absent.
 */
export function judgeRun(counts: TestCounts | undefined, around: Surroundings): Verdict {
  if (!counts) {
    return {
      lines: ['the test runner ended without a result', '0 passed, 1 failed'],
      exitCode: around.runnerExit || 1,
    };
  }
  const { passed, failed, skipped } = counts;
  const owed = skipped.filter(({ file }) => !isExcused(file, around));
  const lines = [
    ...notRun(counts, around),
    ...(around.inCi && owed.length > 0 ? [`in CI not run is failed: ${owed.length} tests`] : []),
    `${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`,
  ];
  const isGood = failed === 0 && passed > 0 && !(around.inCi && owed.length > 0);
  return { lines, exitCode: isGood ? around.runnerExit : around.runnerExit || 1 };
}

function isExcused(file: string, { hasEngine, hasCorpora }: Surroundings): boolean {
  if (file.endsWith('.container.test.ts')) return !hasEngine;
  if (file.endsWith('.corpus.test.ts')) return !hasCorpora;
  return false;
}

function notRun({ skipped }: TestCounts, { missing }: Surroundings): string[] {
  const tests = skipped.slice(0, NAMED).map(({ file, name }) => `  ${file}: ${name}`);
  const more = skipped.length > NAMED ? [`  and ${skipped.length - NAMED} more`] : [];
  return [
    ...(skipped.length > 0 ? ['not run:', ...tests, ...more] : []),
    ...(missing.length > 0 ? [`not here: ${missing.join('; ')}`] : []),
  ];
}
