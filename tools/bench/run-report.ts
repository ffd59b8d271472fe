import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What a measured process prints, one line of JSON for each thing that it measures. */
export interface RunReport {
  readonly ms: number;
  /** Of all threads. */
  readonly cpuMs: number;
  /** Highest so far, of the whole process. */
  readonly maxRssMb: number;
}

/** Starts the watch; the returned function stops it and prints the report. */
export function report(): () => void {
  const start = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    const said: RunReport = {
      ms: performance.now() - start,
      cpuMs: (user + system) / 1000,
      maxRssMb: (process.resourceUsage().maxRSS * 1024) / 1e6,
    };
    console.log(JSON.stringify(said));
  };
}

/** Runs a program of this folder in a process of its own, on one core or on all, and gives what it reports. */
export function runAlone(
  program: string,
  args: readonly string[],
  { cores = 'all' }: { cores?: 'one' | 'all' } = {},
): readonly RunReport[] {
  const command = [process.execPath, join(import.meta.dirname, program), ...args];
  const whole = cores === 'one' ? ['taskset', '--cpu-list', '0', ...command] : command;
  const { status, stdout, stderr } = spawnSync(whole[0] ?? '', whole.slice(1), {
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RunReport); // As `report` prints it.
}
