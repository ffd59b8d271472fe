import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MadeHistory, madeIn } from './history.ts';
import { median, row } from './measure.ts';
import { type RunReport, runAlone } from './run-report.ts';

/** A real Jami (13.7.0, measured apart on such a machine): 10 000 messages, without checking a signature. */
const JAMI_MS = 13_600;

/**
 * Cloning with full validation, beside the floor: inflate, SHA-1 and one signature check for each commit. Each is a
 * process of its own that does it several times: the first time is a program that was just started, the last one a
 * daemon that has been up.
 */
export function benchClone(folder: string, rounds: number, times: number): readonly string[] {
  const made = madeIn(folder);
  const runs = new Map<string, RunReport[][]>();
  for (let round = 0; round < rounds; round++) {
    const take = (name: string, reports: readonly RunReport[]) =>
      runs.set(name, [...(runs.get(name) ?? []), [...reports]]);
    const repeat = String(times);
    take('floor on one core', runAlone('floor-run.ts', [folder, '1', repeat], { cores: 'one' }));
    take('ours on one core', runAlone('clone-run.ts', [folder, repeat], { cores: 'one' }));
    take('floor', runAlone('floor-run.ts', [folder, '2', repeat]));
    take('ours', runAlone('clone-run.ts', [folder, repeat]));
  }
  const time = (name: string, at: number) =>
    median((runs.get(name) ?? []).map((reports) => reports.at(at)?.ms ?? 0));
  const what = `clone and judge ${made.commits} commits`;
  const lines = [
    row(
      `${what}, one core, just started`,
      time('ours on one core', 0),
      'floor, one core',
      time('floor on one core', 0),
    ),
    row(`${what}, two cores, just started`, time('ours', 0), 'floor, two cores', time('floor', 0)),
    row(
      `${what}, two cores, just started`,
      time('ours', 0),
      'floor, one core',
      time('floor on one core', 0),
    ),
  ];
  if (times > 1) {
    lines.push(
      row(
        `${what}, one core, warm`,
        time('ours on one core', -1),
        'floor, one core',
        time('floor on one core', -1),
      ),
      row(`${what}, two cores, warm`, time('ours', -1), 'floor, two cores', time('floor', -1)),
    );
  }
  lines.push(row(what, time('ours', 0), '`git clone` and `git fsck`', byGit(made, folder)));
  if (made.commits < 20_000)
    lines.push(row(what, time('ours', 0), 'a real Jami, recorded', JAMI_MS));
  const rss = Math.max(...(runs.get('ours') ?? []).map((reports) => reports[0]?.maxRssMb ?? 0));
  lines.push(`| ${what}: highest memory | ${rss.toFixed(0)} MB | | | |`);
  return lines;
}

/** Checks no signature. */
function byGit({ heads }: MadeHistory, folder: string): number {
  const path = mkdtempSync(join(tmpdir(), 'covey-bench-'));
  const git = (cwd: string, ...args: string[]) => {
    if (spawnSync('git', args, { cwd }).status !== 0) throw new Error(`git ${args[0]} failed`);
  };
  try {
    const from = join(folder, 'clone');
    git(from, 'update-ref', 'refs/heads/main', heads[0] ?? '');
    const start = performance.now();
    git(path, 'clone', '--quiet', '--bare', '--no-local', from, 'copy');
    git(join(path, 'copy'), 'fsck', '--strict', '--full');
    return performance.now() - start;
  } finally {
    rmSync(path, { recursive: true });
  }
}
