import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Corpus } from '@covey/testkit';

/** A JSON file, or one value per line for `.jsonl`. Empty when it is absent, so that tables can be built. */
export function rowsOf({ folder }: Corpus, name: string): readonly unknown[] {
  const file = join(folder, name);
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  if (!name.endsWith('.jsonl')) return JSON.parse(text) as unknown[]; // manifests are arrays
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

/** A file of the corpus. */
export function bytesOf({ folder }: Corpus, name: string): Uint8Array {
  return Uint8Array.from(readFileSync(join(folder, name)));
}
