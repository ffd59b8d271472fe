import * as fs from 'node:fs';
import { join } from 'node:path';
import * as isomorphicGit from 'isomorphic-git';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeDigests } from '@covey/node-crypto';
import { runs } from '@covey/testkit';
import { oidOf } from '../src/index.ts';
import { Chance } from './chance.ts';
import { type BareRepository, bareRepository, gitNote, gitPresent } from './git.ts';
import { type GeneratedPack, generatePack, PACK_KINDS, type PackKind } from './pack-generator.ts';
import { PACK_MUTATIONS } from './pack-mutations.ts';
import { type PackByGit, packsByGit, type SentPack } from './packs-by-git.ts';
import { indexByUs, oidsIn, type PackByUs, packByUs, readSent } from './packs-by-us.ts';
import { packBytes } from './raw-pack.ts';

const PACKS = 2000;
/**
 * Of the packs that all should take. It hangs on some of the others (security.md section 2), and says nothing of
 * deltas whose base comes later or that make no bytes.
 */
const FOR_ISOMORPHIC_GIT = 200;

const { numRuns = PACKS, seed = Math.floor(Math.random() * 2 ** 31) } = runs(PACKS);
const batches = Array.from({ length: Math.ceil(numRuns / PACKS) }, (_, index) => ({
  seed: seed + index * PACKS,
  count: Math.min(PACKS, numRuns - index * PACKS),
}));

/** A generated pack on its way. */
interface Generated extends SentPack {
  /** Of this pack alone. */
  readonly seed: number;
  readonly made: GeneratedPack;
  readonly mutation?: string;
  readonly chunkBytes: number;
}

interface Judged extends Generated, PackByUs {
  readonly git: PackByGit;
}

/** What we refuse and git takes: the defect, and what may cause it. */
const STRICTER: Readonly<Record<string, readonly string[]>> = {
  'a chain of deltas is too long': ['too deep'],
  'a blob is too large': ['too large'],
  'bytes after the last object': ['bytes after the end', 'twice, one after the other'],
  'a size is not in its shortest form': ['size in a longer form'],
  'a delta size is not in its shortest form': [
    'base size in a longer form',
    'result size in a longer form',
  ],
  'another pack version': ['version 3', 'one bit, right checksum'],
  'tag objects are not allowed': ['a tag'],
  // Made of an empty blob.
  'the tree is empty': ['another type', 'one bit, right checksum'],
  'a zlib stream is broken or not of the declared size': ['stream with many empty blocks'],
};

/** Well formed, and refused by both or by us alone. */
const REFUSED: Partial<Record<PackKind, string>> = {
  'too deep': 'a chain of deltas is too long',
  'too large': 'a blob is too large',
  twice: 'an object stands twice',
  'empty result of a short program': 'a delta is cut short',
  'cycle that starts outside': 'an object stands twice',
};

/** Changes that may leave a pack as good as it was. */
const HARMLESS = [
  'another copy',
  'an entry left out',
  'stream flushed in the middle',
  'stream with a few empty blocks',
];

/** Every second pack is changed, by each mutation in turn. */
function nthPack(number: number, seed: number): Generated {
  const chance = new Chance(seed);
  const names = Object.keys(PACK_MUTATIONS);
  const mutation = number % 2 === 0 ? undefined : names[((number - 1) / 2) % names.length];
  for (;;) {
    const made = generatePack(chance, chance.pick(PACK_KINDS));
    const changed =
      mutation === undefined ? made.pack : PACK_MUTATIONS[mutation]?.(made.pack, chance);
    if (!changed) continue;
    const bytes = changed instanceof Uint8Array ? changed : packBytes(changed).bytes;
    const chunkBytes = Math.ceil(bytes.length / chance.pick([1, 1, 3, 100]));
    const { outside } = made;
    return { seed, made, bytes, outside, chunkBytes, ...(mutation !== undefined && { mutation }) };
  }
}

const isTaken = ({ refusal }: Judged) => refusal === undefined;
const isTakenByGit = ({ git }: Judged) => !('refusal' in git);

/** What a failing test needs to say. */
const shown = ({ seed, made, mutation, refusal, git, bytes }: Judged) => ({
  ...{ seed, kind: made.kind, mutation, ours: refusal ?? 'taken' },
  git: 'refusal' in git ? git.refusal : 'taken',
  hex: Buffer.from(bytes.subarray(0, 5000)).toString('hex'),
});

function summary(packs: readonly Judged[]): string {
  const counts = new Map<string, number>();
  for (const pack of packs) {
    const kind = pack.mutation === undefined ? pack.made.kind : 'changed';
    const verdicts = `git ${isTakenByGit(pack) ? 'yes' : 'no'}, we ${isTaken(pack) ? 'yes' : 'no'}`;
    const key = `${kind} (${verdicts})`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const keys = [...counts.keys()].sort();
  return keys.map((key) => `${counts.get(key)} ${key}`).join(', ');
}

describe.skipIf(!gitPresent)(`git, isomorphic-git and our pack reader${gitNote}`, () => {
  describe.each(batches)('$count generated packs, seed $seed', ({ seed, count }) => {
    let repository: BareRepository;
    let packs: readonly Judged[] = [];
    afterAll(() => {
      packs = [];
      repository.remove();
    }, 120_000);

    beforeAll(async () => {
      repository = bareRepository();
      const given = Array.from({ length: count }, (_, number) => nthPack(number, seed + number));
      const git = await packsByGit(repository.folder, given);
      const judged: Judged[] = [];
      for (const [number, pack] of given.entries()) {
        // One after the other: each reader holds its pack in memory.
        const ours = await packByUs(pack, pack.chunkBytes);
        judged.push({ ...pack, ...ours, git: git[number]! }); // one for each
      }
      packs = judged;
      console.log(`packs of seed ${seed}: ${summary(packs)}`);
    }, 240_000);

    test('SAFE-2: whatever git index-pack --strict refuses is refused, but for what is listed', () => {
      const wrong = packs.filter((pack) => isTaken(pack) && !isTakenByGit(pack));
      expect(wrong.map(shown)).toEqual([]);
    });

    test('what git takes and we refuse breaks a rule that is known to be stricter', () => {
      const unexplained = packs.filter((pack) => {
        if (isTaken(pack) || !isTakenByGit(pack)) return false;
        const causes = STRICTER[pack.refusal ?? ''] ?? [];
        return !causes.includes(pack.mutation ?? '') && !causes.includes(pack.made.kind);
      });
      expect(unexplained.map(shown)).toEqual([]);
    });

    test('well-formed packs within the limits are taken, and hold what was put in', () => {
      for (const { seed, made, mutation, refusal, objects } of packs) {
        if (mutation !== undefined) continue;
        const expected = REFUSED[made.kind];
        const read = { refusal, oids: objects.map(({ oid }) => oid).sort() };
        const oids = expected === undefined ? [...made.oids].sort() : [];
        expect(read, `seed ${seed}`).toEqual({ refusal: expected, oids });
      }
    });

    test('of each pack that both take we make the index that git makes', async () => {
      for (const { seed, bytes, git, outside, objects, refusal } of packs) {
        if (refusal !== undefined || 'refusal' in git) continue;
        const isAsItCame = Buffer.compare(git.pack, bytes) === 0;
        const completed = { bytes: git.pack, outside: [] };
        const whole = isAsItCame ? objects : await readSent(completed, git.pack.length);
        const index = indexByUs(whole, git.pack);
        expect(Buffer.compare(index, git.index), `seed ${seed}`).toBe(0);
        // What git has added is what we had.
        const ours = new Set(objects.map(({ oid }) => oid));
        const added = oidsIn(git.index).filter((oid) => !ours.has(oid));
        const known = outside.map((object) => oidOf(object, nodeDigests));
        expect(known, `seed ${seed}`).toEqual(expect.arrayContaining(added));
        expect(oidsIn(git.index)).toHaveLength(objects.length + added.length);
      }
    });

    test('each change was made, and refused at least once where it is not harmless', () => {
      const refused = new Set(
        packs.filter((pack) => !isTaken(pack)).map(({ mutation }) => mutation),
      );
      const expected = Object.keys(PACK_MUTATIONS).filter((name) => !HARMLESS.includes(name));
      expect(expected.filter((name) => count === PACKS && !refused.has(name))).toEqual([]);
    });

    test(`isomorphic-git finds in ${FOR_ISOMORPHIC_GIT} packs what we find`, async () => {
      const sound = packs.filter((pack) => {
        const { made, mutation, outside } = pack;
        const isWhole = mutation === undefined && made.isInOrder && outside.length === 0;
        return isWhole && made.kind !== 'empty result' && isTaken(pack) && isTakenByGit(pack);
      });
      const sample = sound.slice(0, FOR_ISOMORPHIC_GIT);
      if (count === PACKS) expect(sample).toHaveLength(FOR_ISOMORPHIC_GIT);
      const dir = repository.folder;
      for (const { seed, bytes, objects } of sample) {
        const filepath = `${seed}.pack`;
        fs.writeFileSync(join(dir, filepath), bytes);
        const { oids } = await isomorphicGit.indexPack({ fs, dir, gitdir: dir, filepath });
        expect(oids.sort(), `seed ${seed}`).toEqual(objects.map(({ oid }) => oid).sort());
      }
    }, 60_000);
  });
});
