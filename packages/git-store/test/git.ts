import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Nobody's settings, nobody's hooks, and always the same second. */
const ENVIRONMENT = {
  PATH: process.env['PATH'] ?? '',
  HOME: tmpdir(),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Alice',
  GIT_AUTHOR_EMAIL: 'd'.repeat(64),
  GIT_AUTHOR_DATE: '1700000000 +0000',
  GIT_COMMITTER_NAME: 'Alice',
  GIT_COMMITTER_EMAIL: 'd'.repeat(64),
  GIT_COMMITTER_DATE: '1700000000 +0000',
};

/** Whether git is on this machine: it is the reference that these tests compare with. */
export const gitPresent = spawnSync('git', ['--version']).status === 0;

/** Appended to the names of suites that need git, so that a skipped run says why. */
export const gitNote = gitPresent ? '' : ' (SKIPPED: no git on this machine)';

/** Runs git in a folder; its standard output, without the last newline. */
export function git(folder: string, ...args: readonly string[]): string {
  const options = { cwd: folder, env: ENVIRONMENT, encoding: 'utf8', stdio: 'pipe' } as const;
  return execFileSync('git', args, options).trimEnd();
}

/** An empty folder that goes when the running test is over. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'covey-git-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
