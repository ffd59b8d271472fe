import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the foreign corpora are: beside the checkout, or where COVEY_FIXTURES says. */
export const FIXTURES =
  process.env['COVEY_FIXTURES'] ??
  fileURLToPath(new URL('../../../../shared/fixtures', import.meta.url));

/** No corpus is part of the repository. */
export const isAbsent = (path: string): boolean => !existsSync(join(FIXTURES, path));

/** A suite that is skipped says why. */
export const suiteName = (name: string, absent: boolean): string =>
  absent ? `${name} (SKIPPED: the corpus is absent; set COVEY_FIXTURES)` : name;

/** Inputs of a fuzzer's corpus: one JSON object with name and base64 a line. */
export function corpus(path: string): { name: string; bytes: Uint8Array }[] {
  return readFileSync(join(FIXTURES, path), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { name: string; b64: string })
    .map(({ name, b64 }) => ({ name, bytes: new Uint8Array(Buffer.from(b64, 'base64')) }));
}
