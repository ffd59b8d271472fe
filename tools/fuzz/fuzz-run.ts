import { Worker } from 'node:worker_threads';
import type { FuzzJob, FuzzNews, FuzzThreadData } from './fuzz-job.ts';
import type { Finding, Progress } from './fuzz-loop.ts';
import { BOUNDS } from './fuzz-target.ts';
import { InputWindow } from './input-window.ts';
import { minimize } from './minimize.ts';
import type { Violation } from './oracle.ts';

/** What came of a job. */
export interface FuzzOutcome {
  readonly progress: Progress;
  readonly finding?: Finding;
}

const THREAD = new URL('./fuzz-thread.ts', import.meta.url);
const LOOK_MS = 100;
/** Far above what the targets need: a thread that gets there is stopped, and the input is a finding. */
const MAX_HEAP_MIB = 1024;
/** Each try costs a new thread and the time that a hang takes. */
const HANG_ATTEMPTS = 12;

/**
 * Runs a job on a thread of its own, under a watchdog: an input that hangs or kills the thread is a finding as
 * much as one that throws. Resolves once the thread is gone.
 */
export async function runFuzz(
  job: FuzzJob,
  tell: (progress: Progress) => void = () => {},
): Promise<FuzzOutcome> {
  const outcome = await runThread(job, tell);
  const { finding, progress } = outcome;
  if (job.task.kind === 'replay' || !finding || !isDeadly(finding.violation)) return outcome;

  const again = (input: Uint8Array) =>
    runThread({ ...job, ...replayOf(job.target, input) }, () => {});
  const confirmed = (await again(finding.input)).finding;
  if (!confirmed) {
    const reason = `${finding.violation.reason}, but not when it ran alone`;
    return { progress, finding: { ...finding, violation: { ...finding.violation, reason } } };
  }
  const fails = async (candidate: Uint8Array) =>
    (await again(candidate)).finding?.violation.kind === confirmed.violation.kind;
  return {
    progress,
    finding: { ...confirmed, input: await minimize(finding.input, fails, HANG_ATTEMPTS) },
  };
}

/** The job of running one input once more. */
export function replayOf(target: string, ...inputs: readonly Uint8Array[]): FuzzJob {
  return { target, task: { kind: 'replay', inputs } };
}

function runThread(job: FuzzJob, tell: (progress: Progress) => void): Promise<FuzzOutcome> {
  const { hangMs = BOUNDS.hangMs } = job;
  const window = new InputWindow();
  const workerData: FuzzThreadData = { job, window: window.buffer };
  const thread = new Worker(THREAD, {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
  });
  let progress: Progress = { executions: 0, ranges: 0, corpus: 0 };
  let finding: Finding | undefined;

  return new Promise((resolve, reject) => {
    const dog = watchdog(window, hangMs, () => {
      const reason = `was not over after ${hangMs} ms`;
      // A search for a smaller one that hangs does not undo what was found before.
      finding ??= { input: window.input, violation: { kind: 'hang', reason } };
      void thread.terminate();
    });
    thread.on('message', (news: FuzzNews) => {
      switch (news.kind) {
        case 'found':
          finding = { input: news.input, violation: news.violation };
          break;
        case 'smaller':
          if (finding) finding = { ...finding, input: news.input };
          break;
        default:
          progress = news.progress;
          tell(progress);
      }
    });
    thread.on('error', (failure) => {
      // Before the first input it is the target that cannot be opened, no finding.
      if (window.step === 0) return reject(failure);
      finding ??= { input: window.input, violation: death(failure.message) };
    });
    thread.on('exit', (code) => {
      clearInterval(dog);
      const isRunning = window.step % 2 === 1;
      if (isRunning) finding ??= { input: window.input, violation: death(`exit code ${code}`) };
      const executions = Math.max(progress.executions, Math.ceil(window.step / 2));
      resolve({ progress: { ...progress, executions }, ...(finding && { finding }) });
    });
  });
}

/**
 * Calls `bark` once an input has run for too long. On a machine with better things to do that alone proves nothing:
 * it has to have burnt at least half of that time, or next to none, since it waits for something; or have had
 * five times as long.
 */
function watchdog(window: InputWindow, hangMs: number, bark: () => void): NodeJS.Timeout {
  let seen = window.step;
  let looks = 0;
  let since = process.cpuUsage();
  const dog = setInterval(() => {
    const { step } = window;
    if (step % 2 === 0 || step !== seen) {
      seen = step;
      looks = 0;
      since = process.cpuUsage();
      return;
    }
    // Looks are counted, not time: when this thread was kept waiting, so was the other one.
    const runMs = ++looks * LOOK_MS;
    const { user, system } = process.cpuUsage(since);
    const share = (user + system) / 1000 / runMs;
    if (runMs < hangMs || (share > 0.05 && share < 0.5 && runMs < 5 * hangMs)) return;
    clearInterval(dog);
    bark();
  }, LOOK_MS);
  return dog;
}

function death(how: string): Violation {
  return { kind: 'death', reason: `ended its thread: ${how.split('\n')[0]}` };
}

/** Whether the thread that met it is lost, so that another one has to look for a smaller input. */
function isDeadly({ kind }: Violation): boolean {
  return kind === 'hang' || kind === 'death';
}
