import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Corpus } from '@covey/testkit';

/** One input of a fuzzer's corpus. */
export interface FuzzInput {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Names of the corpus's files; in each a line is one JSON object with name and base64. */
export function fuzzFiles({ folder, isAbsent }: Corpus): readonly string[] {
  return isAbsent ? [] : readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
}

/** The inputs of one of these files. */
export function fuzzInputs({ folder }: Corpus, file: string): readonly FuzzInput[] {
  return readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { name: string; b64: string }) // As its README says.
    .map(({ name, b64 }) => ({ name, bytes: new Uint8Array(Buffer.from(b64, 'base64')) }));
}
