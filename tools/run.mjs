// The one door to the checkout: `npm start`, `npm test` and the others come through here.
// It sees to the set-up, then runs the task with the right Node and passes signals and exit code on.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetUpError, setUp } from './set-up.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PEER = 'services/peer/src/main.ts';
const COMMAND_LINE = 'services/peer/src/cli/main.ts';

/** Task -> what Node runs, seen from the root of the checkout; the caller's arguments follow. */
const TASKS = {
  start: [PEER],
  covey: [COMMAND_LINE],
  demo: ['tools/demo/main.ts'],
  test: ['tools/test.ts'],
  'test:corpora': ['tools/test.ts', '--corpora'],
  check: ['tools/check.ts'],
  bench: ['tools/bench/main.ts'],
  fuzz: ['tools/fuzz/main.ts'],
  simulate: ['tools/simulate.ts'],
  'small-scope': ['tools/small-scope/main.ts'],
  scenario: ['tools/scenario.ts'],
  vectors: ['tools/vectors/main.ts'],
  generate: ['tools/generate.ts'],
};
/** A terminal sends Ctrl-C to every process, and npm sends it on: the same signal within this time is one. */
const ECHO_MS = 1000;
/** Ctrl-C has mostly reached the child already: it is passed on only to one that is still there after this. */
const INTERRUPT_DELAY_MS = 300;
/** How often to look whether the npm that started us is still there. */
const PARENT_CHECK_MS = 500;

const [task = '', ...args] = process.argv.slice(2);

try {
  process.exitCode = await run(task, args);
} catch (error) {
  if (!(error instanceof SetUpError)) throw error;
  process.stderr.write(`covey: error: ${error.message}\n`);
  process.exitCode = 1;
}

async function run(name, rest) {
  if (!Object.hasOwn(TASKS, name)) {
    process.stderr.write(`usage: node tools/run.mjs ${Object.keys(TASKS).join('|')} [ARGS]\n`);
    return 2;
  }
  const env = await setUp(ROOT);
  const [program, ...first] = TASKS[name];
  const child = spawn('node', [`${ROOT}/${program}`, ...first, ...rest], {
    // The command line reads paths as its user typed them, so it runs where they were typed.
    cwd: name === 'covey' ? (process.env.INIT_CWD ?? process.cwd()) : ROOT,
    env,
    stdio: 'inherit',
  });
  return await ended(child);
}

/** Sends signals on to the child; resolves to its exit code, 128 + n when signal n ended it. */
function ended(child) {
  const lastSent = new Map();
  const forward = (signal) => {
    const now = Date.now();
    if (now - (lastSent.get(signal) ?? 0) < ECHO_MS) return;
    lastSent.set(signal, now);
    if (signal === 'SIGINT') setTimeout(() => child.kill(signal), INTERRUPT_DELAY_MS).unref();
    else child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward);
  if (process.env.npm_lifecycle_event) whenParentIsGone(() => forward('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

/** A killed npm cannot pass anything on; without it nobody could stop what it started. */
function whenParentIsGone(stop) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, PARENT_CHECK_MS);
  timer.unref();
}
