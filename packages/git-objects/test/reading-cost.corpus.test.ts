import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { corpusNamed } from '@covey/testkit';
import { rowsOf } from './corpus-rows.ts';
import type { ReadingCost } from './reading-cost.ts';

const MIB = 1024 * 1024;
const PROGRAM = join(import.meta.dirname, 'reading-cost.ts');

for (const name of ['git-bad-packs', 'git-bad-packs-sha256']) {
  const corpus = corpusNamed(name);
  // The manifest is written by the corpus' makers.
  const rows = rowsOf(corpus, 'manifest.json') as readonly { file: string }[];

  describe.skipIf(corpus.isAbsent)(`${name}${corpus.note}`, () => {
    test('SAFE-1: reading any of the packs takes less than 256 MiB and 2 s', {
      timeout: 2000 * (rows.length + 5),
    }, async () => {
      const files = rows.map(({ file }) => join(corpus.folder, file));
      // A reader that hangs is killed, and that is a failure, too.
      const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...files], {
        timeout: 2000 * (rows.length + 1),
      });
      const { packs, mostBytes, slowestMs } = JSON.parse(stdout) as ReadingCost; // it wrote that
      const mebibytes = Math.ceil(mostBytes / MIB);
      console.log(
        `${packs} packs: ${mebibytes} MiB above idle, ${Math.ceil(slowestMs)} ms at most`,
      );
      expect(packs).toBe(rows.length);
      expect(mostBytes).toBeLessThan(256 * MIB);
      expect(slowestMs).toBeLessThan(2000);
    });
  });
}
