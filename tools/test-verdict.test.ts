import { expect, test } from 'vitest';
import { judgeRun, type Surroundings, type TestCounts } from './test-verdict.ts';

const CI: Surroundings = {
  inCi: true,
  hasEngine: true,
  hasCorpora: true,
  missing: [],
  runnerExit: 0,
};
const counts = (file?: string): TestCounts => ({
  passed: 3,
  failed: 0,
  skipped: file ? [{ file, name: 'a sentence' }] : [],
});
const lastLine = (...args: Parameters<typeof judgeRun>) => judgeRun(...args).lines.at(-1);

test('the last line has two numbers, and a third when something was skipped', () => {
  expect(lastLine(counts(), CI)).toBe('3 passed, 0 failed');
  expect(lastLine(counts('a.test.ts'), CI)).toBe('3 passed, 0 failed, 1 skipped');
});

test('a skipped test is named before the last line', () => {
  expect(judgeRun(counts('a.test.ts'), CI).lines).toContain('  a.test.ts: a sentence');
});

test('what the distribution lacks is named before the last line', () => {
  const around = { ...CI, missing: ['iproute2'] };
  expect(judgeRun(counts(), around).lines.at(-2)).toBe('not here: iproute2');
});

test('a skipped test fails the run in CI and nowhere else', () => {
  expect(judgeRun(counts('a.test.ts'), CI).exitCode).toBe(1);
  expect(judgeRun(counts('a.test.ts'), { ...CI, inCi: false }).exitCode).toBe(0);
});

test('a container test is excused in CI exactly where no engine answers', () => {
  const skipped = counts('services/peer/test/image.container.test.ts');
  expect(judgeRun(skipped, CI).exitCode).toBe(1);
  expect(judgeRun(skipped, { ...CI, hasEngine: false }).exitCode).toBe(0);
});

test('a corpus test is excused in CI exactly where the corpora are absent', () => {
  const skipped = counts('packages/codec/src/json.corpus.test.ts');
  expect(judgeRun(skipped, CI).exitCode).toBe(1);
  expect(judgeRun(skipped, { ...CI, hasCorpora: false }).exitCode).toBe(0);
});

test('a failed test, a failed runner, a run of nothing and a run without result all fail', () => {
  expect(judgeRun({ ...counts(), failed: 1 }, CI).exitCode).toBe(1);
  expect(judgeRun(counts(), { ...CI, runnerExit: 130 }).exitCode).toBe(130);
  expect(judgeRun({ ...counts(), passed: 0 }, CI).exitCode).toBe(1);
  expect(judgeRun(undefined, CI)).toMatchObject({ exitCode: 1 });
});
