import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Nobody's settings, nobody's hooks, and messages in English. */
const ENVIRONMENT = {
  PATH: process.env['PATH'] ?? '',
  HOME: tmpdir(),
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
};
const MOST_OUTPUT_BYTES = 2 ** 30;

/** Whether git is on this machine: it is the reference that these tests compare with. */
export const gitPresent = spawnSync('git', ['--version']).status === 0;

/** Appended to the names of suites that need git, so that a skipped run says why. */
export const gitNote = gitPresent ? '' : ' (SKIPPED: no git on this machine)';

/** What a run of git left behind. */
export interface GitRun {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs git in a folder, whatever it says in the end. */
export function git(
  folder: string,
  args: readonly string[],
  input: string | Uint8Array = '',
): GitRun {
  const options = { cwd: folder, env: ENVIRONMENT, input, maxBuffer: MOST_OUTPUT_BYTES };
  const { status, stdout, stderr, error } = spawnSync('git', args, options);
  if (error) throw error;
  return { status, stdout, stderr: stderr.toString() };
}

/** Runs a shell script that calls git, while other things go on. */
export function gitScript(folder: string, script: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, env: ENVIRONMENT, stdio: 'ignore' } as const;
    const child = spawn('sh', ['-c', script, 'sh', ...args], options);
    child.on('error', reject);
    child.on('close', () => resolve());
  });
}

/** A repository without a work tree. */
export interface BareRepository {
  readonly folder: string;
  remove(): void;
}

/** An empty one, in a folder of its own. */
export function bareRepository(): BareRepository {
  const folder = mkdtempSync(join(tmpdir(), 'covey-git-objects-'));
  git(folder, ['init', '-q', '--bare', '-b', 'main']);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
