import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder =
  process.env['COVEY_FIXTURES'] ??
  join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'fixtures');

/** Suite names for a corpus, which is no part of the repository: a skipped run says why. */
export function suiteName(name: string, rows: readonly unknown[]): string {
  return rows.length > 0 ? name : `${name} (SKIPPED: the corpus is absent; set COVEY_FIXTURES)`;
}

export function readFixture(...path: readonly string[]): Uint8Array {
  return Uint8Array.from(readFileSync(join(folder, ...path)));
}

/** A JSON file, or one value per line for `.jsonl`. Empty when the corpus is absent, so that tables can be built. */
export function fixtureList(...path: readonly string[]): readonly unknown[] {
  const file = join(folder, ...path);
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  if (!path.at(-1)?.endsWith('.jsonl')) return JSON.parse(text) as unknown[]; // manifests are arrays
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}
