import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CoveyError } from '@covey/errors';
import { nodeDigests, nodeInflate } from '@covey/node-crypto';
import { DEFAULT_PACK_LIMITS, readCommit, readPack, readTree } from '../src/index.ts';
import { FSCK_IDS } from './fsck-ids.ts';
import { FSCK_CHECKS } from './fsck-table.ts';
import { type Example, GOOD_COMMIT, type ObjectCheck } from './object-check.ts';
import { STRICT_CHECKS, STRICT_RULES } from './strict-rules-table.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** What the reader says is wrong. */
async function defectsOf({ reader, bytes }: Example): Promise<readonly unknown[]> {
  if (reader === 'commit') return readCommit(bytes()).defects;
  try {
    if (reader === 'tree') readTree(bytes());
    else await readWhole(bytes());
    return [];
  } catch (reason) {
    if (!CoveyError.is(reason)) throw reason;
    return [reason.data['defect']];
  }
}

async function readWhole(pack: Uint8Array): Promise<void> {
  async function* chunks() {
    yield pack;
  }
  const options = { limits: DEFAULT_PACK_LIMITS, digests: nodeDigests, inflate: nodeInflate };
  for await (const _ of readPack(chunks(), options));
}

const tables: readonly [string, readonly string[], Readonly<Record<string, ObjectCheck>>][] = [
  ['the ids of git fsck', Object.values(FSCK_IDS).flat(), FSCK_CHECKS],
  ['the stricter rules of the project', STRICT_RULES, STRICT_CHECKS],
];

test('the good commit of which the examples are mutations has no defect', () => {
  expect(readCommit(GOOD_COMMIT).defects).toEqual([]);
});

test('git fsck has 76 ids', () => {
  expect(new Set(Object.values(FSCK_IDS).flat()).size).toBe(76);
});

describe.each(tables)('%s', (_, ids, checks) => {
  test('the table has a row for each of them, and no other', () => {
    expect(Object.keys(checks).toSorted()).toEqual([...ids].toSorted());
  });

  test.each(Object.entries(checks))(
    'SAFE-2: %s: the inputs that show it are refused for it',
    async (_id, check) => {
      if ('elsewhere' in check) {
        const { file, test: name } = check.elsewhere;
        const isThere = readFileSync(join(ROOT, file), 'utf8').includes(name);
        expect([file, name, isThere]).toEqual([file, name, true]);
        return;
      }
      expect(check.examples).not.toHaveLength(0);
      for (const example of check.examples) {
        expect(await defectsOf(example)).toContain(example.defect);
      }
    },
  );
});
