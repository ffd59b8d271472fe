import { describe, expect, test } from 'vitest';
import { CoveyError } from '@covey/errors';
import { corpusNamed } from '@covey/testkit';
import {
  DEFAULT_PACK_LIMITS,
  diffTrees,
  type GitObject,
  LOCAL_PACK_LIMITS,
  type Oid,
  type PackedObject,
  parseOid,
  readCommit,
  readEntryHeader,
  readTree,
} from '../src/index.ts';
import { bytesOf, rowsOf } from './corpus-rows.ts';
import { readWholePack } from './read-whole-pack.ts';

interface GoodPack {
  readonly file: string;
  readonly objectFormat: string;
  readonly objectCount: number;
  readonly objects: readonly { id: string; type: string; size: number }[];
}

interface BadPack {
  readonly file: string;
  readonly required: 'accept' | 'reject' | 'keep-nothing' | 'bounded' | 'refuse-by-limit';
  readonly isBomb: boolean;
  readonly why: string;
}

/** The manifests are written by the corpora's makers; their shapes are as above. */
const good = corpusNamed('git-good-packs');
const goodPacks = rowsOf(good, 'manifest.json') as readonly GoodPack[];
const bad = corpusNamed('git-bad-packs');
const badPacks = rowsOf(bad, 'manifest.json') as readonly BadPack[];
const foreign = corpusNamed('git-bad-packs-sha256');
const foreignPacks = rowsOf(foreign, 'manifest.json') as readonly BadPack[];

const REFUSED = {
  code: expect.stringMatching(/^PACK_(MALFORMED|LIMIT_EXCEEDED)$/),
  data: { defect: expect.any(String) },
};

describe.skipIf(good.isAbsent)(`ordinary packs${good.note}`, () => {
  test.each(goodPacks.filter(({ objectFormat }) => objectFormat === 'sha1'))(
    '$file holds what git says',
    async ({ file, objectCount, objects }) => {
      const bytes = bytesOf(good, file);
      const read = await readWholePack(bytes, LOCAL_PACK_LIMITS);
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
      const reading = readWholePack(bytesOf(good, file), LOCAL_PACK_LIMITS);
      await expect(reading).rejects.toMatchObject({ code: 'PACK_MALFORMED' });
    },
  );
});

/** Packs without a flaw of their own: what they hold may be refused one step later. */
const mayBeRead = ({ isBomb, why }: BadPack) => isBomb || why.startsWith('pack fine');
const mustBeRefused = ({ required }: BadPack) => ['reject', 'refuse-by-limit'].includes(required);

describe.skipIf(bad.isAbsent)(`SAFE-2: hostile packs${bad.note}`, () => {
  test.each(badPacks.filter((pack) => mustBeRefused(pack) && !mayBeRead(pack)))(
    '$file is refused, however it comes: $why',
    async ({ file }) => {
      const bytes = bytesOf(bad, file);
      for (const chunkBytes of [1, 7, 65536]) {
        const reading = readWholePack(bytes, DEFAULT_PACK_LIMITS, chunkBytes);
        await expect(reading).rejects.toMatchObject(REFUSED);
      }
    },
  );

  test.each(badPacks.filter((pack) => mustBeRefused(pack) && mayBeRead(pack)))(
    '$file is refused, or else what it holds: $why',
    async ({ file }) => {
      const reading = readWholePack(bytesOf(bad, file), DEFAULT_PACK_LIMITS);
      const refusal = await reading.then(contentRefusal, (reason: unknown) => reason);
      expect(refusal).toMatchObject({
        code: expect.stringMatching(/^(PACK_LIMIT_EXCEEDED|GIT_OBJECT_MALFORMED)$/),
      });
    },
  );

  test.each(badPacks.filter(({ required }) => ['accept', 'keep-nothing'].includes(required)))(
    '$file is read: $why',
    async ({ file }) => {
      await readWholePack(bytesOf(bad, file), DEFAULT_PACK_LIMITS, 1);
    },
  );

  test.each(badPacks.filter(({ required }) => required === 'bounded'))(
    '$file is more than an honest zlib writes, and refused: $why',
    async ({ file }) => {
      const reading = readWholePack(bytesOf(bad, file), DEFAULT_PACK_LIMITS);
      await expect(reading).rejects.toMatchObject(REFUSED);
    },
  );
});

/** The first refusal of an object, as the next step would see it. */
async function contentRefusal(objects: ReadonlyMap<Oid, PackedObject>): Promise<unknown> {
  const readEntries = async (id: Oid) =>
    readTree(objects.get(id)?.object.bytes ?? new Uint8Array());
  for (const [oid, { object }] of objects) {
    try {
      expectReadable(object);
      if (object.type === 'tree') await diffTrees(undefined, oid, readEntries);
    } catch (reason) {
      return reason;
    }
  }
  return undefined;
}

function expectReadable({ type, bytes }: GitObject): void {
  if (type !== 'commit') return;
  const [defect] = readCommit(bytes).defects;
  if (defect !== undefined) throw new CoveyError('GIT_OBJECT_MALFORMED', defect);
}

describe.skipIf(foreign.isAbsent)(`SAFE-2: packs with ids of SHA-256${foreign.note}`, () => {
  test.each(foreignPacks)('$file is not ours: $why', async ({ file }) => {
    const bytes = bytesOf(foreign, file);
    for (const limits of [DEFAULT_PACK_LIMITS, LOCAL_PACK_LIMITS]) {
      await expect(readWholePack(bytes, limits)).rejects.toMatchObject(REFUSED);
    }
  });
});
