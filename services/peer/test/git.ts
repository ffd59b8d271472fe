import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';

/** Nobody's settings and nobody's hooks. */
const ENVIRONMENT = {
  PATH: process.env['PATH'] ?? '',
  HOME: tmpdir(),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
};

/** Runs git on a repository of ours; its standard output without the last line break. */
export function git(repository: string, ...args: readonly string[]): string {
  const options = { env: ENVIRONMENT, encoding: 'utf8', stdio: 'pipe' } as const;
  return execFileSync('git', ['--git-dir', repository, ...args], {
    ...options,
    maxBuffer: 64 * 1024 * 1024,
  }).trimEnd();
}

/** What `git fsck` has against a repository: nothing. */
export function fsck(repository: string): string {
  return git(repository, 'fsck', '--strict', '--full', '--no-progress', '--no-dangling');
}
