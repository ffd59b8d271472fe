// `npm run small-scope -- --operations N`: every history of up to N operations. Exit code 1 for a failure, 2 for the usage.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { mergeSurveys, SCOPES, type Survey } from '@covey/testkit/small-scope';
import type { SmallScopeJob } from './small-scope-job.ts';

const USAGE = `usage: npm run small-scope -- --operations N [--hours H] [--scope NAME] [--threads T]

Looks at every history of up to N operations, on every starting point or on one:
${SCOPES.map(({ name, says }) => `  ${name.padEnd(10)}${says}`).join('\n')}
--hours H   stops after this time (default 2) and says how far it came
--threads T default: one per processor
`;
const THREAD = new URL('./small-scope-thread.ts', import.meta.url);
const HOUR_MS = 3_600_000;

const asked = readArguments(process.argv.slice(2));
if (asked) process.exitCode = (await searchAll(asked)) ? 0 : 1;
else {
  process.stderr.write(USAGE);
  process.exitCode = 2;
}

interface Asked {
  readonly operations: number;
  readonly hours: number;
  readonly threads: number;
  readonly scopes: readonly string[];
}

function readArguments(args: readonly string[]): Asked | undefined {
  const options = { type: 'string' } as const;
  let values: Record<string, string | undefined>;
  try {
    const known = { operations: options, hours: options, scope: options, threads: options };
    ({ values } = parseArgs({ args: [...args], options: known }));
  } catch {
    return undefined; // Unknown or incomplete options: the usage says it better.
  }
  const all = SCOPES.map(({ name }) => name);
  const { scope } = values;
  const operations = Number(values['operations']);
  const hours = Number(values['hours'] ?? 2);
  const threads = Number(values['threads'] ?? availableParallelism());
  const isReadable = operations >= 1 && hours > 0 && threads >= 1;
  if (!isReadable || (scope !== undefined && !all.includes(scope))) return undefined;
  return { operations, hours, threads, scopes: scope === undefined ? all : [scope] };
}

/** What is to be searched next on a starting point. */
interface Next {
  readonly scope: string;
  readonly operations: number;
  readonly expectedMs: number;
}

/** One operation more each time, always where that is likely to take least. Answers whether everything held. */
async function searchAll({ operations, hours, threads, scopes }: Asked): Promise<boolean> {
  const until = Date.now() + hours * HOUR_MS;
  let open: readonly Next[] = scopes.map((scope) => ({ scope, operations: 1, expectedMs: 0 }));
  let holds = true;
  while (open.length > 0) {
    const [next, ...others] = [...open].sort((a, b) => a.expectedMs - b.expectedMs);
    if (!next || Date.now() + next.expectedMs > until) break;
    const since = Date.now();
    const survey = await search(next, threads, until);
    const tookMs = Date.now() - since;
    report(survey, next.operations, tookMs);
    holds = holds && survey.failures.length === 0;
    const goesOn =
      survey.isComplete && survey.failures.length === 0 && next.operations < operations;
    const expectedMs = tookMs * growthOf(survey);
    const further = { scope: next.scope, operations: next.operations + 1, expectedMs };
    open = goesOn ? [...others, further] : others;
  }
  for (const { scope, operations, expectedMs } of open) {
    const expected = (expectedMs / HOUR_MS).toFixed(1);
    console.log(`${scope}, ${operations} operations: not begun, would take about ${expected} h`);
  }
  return holds;
}

/** How many times more histories the next operation is likely to make: a little more than the last one did. */
function growthOf({ counts }: Survey): number {
  const [before, latest] = counts.slice(-2).map(({ after }) => after);
  return before && latest ? (1.4 * latest) / before : 1;
}

async function search({ scope, operations }: Next, of: number, until: number): Promise<Survey> {
  const shares = Array.from({ length: of }, (_, nth) =>
    runThread({ scope, operations, nth, of, until }),
  );
  return mergeSurveys(await Promise.all(shares));
}

function runThread(workerData: SmallScopeJob): Promise<Survey> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(THREAD, { workerData });
    thread.once('message', resolve);
    thread.once('error', reject);
  });
}

function report(
  { scope, counts, isComplete, tally, failures }: Survey,
  n: number,
  ms: number,
): void {
  const { before, after } = counts.at(-1) ?? { before: 0n, after: 0 };
  const whole = isComplete ? '' : ', INCOMPLETE: the time was over';
  console.log(
    `${scope}, ${n} operations: ${before} histories, ${after} up to renaming and reordering, ${(ms / 1000).toFixed(1)} s${whole}`,
  );
  const looks = [...tally].map(([what, times]) => `${times} ${what}`);
  if (looks.length > 0) console.log(`  ${looks.join(', ')}`);
  for (const { check, found, story } of failures) {
    console.log(`  FAILS ${check}: ${found}`);
    for (const line of story) console.log(`    ${line}`);
  }
}
