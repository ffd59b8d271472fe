import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Counts, Outcome } from './simulate.ts';

/** What came of many seeds. */
export interface Batch {
  readonly seeds: number;
  /** Outcomes with a violation, in the order in which they came. */
  readonly failures: readonly Outcome[];
  /** All seeds together. */
  readonly counts: Counts;
  readonly seconds: number;
}

export interface BatchOptions {
  readonly from: number;
  /** Included. */
  readonly to: number;
  readonly processes: number;
  /** A name in {@link MUTANTS}: these processes have the law changed so. */
  readonly mutant?: string;
  /** Is told each outcome as it comes. */
  readonly tell?: (outcome: Outcome) => void;
}

const processOf = (mutant: string | undefined): readonly string[] =>
  mutant === undefined
    ? [join(import.meta.dirname, 'batch-process.ts')]
    : [join(import.meta.dirname, 'mutant-process.ts'), mutant];
/** Much is made and thrown away; where a failure came from is told by the seed that is run alone. */
const FLAGS = ['--max-semi-space-size=128', '--stack-trace-limit=0'];

/** Runs seeds in processes of their own, each the n-th seed. A process that breaks down is a failure of the batch. */
export async function simulateMany({
  from,
  to,
  processes,
  mutant,
  tell,
}: BatchOptions): Promise<Batch> {
  const since = performance.now();
  const failures: Outcome[] = [];
  const counts: Record<string, number> = {};
  let seeds = 0;
  const take = (outcome: Outcome) => {
    seeds++;
    if (outcome.violations.length > 0) failures.push(outcome);
    for (const [name, count] of Object.entries(outcome.counts)) {
      counts[name] = (counts[name] ?? 0) + count;
    }
    tell?.(outcome);
  };
  await Promise.all(
    Array.from({ length: processes }, (_, at) =>
      runProcess([...processOf(mutant), ...[from + at, to, processes].map(String)], take),
    ),
  );
  const seconds = (performance.now() - since) / 1000;
  // Every outcome has them all.
  return { seeds, failures, counts: counts as Counts, seconds };
}

async function runProcess(
  args: readonly string[],
  take: (outcome: Outcome) => void,
): Promise<void> {
  const child = spawn(process.execPath, [...FLAGS, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  // One outcome in each line, as `batch-process.ts` writes it.
  for await (const line of createInterface({ input: child.stdout })) {
    take(JSON.parse(line) as Outcome);
  }
  const code = await ended;
  if (code !== 0) throw new Error(`a process of the simulator has ended with ${code}`);
}
