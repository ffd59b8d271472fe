import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder =
  process.env['COVEY_FIXTURES'] ??
  join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'fixtures');

/** Whether the corpora are on this machine. They are not part of the repository. */
export const fixturesPresent = existsSync(folder);

/** Appended to the names of suites that need the corpora, so that a skipped run says why. */
export const fixturesNote = fixturesPresent ? '' : ' (SKIPPED: no fixtures; set COVEY_FIXTURES)';

export function readFixture(...path: readonly string[]): Uint8Array {
  return Uint8Array.from(readFileSync(join(folder, ...path)));
}

/** A JSON file, or one value per line for `.jsonl`. Empty when the corpora are absent, so that tables can be built. */
export function fixtureList(...path: readonly string[]): readonly unknown[] {
  if (!fixturesPresent) return [];
  const text = readFileSync(join(folder, ...path), 'utf8');
  if (!path.at(-1)?.endsWith('.jsonl')) return JSON.parse(text) as unknown[]; // manifests are arrays
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}
