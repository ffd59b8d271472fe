import { describe, expect, test } from 'vitest';
import { nodeDigests, nodeInflate } from '@covey/node-crypto';
import {
  DEFAULT_PACK_LIMITS,
  diffTrees,
  LOCAL_PACK_LIMITS,
  type Oid,
  type PackedObject,
  type PackLimits,
  parseOid,
  readCommit,
  readEntryHeader,
  readPack,
  readTree,
} from '../src/index.ts';
import { fixtureList, readFixture, suiteName } from './fixtures.ts';

interface GoodPack {
  readonly file: string;
  readonly objectFormat: string;
  readonly objectCount: number;
  readonly objects: readonly { id: string; type: string; size: number }[];
}

interface BadPack {
  readonly file: string;
  readonly required: 'accept' | 'reject' | 'keep-nothing' | 'bounded' | 'refuse-by-limit';
  readonly why: string;
}

/** The manifests are written by the corpora's makers; their shapes are as above. */
const goodPacks = fixtureList('git-good-packs', 'manifest.json') as readonly GoodPack[];
const badPacks = fixtureList('git-bad-packs', 'manifest.json') as readonly BadPack[];

/** Packs without a flaw of their own: what they hold is refused one step later. */
const REFUSED_BY_CONTENT =
  /^(bad-commit-in-pack|bad-tree-in-pack|bomb-deep-tree|bomb-tree-of-trees|bomb-long-unsigned-history|bomb-merge-ladder)-[a-z]\.pack$/;

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll(
  bytes: Uint8Array,
  limits: PackLimits,
  chunkBytes = 4096,
): Promise<Map<Oid, PackedObject>> {
  const objects = new Map<Oid, PackedObject>();
  const options = { limits, digests: nodeDigests, inflate: nodeInflate };
  for await (const packed of readPack(inChunks(bytes, chunkBytes), options)) {
    objects.set(packed.oid, packed);
  }
  return objects;
}

describe.skipIf(goodPacks.length === 0)(suiteName('ordinary packs', goodPacks), () => {
  test.each(goodPacks.filter(({ objectFormat }) => objectFormat === 'sha1'))(
    '$file holds what git says',
    async ({ file, objectCount, objects }) => {
      const bytes = readFixture('git-good-packs', file);
      const read = await readAll(bytes, LOCAL_PACK_LIMITS);
      expect(read.size).toBe(objectCount);
      for (const { id, type, size } of objects) {
        const packed = read.get(parseOid(id));
        // For a delta git verify-pack reports the size of its program: what the entry's header says.
        const entry = packed && readEntryHeader(bytes.subarray(packed.offset), packed.offset);
        expect([id, packed?.object.type, entry?.size]).toEqual([id, type, size]);
      }
    },
  );

  test.each(goodPacks.filter(({ objectFormat }) => objectFormat !== 'sha1'))(
    '$file of another object format is refused',
    async ({ file }) => {
      await expect(
        readAll(readFixture('git-good-packs', file), LOCAL_PACK_LIMITS),
      ).rejects.toMatchObject({ code: 'PACK_MALFORMED' });
    },
  );
});

describe.skipIf(badPacks.length === 0)(suiteName('SAFE-2: hostile packs', badPacks), () => {
  const pure = badPacks.filter(({ file }) => !REFUSED_BY_CONTENT.test(file));

  test.each(pure.filter(({ required }) => ['reject', 'refuse-by-limit'].includes(required)))(
    '$file is refused: $why',
    { timeout: 2000 },
    async ({ file }) => {
      const bytes = readFixture('git-bad-packs', file);
      for (const chunkBytes of [1, 7, 65536]) {
        await expect(readAll(bytes, DEFAULT_PACK_LIMITS, chunkBytes)).rejects.toMatchObject({
          code: expect.stringMatching(/^PACK_(MALFORMED|LIMIT_EXCEEDED)$/),
          data: { defect: expect.any(String) },
        });
      }
    },
  );

  test.each(pure.filter(({ required }) => ['accept', 'keep-nothing'].includes(required)))(
    '$file is read: $why',
    { timeout: 2000 },
    async ({ file }) => {
      await readAll(readFixture('git-bad-packs', file), DEFAULT_PACK_LIMITS, 1);
    },
  );

  test('no honest zlib writes a stream of single-byte flushes: it is refused', {
    timeout: 2000,
  }, async () => {
    const bytes = readFixture('git-bad-packs', 'zlib-stored-trickle-a.pack');
    await expect(readAll(bytes, DEFAULT_PACK_LIMITS)).rejects.toMatchObject({
      code: 'PACK_MALFORMED',
    });
  });

  test.each(badPacks.map(({ file }) => file).filter((file) => REFUSED_BY_CONTENT.test(file)))(
    '%s is read, and what it holds is refused',
    {
      timeout: 2000,
    },
    async (file) => {
      const objects = await readAll(readFixture('git-bad-packs', file), DEFAULT_PACK_LIMITS);
      const flaws = await Promise.all(
        [...objects].map(async ([oid, { object }]) => {
          const { type, bytes } = object;
          if (type === 'commit') return readCommit(bytes).defects.length > 0;
          if (type !== 'tree') return false;
          const readEntries = async (id: Oid) =>
            readTree(objects.get(id)?.object.bytes ?? new Uint8Array());
          return diffTrees(undefined, oid, readEntries).then(
            () => false,
            () => true,
          );
        }),
      );
      expect(flaws).toContain(true);
    },
  );

  test('a bomb costs no memory before it is refused', async () => {
    const bytes = readFixture('git-bad-packs', 'libgit2-delta_100mb.pack');
    const before = process.memoryUsage().arrayBuffers;
    await expect(readAll(bytes, DEFAULT_PACK_LIMITS)).rejects.toThrow();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  });
});
