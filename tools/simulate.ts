// `npm run --silent simulate -- --seeds FROM..TO`: runs whole groups, each from one seed. Exit code 1 for a violation, 2 for the usage.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { mutantNames, type Outcome, simulate, simulateMany } from '@covey/testkit/simulator';

const STATUS_MS = 10_000;
const USAGE = `usage: npm run --silent simulate -- --seeds FROM..TO [--processes N] [--mutant NAME]
       npm run --silent simulate -- --seed N [--verbose] [--without RULE]

--seeds FROM..TO  runs all of these, several at a time
--processes N     at a time; as many as there are cores when it is left out
--mutant NAME     with the law changed in one place: ${mutantNames()
  .map((name) => `"${name}"`)
  .join(',\n                  ')}
--seed N          runs this one; with --verbose everything that happens is printed
--without RULE    switches a rule off on every second honest device
`;

const asked = readArguments();
if (asked === undefined) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else if ('seed' in asked) process.exitCode = await one(asked);
else process.exitCode = await many(asked);

async function one({ seed, verbose, rule }: { seed: number; verbose: boolean; rule?: string }) {
  const outcome = await simulate(seed, {
    ...(verbose ? { print: (line: string) => console.log(line) } : {}),
    ...(rule === undefined ? {} : { without: { rule, on: 'half' } }),
  });
  report(outcome);
  console.log(`seed ${seed}: ${countsOf(outcome)}, event log ${outcome.eventLog}`);
  return outcome.violations.length > 0 ? 1 : 0;
}

async function many(range: { from: number; to: number; processes: number; mutant?: string }) {
  let done = 0;
  const all = range.to - range.from + 1;
  const status = setInterval(() => console.log(`${done} of ${all} seeds`), STATUS_MS);
  try {
    const batch = await simulateMany({
      ...range,
      tell: (outcome) => {
        done++;
        report(outcome);
      },
    });
    const { seeds, seconds, failures } = batch;
    const { from, to, processes } = range;
    console.log(
      `seeds ${from} to ${to}: ${seeds} in ${seconds.toFixed(0)} s, ${processes} processes`,
    );
    console.log(countsOf(batch));
    console.log(`seeds with a violation: ${failures.length}`);
    return failures.length > 0 ? 1 : 0;
  } finally {
    clearInterval(status);
  }
}

function report({ seed, violations }: Outcome): void {
  if (violations.length === 0) return;
  for (const { checker, found } of violations) console.log(`seed ${seed}: ${checker}: ${found}`);
  console.log(`replay: npm run --silent simulate -- --seed ${seed} --verbose`);
}

function countsOf({ counts }: Pick<Outcome, 'counts'>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: 'string' },
        seed: { type: 'string' },
        processes: { type: 'string', default: String(availableParallelism()) },
        verbose: { type: 'boolean', default: false },
        without: { type: 'string' },
        mutant: { type: 'string' },
      },
    });
    const { verbose, without, mutant } = values;
    const seed = Number(values.seed ?? Number.NaN);
    if (isSeed(seed)) return { seed, verbose, ...(without === undefined ? {} : { rule: without }) };
    const [from, to, ...more] = (values.seeds ?? '').split('..').map(Number);
    const processes = Number(values.processes);
    if (mutant !== undefined && !mutantNames().includes(mutant)) return undefined;
    if (!isSeed(from) || !isSeed(to) || more.length > 0 || !(processes >= 1)) return undefined;
    return {
      ...{ from, to, processes: Math.floor(processes) },
      ...(mutant === undefined ? {} : { mutant }),
    };
  } catch {
    return undefined; // Unknown or incomplete options: the usage says it better.
  }
}

function isSeed(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0;
}
