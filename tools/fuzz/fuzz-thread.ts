// The thread that runs inputs. It may hang or die at any of them: `fuzz-run.ts` watches.
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { ROOT } from '../program.ts';
import { corpusInputs } from './corpus-inputs.ts';
import { Coverage } from './coverage.ts';
import type { FuzzJob, FuzzNews, FuzzThreadData } from './fuzz-job.ts';
import { type Finding, FuzzLoop } from './fuzz-loop.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { InputWindow } from './input-window.ts';
import { Oracle } from './oracle.ts';
import { PLANTED, TARGETS } from './targets.ts';

const PROGRESS_MS = 1000;
/** A thread that waits for a promise that never settles would end at once; the watchdog is to see it. */
const alive = setInterval(() => {}, PROGRESS_MS);

// What `fuzz-run.ts` starts this file with.
const { job, window } = workerData as FuzzThreadData;
await main(job, new InputWindow(window));

async function main({ target: name, task }: FuzzJob, inputWindow: InputWindow): Promise<void> {
  // First of all: V8 counts in code that it compiles from now on.
  const coverage = task.kind === 'search' && task.coverage ? new Coverage(isOurs) : undefined;
  const open = TARGETS[name] ?? PLANTED[name];
  if (!open) throw new Error(`no target ${name}`);
  const target = await open();
  const oracle = new Oracle(target, inputWindow);
  if (task.kind === 'replay') await replay(task.inputs, oracle);
  else await search(task, target, oracle, coverage);
  coverage?.stop();
  clearInterval(alive);
  // A target may leave timers behind.
  process.exit();
}

async function replay(inputs: readonly Uint8Array[], oracle: Oracle): Promise<void> {
  for (const input of inputs) {
    const violation = await oracle.judgeAlone(input);
    if (violation) tell({ kind: 'found', input, violation });
    if (violation) break;
  }
  tell({ kind: 'over', progress: { executions: oracle.executions, ranges: 0, corpus: 0 } });
}

async function search(
  task: Extract<FuzzJob['task'], { kind: 'search' }>,
  target: FuzzTarget,
  oracle: Oracle,
  coverage: Coverage | undefined,
): Promise<void> {
  const { seed, executions = Infinity, milliseconds = Infinity, frozen, corpora } = task;
  const loop = new FuzzLoop(target, oracle, coverage, seed);
  const foreign = corpora ? corpusInputs(target.corpora ?? []) : [];
  const end = performance.now() + milliseconds;
  let told = performance.now();

  const found = await loop.run(
    [...frozen, ...target.seeds, ...foreign],
    () => oracle.executions >= executions || performance.now() >= end,
    () => {
      if (performance.now() - told < PROGRESS_MS) return;
      told = performance.now();
      tell({ kind: 'progress', progress: loop.progress });
    },
  );
  const { progress } = loop;
  if (found) await tellFinding(loop, found);
  tell({ kind: 'over', progress });
}

async function tellFinding(loop: FuzzLoop, found: Finding): Promise<void> {
  tell({ kind: 'found', ...found });
  tell({ kind: 'smaller', input: await loop.minimize(found) });
}

function tell(news: FuzzNews): void {
  parentPort?.postMessage(news);
}

/** The code whose coverage leads the search: neither dependencies nor what drives it. */
function isOurs(url: string): boolean {
  const root = `${pathToFileURL(ROOT).href}/`;
  if (!url.startsWith(root) || url.includes('/node_modules/')) return false;
  const path = url.slice(root.length);
  return !/^(?:tools\/(?!fuzz\/planted\/)|packages\/testkit\/)/.test(path);
}
