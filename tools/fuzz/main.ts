// `npm run fuzz -- TARGET --minutes N`: searches, or replays one input. Exit code 1 for a finding, 2 for the usage.
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { ROOT } from '../program.ts';
import { readFuzzArguments, USAGE } from './arguments.ts';
import { freeze, frozenOf } from './frozen.ts';
import type { Finding, Progress } from './fuzz-loop.ts';
import { replayOf, runFuzz } from './fuzz-run.ts';

const STATUS_MS = 10_000;
const MINUTE_MS = 60_000;

const asked = readFuzzArguments(process.argv.slice(2));
if (!asked) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else if (asked.replay !== undefined) {
  process.exitCode = (await replay(asked.targets[0] ?? '', asked.replay)) ? 0 : 1;
} else {
  const { targets, minutes, seed = randomInt(2 ** 32) } = asked;
  console.log(`seed ${seed}`);
  let findings = 0;
  for (const target of targets) {
    findings += await search(target, (minutes * MINUTE_MS) / targets.length, seed);
  }
  process.exitCode = findings > 0 ? 1 : 0;
}

/** Answers whether the input breaks nothing. */
async function replay(target: string, file: string): Promise<boolean> {
  // npm runs this in the root of the checkout; a path is meant from where it was typed.
  const path = resolve(process.env['INIT_CWD'] ?? '.', file);
  const { finding } = await runFuzz(replayOf(target, new Uint8Array(readFileSync(path))));
  console.log(finding ? describe(finding) : `${target}: ${file} breaks nothing`);
  return !finding;
}

/** Answers the number of findings. A search ends with its first one. */
async function search(target: string, milliseconds: number, seed: number): Promise<number> {
  const since = performance.now();
  let latest: Progress = { executions: 0, ranges: 0, corpus: 0 };
  const status = setInterval(() => console.log(line(target, latest, since)), STATUS_MS);
  const frozen = frozenOf(target).map(({ input }) => input);
  const task = {
    kind: 'search',
    seed,
    milliseconds,
    frozen,
    corpora: true,
    coverage: true,
  } as const;
  const { progress, finding } = await runFuzz({ target, task }, (progress) => {
    latest = progress;
  });
  clearInterval(status);
  if (finding) report(target, finding);
  const findings = finding ? 1 : 0;
  console.log(`${line(target, progress, since)}, ${findings} findings, seed ${seed}`);
  return findings;
}

function line(target: string, { executions, ranges, corpus }: Progress, since: number): string {
  const seconds = (performance.now() - since) / 1000;
  const speed = Math.round(executions / seconds);
  return `${target}: ${seconds.toFixed(0)} s, ${executions} executions, ${speed}/s, ${ranges} ranges, corpus ${corpus}`;
}

function report(target: string, finding: Finding): void {
  const file = freeze({ target, input: finding.input, reason: finding.violation.reason });
  console.log(`\nFOUND in ${target}: ${describe(finding)}`);
  console.log(`replay: npm run fuzz -- ${target} --replay ${relative(ROOT, file)}\n`);
}

function describe({ input, violation: { reason, stack } }: Finding): string {
  const shown = Buffer.from(input.subarray(0, 1024)).toString('base64');
  return [reason, `${input.length} bytes, base64: ${shown}`, ...(stack ? [stack] : [])].join('\n');
}
