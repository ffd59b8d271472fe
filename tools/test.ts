// `npm test` and `npm run test:corpora`: readies what tests need, runs them, closes with plain numbers.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readyNeeds } from './test-needs.ts';
import { judgeRun, type TestCounts } from './test-verdict.ts';

const ROOT = resolve(import.meta.dirname, '..');
const COUNTS = join(ROOT, '.vitest', 'counts.json');
const CORPUS_FILES = '.corpus.test.ts';

const { CI = '', COVEY_FIXTURES = '../shared/fixtures' } = process.env;
const args = process.argv.slice(2);
const corporaOnly = args[0] === '--corpora';
const corpora = resolve(ROOT, COVEY_FIXTURES);
const hasCorpora = existsSync(corpora);

if (corporaOnly && !hasCorpora) {
  console.error(`covey: error: no corpora at ${corpora}; name their folder in COVEY_FIXTURES`);
  process.exitCode = 1;
} else {
  process.exitCode = await main(corporaOnly ? [CORPUS_FILES, ...args.slice(1)] : args);
}

async function main(vitestArgs: readonly string[]): Promise<number> {
  const needs = readyNeeds();
  rmSync(COUNTS, { force: true });
  const runnerExit = await runVitest(vitestArgs, {
    ...process.env,
    ...plainUnlessWatched(),
    ...needs.env,
    COVEY_TEST_COUNTS: COUNTS,
    ...(hasCorpora && { COVEY_FIXTURES: corpora }),
  });
  const { lines, exitCode } = judgeRun(readCounts(), {
    inCi: !['', '0', 'false'].includes(CI),
    hasEngine: needs.hasEngine,
    hasCorpora,
    missing: [...needs.missing, ...(hasCorpora ? [] : ['the corpora (COVEY_FIXTURES)'])],
    runnerExit,
  });
  for (const line of lines) console.log(line);
  return exitCode;
}

/** Resolves to the exit code of the runner. Signals are the runner's to answer: it still sums up. */
function runVitest(vitestArgs: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  // Ours first: its table of times then stands above the runner's summary.
  const reporters = ['--reporter=./tools/test-count-reporter.ts', '--reporter=default'];
  const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...vitestArgs], {
    cwd: ROOT,
    env,
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => child.kill(signal));
  }
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => done(code ?? 130));
  });
}

/** The runner paints its output in CI even where it goes to a file. */
function plainUnlessWatched(): NodeJS.ProcessEnv {
  return process.stdout.isTTY || process.env['FORCE_COLOR'] ? {} : { NO_COLOR: '1' };
}

function readCounts(): TestCounts | undefined {
  if (!existsSync(COUNTS)) return undefined;
  // The reporter of this same run wrote it.
  return JSON.parse(readFileSync(COUNTS, 'utf8')) as TestCounts;
}
