import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DiskImage } from './disk-image.ts';
import { DiskState } from './disk-state.ts';
import { type DiskRecording, describeOperation } from './operation.ts';
import { imageAfter, type Loss } from './power-loss.ts';

/** One disk as it may be found, and what must be on it. */
export interface LossCase<Mark> {
  /** A folder with the image, gone after the check. */
  readonly path: string;
  /** The power went after so many operations since the recording began. */
  readonly n: number;
  readonly loss: Loss;
  /** Counts the checked images: for checks that are done on some only. */
  readonly index: number;
  /** What had been promised by then, in order. */
  readonly marks: readonly Mark[];
}

export interface LossOptions<Mark> {
  /** Which losses are tried after `n` operations. */
  readonly losses: (n: number) => readonly Loss[];
  /** Starts the real code on the image, and throws if something promised is not there. */
  readonly check: (lossCase: LossCase<Mark>) => Promise<void>;
}

/** What was tried: `cases` is every n with every loss of it; equal images were checked once. */
export interface LossReport {
  readonly operations: number;
  readonly cases: number;
  readonly distinct: number;
}

interface Candidate {
  /** The first and the last n that lead to it. */
  readonly since: number;
  readonly n: number;
  readonly loss: Loss;
  readonly image: DiskImage;
  readonly marks: number;
}

/** In memory where that is possible: thousands of images are made, and their syncs have nothing to prove. */
const IMAGES = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const MOST_FAILURES = 5;
const OPERATIONS_SHOWN = 8;

/**
 * Lets the power fail after every operation of a recording and checks what the disk may be like then. An image that
 * several losses lead to is checked once, against the most that was promised in any of these.
 * @throws {Error} that names n, loss and the last operations of the first failures
 */
export async function surviveEveryLoss<Mark>(
  recording: DiskRecording<Mark>,
  { losses, check }: LossOptions<Mark>,
): Promise<LossReport> {
  const { operations, begins } = recording;
  const { cases, candidates } = candidatesOf(recording, losses);
  const marks = operations.flatMap((operation) =>
    operation.kind === 'mark' ? [operation.mark] : [],
  );
  const failures: string[] = [];
  let cause: unknown;
  for (const [index, candidate] of candidates.entries()) {
    const { n, since, loss, image } = candidate;
    const path = mkdtempSync(join(IMAGES, 'covey-loss-'));
    try {
      image.materialize(path);
      await check({ path, n, loss, index, marks: marks.slice(0, candidate.marks) });
    } catch (reason) {
      cause ??= reason;
      const before = operations.slice(Math.max(0, begins + n - OPERATIONS_SHOWN), begins + n);
      const where = `n = ${n} (like that since ${since}), loss ${loss}`;
      failures.push([`${where}: ${reason}`, ...before.map(line)].join('\n'));
    } finally {
      rmSync(path, { recursive: true, force: true });
    }
    if (failures.length >= MOST_FAILURES) break;
  }
  if (failures.length > 0) {
    throw new Error(`not every power loss was survived\n${failures.join('\n')}`, { cause });
  }
  return { operations: operations.length - begins, cases, distinct: candidates.length };
}

/** Distinct images, in the order of the operations. */
function candidatesOf<Mark>(
  { operations, begins }: DiskRecording<Mark>,
  losses: (n: number) => readonly Loss[],
): { readonly cases: number; readonly candidates: readonly Candidate[] } {
  const state = new DiskState();
  const found = new Map<string, Candidate>();
  let cases = 0;
  let marks = 0;
  for (let at = 0; at <= operations.length; at++) {
    if (at >= begins) {
      const n = at - begins;
      for (const loss of losses(n)) {
        const image = imageAfter(state, loss);
        const { digest } = image;
        cases++;
        // Of the last one: by then most had been promised.
        const since = found.get(digest)?.since ?? n;
        found.set(digest, { since, n, loss, image, marks });
      }
    }
    const operation = operations[at];
    if (!operation) break;
    state.take(operation);
    if (operation.kind === 'mark') marks++;
  }
  return { cases, candidates: [...found.values()] };
}

function line(operation: Parameters<typeof describeOperation>[0]): string {
  return `    ${describeOperation(operation)}`;
}
