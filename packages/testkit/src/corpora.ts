import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Corpora lie outside of the repository: COVEY_FIXTURES, else beside the checkout. */
const FOLDER =
  process.env['COVEY_FIXTURES'] ??
  join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'fixtures');

/** A corpus of inputs that are not ours to ship. */
export interface Corpus {
  readonly folder: string;
  readonly isAbsent: boolean;
  /** For the end of a suite's name: says plainly that it was skipped, and why. */
  readonly note: string;
}

/** The corpus of that name; suites skip themselves where it is absent. */
export function corpusNamed(name: string): Corpus {
  const folder = join(FOLDER, name);
  const isAbsent = !existsSync(folder);
  return {
    folder,
    isAbsent,
    note: isAbsent ? ` (SKIPPED: no corpus ${name} here; set COVEY_FIXTURES)` : '',
  };
}
