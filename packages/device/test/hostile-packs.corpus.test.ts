import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { RULES, RULES_FOR_EVERY_COMMIT } from '@covey/conversation';
import { corpusNamed } from '@covey/testkit';
import { HOSTILE_PACKS, type HostilePack } from './hostile-packs.ts';
import type { Receptions } from './hostile-reception.ts';

const MIB = 1024 * 1024;
const PROGRAM = join(import.meta.dirname, 'hostile-reception.ts');
const START_MS = 10_000;

/** Everything by which a fetch may be refused: an error, or a rule of the conversation. */
const REFUSALS: ReadonlySet<string> = new Set([
  'PACK_MALFORMED',
  'PACK_LIMIT_EXCEEDED',
  'OBJECT_COLLISION',
  'OBJECT_MISSING',
  'GIT_OBJECT_MALFORMED',
  'DEADLINE_EXCEEDED',
  ...[...RULES_FOR_EVERY_COMMIT, ...Object.values(RULES).flat()].map(({ id }) => id),
]);

describe.each(Object.keys(HOSTILE_PACKS))('a device that is sent the packs of', (name) => {
  const corpus = corpusNamed(name);
  const packs: readonly HostilePack[] = HOSTILE_PACKS[name]?.() ?? [];
  let came: Receptions;

  describe.skipIf(corpus.isAbsent)(`${name}${corpus.note}`, () => {
    beforeAll(
      async () => {
        // A device that hangs is killed, and that is a failure, too.
        const timeout = START_MS + 2000 * packs.length;
        const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, name], {
          ...{ timeout, maxBuffer: 64 * MIB },
        });
        came = JSON.parse(stdout) as Receptions; // it wrote that
        const slowestMs = Math.ceil(Math.max(0, ...came.receptions.map(({ cpuMs }) => cpuMs)));
        const mebibytes = Math.ceil(came.mostBytes / MIB);
        console.log(`${packs.length} packs: ${mebibytes} MiB above idle, ${slowestMs} ms at most`);
      },
      START_MS + 2000 * (packs.length + 1),
    );

    const those = (wrong: (reception: Receptions['receptions'][number]) => boolean) =>
      came.receptions.filter(wrong);

    test('SAFE-2: refuses each of them by a typed error or a rule', () => {
      expect(came.receptions.map((each) => each.name)).toEqual(packs.map((pack) => pack.name));
      expect(those(({ outcome }) => !REFUSALS.has(outcome))).toEqual([]);
    });

    test('SAFE-2: reads those that have no flaw, and finds nothing in them to keep', () => {
      const flawless = new Set(packs.filter(isFlawless).map((pack) => pack.name));
      const misread = those((each) => flawless.has(each.name) && each.outcome !== 'OBJECT_MISSING');
      expect(misread).toEqual([]);
    });

    test('SAFE-2: has the same bytes in its store afterwards', () => {
      expect(those(({ isStoreUnchanged }) => !isStoreUnchanged)).toEqual([]);
    });

    test('SYNC-4: takes in what an honest one is sending meanwhile, and can write', () => {
      expect(those(({ honest }) => honest !== 'admitted, text')).toEqual([]);
    });

    test('SAFE-1: takes less than 2 s and 256 MiB', () => {
      expect(those(({ cpuMs }) => cpuMs >= 2000)).toEqual([]);
      expect(came.mostBytes).toBeLessThan(256 * MIB);
    });
  });
});

const isFlawless = ({ required }: HostilePack) =>
  required === 'accept' || required === 'keep-nothing';
