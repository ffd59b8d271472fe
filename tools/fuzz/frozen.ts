import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../program.ts';

/** Inputs that once broke something, and seeds of our own: `<target>/<SHA-1 of the bytes>.bin`. */
export const FROZEN_FOLDER = join(ROOT, 'vectors/fuzz');

const INDEX = 'index.json';

/** One input that is kept. */
export interface Frozen {
  readonly target: string;
  /** Name of its file. */
  readonly file: string;
  readonly input: Uint8Array;
  /** What it has shown, or what it is a seed for. Missing when the index does not know it. */
  readonly reason?: string;
}

/** All that is kept for a target, in the order of the names. */
export function frozenOf(target: string, folder = FROZEN_FOLDER): readonly Frozen[] {
  const shelf = join(folder, target);
  if (!existsSync(shelf)) return [];
  const reasons = readIndex(shelf);
  return readdirSync(shelf)
    .filter((file) => file.endsWith('.bin'))
    .sort()
    .map((file) => {
      const input = new Uint8Array(readFileSync(join(shelf, file)));
      const reason = reasons[file];
      return { target, file, input, ...(reason === undefined ? {} : { reason }) };
    });
}

/** Keeps an input with its reason on one line. Answers the path of its file. */
export function freeze(
  { target, input, reason }: { target: string; input: Uint8Array; reason: string },
  folder = FROZEN_FOLDER,
): string {
  const shelf = join(folder, target);
  mkdirSync(shelf, { recursive: true });
  const file = `${createHash('sha1').update(input).digest('hex')}.bin`;
  const reasons = { ...readIndex(shelf), [file]: reason.replaceAll(/\s+/g, ' ') };
  const sorted = Object.fromEntries(Object.entries(reasons).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(join(shelf, file), input);
  writeFileSync(join(shelf, INDEX), `${JSON.stringify(sorted, null, 2)}\n`);
  return join(shelf, file);
}

function readIndex(shelf: string): Record<string, string> {
  const path = join(shelf, INDEX);
  // Written by `freeze`; a test holds it against the files beside it.
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>) : {};
}
