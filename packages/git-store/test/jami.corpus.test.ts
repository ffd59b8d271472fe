import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diffTrees, type Oid, readCommit, readTree } from '@covey/git-objects';
import { openBundle } from '../src/index.ts';

const root =
  process.env['COVEY_FIXTURES'] ??
  join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'fixtures');
const folder = join(root, 'jami');
const present = existsSync(folder);
const note = present ? '' : ' (SKIPPED: no fixtures; set COVEY_FIXTURES)';
const names = present
  ? readdirSync(folder)
      .filter((name) => name.endsWith('.bundle'))
      .map((name) => name.slice(0, -'.bundle'.length))
  : [];

describe.skipIf(!present)(`histories that the Jami daemon wrote${note}`, () => {
  test.each(names)(
    '%s is read to its root, every commit and tree without a defect',
    async (name) => {
      const { head, objects } = await openBundle(join(folder, `${name}.bundle`));
      // Written beside the bundle by whoever recorded it.
      const told = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as {
        head: string;
      };
      expect(head).toBe(told.head);

      const readEntries = async (oid: Oid) => readTree((await objects.read(oid))!.bytes); // a whole bundle
      const seen = new Set<Oid>();
      const waiting = [head!];
      for (let oid = waiting.pop(); oid; oid = waiting.pop()) {
        if (seen.has(oid)) continue;
        seen.add(oid);
        const { commit, defects } = readCommit((await objects.read(oid))!.bytes);
        expect([oid, defects]).toEqual([oid, []]);
        await diffTrees(undefined, commit!.tree, readEntries);
        waiting.push(...commit!.parents);
      }
      expect(seen.size).toBeGreaterThan(0);
    },
  );
});
