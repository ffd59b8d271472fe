import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const ASKED_FOR = [
  'services',
  'proto',
  'packages',
  'deploy',
  'docker-compose.yml',
  'package.json',
  'pnpm-workspace.yaml',
  'tsconfig.base.json',
];
const ALLOWED_FOLDERS = ['docs', 'vectors', 'tools', '.ci'];

/** Files of the repository, as Git knows them: what tools leave lying about doesn't count. */
const trackedIn = (...folders: string[]): string[] =>
  execFileSync('git', ['ls-files', ...folders], { cwd: ROOT, encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);

test('SHAPE-1: all eight top-level entries are there, and each folder holds something', () => {
  const entries = readdirSync(ROOT);
  expect(entries).toEqual(expect.arrayContaining(ASKED_FOR));
  for (const folder of ASKED_FOR.slice(0, 4)) {
    expect(readdirSync(join(ROOT, folder)).length, folder).toBeGreaterThan(0);
  }
});

test('SHAPE-7: no other folders but docs, vectors and tools', () => {
  const folders = trackedIn()
    .filter((path) => path.includes('/'))
    .map((path) => path.split('/')[0]);
  const allowed = new Set<string | undefined>([...ASKED_FOR, ...ALLOWED_FOLDERS]);
  expect([...new Set(folders)].filter((folder) => !allowed.has(folder))).toEqual([]);
});

test('SHAPE-6: every named library that has landed has a call site outside of tests', () => {
  const sources = trackedIn('packages', 'services')
    .filter((path) => path.endsWith('.ts') && path.includes('/src/') && !path.includes('.test.'))
    .map((path) => readFileSync(join(ROOT, path), 'utf8'));
  for (const library of ['fastify', '@grpc/grpc-js']) {
    expect(
      sources.some((source) => source.includes(`from '${library}'`)),
      library,
    ).toBe(true);
  }
});
