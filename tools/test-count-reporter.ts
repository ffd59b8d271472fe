import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';
import type { TestCounts } from './test-verdict.ts';

/** Files quicker than this are left out of the table of times. */
const WORTH_A_LINE_MS = 500;

/**
 * A vitest reporter: prints what tests have measured (their annotations), the whole time of each slow file, imports included, and writes
 * {@link TestCounts} as JSON to the file that `COVEY_TEST_COUNTS` names.
 */
export default class TestCountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], strayErrors: readonly SerializedError[]): void {
    for (const line of measured(modules)) console.log(line);
    for (const { ms, path } of slowest(modules)) {
      console.log(`${(ms / 1000).toFixed(1).padStart(7)} s  ${path}`);
    }
    const file = process.env['COVEY_TEST_COUNTS'];
    if (!file) return;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(count(modules, strayErrors.length)));
  }
}

function measured(modules: readonly TestModule[]): readonly string[] {
  return modules.flatMap((module) =>
    [...module.children.allTests()].flatMap((test) =>
      test
        .annotations()
        .map(({ message }) => `${module.relativeModuleId}: ${test.name}\n    ${message}`),
    ),
  );
}

function slowest(modules: readonly TestModule[]) {
  return modules
    .map((module) => {
      const { prepareDuration, collectDuration, setupDuration, duration } = module.diagnostic();
      const ms = prepareDuration + collectDuration + setupDuration + duration;
      return { ms, path: module.relativeModuleId };
    })
    .filter(({ ms }) => ms >= WORTH_A_LINE_MS)
    .sort((a, b) => b.ms - a.ms);
}

function count(modules: readonly TestModule[], strayErrors: number): TestCounts {
  let passed = 0;
  let failed = strayErrors;
  const skipped: { file: string; name: string }[] = [];
  for (const module of modules) {
    // A file that cannot be loaded and a hook that throws fail no test: they count by themselves.
    for (const part of [module, ...module.children.allSuites()]) {
      if (part.errors().length > 0) failed += 1;
    }
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') passed += 1;
      else if (state === 'failed') failed += 1;
      else skipped.push({ file: module.relativeModuleId, name: test.fullName });
    }
  }
  return { passed, failed, skipped };
}
