import * as fs from 'node:fs';
import * as isomorphicGit from 'isomorphic-git';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CoveyError } from '@covey/errors';
import { runs } from '@covey/testkit';
import {
  type Commit,
  type GitObject,
  type LooseTreeEntry,
  type Oid,
  readCommit,
  readCommitLinks,
  readTree,
  readTreeLoosely,
} from '../src/index.ts';
import { Chance } from './chance.ts';
import { COMMIT_MUTATIONS } from './commit-mutations.ts';
import { type BareRepository, bareRepository, gitNote, gitPresent } from './git.ts';
import { commitsByGit, fsck, giveToGit, objectsByGit, treesByGit } from './git-verdicts.ts';
import { type GeneratedObject, ObjectGenerator } from './object-generator.ts';
import { TREE_MUTATIONS } from './tree-mutations.ts';

const OBJECTS = 100_000;
/** So many at a time in one repository: more runs cost more time, not more memory. */
const BATCH = 25_000;
/** isomorphic-git is slow: so many of those that we accept, evenly spread over each batch. */
const SAMPLE = 2500;

const { numRuns = OBJECTS, seed = Math.floor(Math.random() * 2 ** 31) } = runs(OBJECTS);
const batches = Array.from({ length: Math.ceil(numRuns / BATCH) }, (_, index) => ({
  seed: seed + index,
  count: Math.min(BATCH, numRuns - index * BATCH),
}));

/** What we make of an object. */
interface Ours {
  readonly defects: readonly string[];
  readonly commit?: Commit;
  readonly entries?: readonly LooseTreeEntry[];
}

function ours({ type, bytes }: GitObject): Ours {
  if (type === 'commit') return readCommit(bytes);
  if (type === 'blob') return { defects: [] };
  try {
    return readTreeLoosely(bytes);
  } catch (reason) {
    if (!(reason instanceof CoveyError)) throw reason;
    return { defects: [reason.data['defect'] ?? ''] };
  }
}

/**
 * Where our rules are stricter than git's (security.md section 7.2): of these defects git knows nothing. Whatever
 * else we refuse, git must refuse too.
 */
const STRICTER: Readonly<Record<'commit' | 'tree', readonly RegExp[]>> = {
  commit: [
    /^no signature$/,
    /^signature is (?:folded|empty|not canonical base64)$/,
    /^header .* (?:is not known|is out of order|stands twice)$/,
    /^(?:tree|parent|committer) is folded$/,
    /^(?:tree|parent) is the null id$/,
    /^(?:three parents or more|parent stands twice)$/,
    /^committer differs from author$/,
    /^author line is malformed$/,
    /^author name has characters that do not show$/,
    /^e-mail is not a device id$/,
    /^time (?:zone )?is out of range$/,
    /^header (?:has a control character|is not UTF-8|is larger than 8 KiB)$/,
    /^message (?:is empty|is not UTF-8|has a control character|starts with a byte order mark)$/,
    /^commit is larger than 64 KiB$/,
    /^no blank line after the headers$/,
    // Git takes upper-case digits, too.
    /^(?:tree|parent) is not an id$/,
  ],
  tree: [
    /^the tree is empty$/,
    /^the tree has too many entries$/,
    /^mode [0-7]+ is not allowed$/,
    /^a name (?:is not allowed|stands twice)$/,
    /^a folder is empty$/,
  ],
};

/** A commit in the words of isomorphic-git. It trims empty lines off messages, and counts zones westwards. */
function asIsomorphicGit({ tree, parents, author, message }: Commit) {
  const [, sign, hours, minutes] = /^([+-])(\d\d)(\d\d)$/.exec(author.zone) ?? [];
  const eastwards = (60 * Number(hours) + Number(minutes)) * (sign === '+' ? 1 : -1);
  const person = {
    name: author.name,
    email: author.email,
    timestamp: author.time,
    timezoneOffset: expect.closeTo(-eastwards), // no difference between 0 and -0
  };
  return {
    tree,
    parent: parents,
    author: person,
    committer: person,
    message: `${message.replace(/^\n+|\n+$/g, '')}\n`,
  };
}

/** Git keeps no more of a mode, and says nothing of the rest. */
const inSixteenBits = (entry: LooseTreeEntry) => ({
  ...entry,
  mode: (Number.parseInt(entry.mode, 8) & 0xffff).toString(8),
});

const MUTATIONS = [
  ...Object.keys(COMMIT_MUTATIONS).map((name) => `commit: ${name}`),
  ...Object.keys(TREE_MUTATIONS).map((name) => `tree: ${name}`),
];

describe.skipIf(!gitPresent)(`git, isomorphic-git and our object readers${gitNote}`, () => {
  describe.each(batches)('$count generated objects, seed $seed', ({ seed, count }) => {
    let repository: BareRepository;
    const generated = new Map<Oid, GeneratedObject & Ours>();
    let said: ReadonlyMap<string, readonly string[]>;
    afterAll(() => {
      generated.clear();
      repository.remove();
    }, 60_000);

    beforeAll(async () => {
      repository = bareRepository();
      const generator = new ObjectGenerator(new Chance(seed));
      while (generated.size < count) {
        const made = generator.next();
        generated.set(made.oid, { ...made, ...ours(made.object) });
      }
      await giveToGit(
        repository.folder,
        [...generated.values()].map(({ object }) => object),
      );
      said = fsck(repository.folder);
      console.log(`objects of seed ${seed}: ${summary()}`);
    }, 120_000);

    const all = () => [...generated.values()];

    test('the quick reader of tree and parents finds what the strict one finds', () => {
      for (const { object } of all()) {
        if (object.type !== 'commit') continue;
        const { commit } = readCommit(object.bytes);
        const { tree, parents } = commit ?? {};
        if (commit) expect(readCommitLinks(object.bytes)).toMatchObject({ tree, parents });
      }
    });
    const accepted = () => all().filter(({ defects }) => defects.length === 0);
    const acceptedOf = (type: GitObject['type']) =>
      accepted().filter(({ object }) => object.type === type);
    const shown = ({ oid, object, intent, mutation, defects }: GeneratedObject & Ours) => ({
      ...{ oid, intent, mutation, defects, git: said.get(oid) },
      hex: Buffer.from(object.bytes).toString('hex'),
    });

    function summary(): string {
      const counts = new Map<string, number>();
      for (const { oid, object, intent, defects } of all()) {
        const verdicts = `git ${said.has(oid) ? 'no' : 'yes'}, we ${defects.length > 0 ? 'no' : 'yes'}`;
        const kind = `${intent} ${object.type} (${verdicts})`;
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
      }
      return [...counts.keys()]
        .sort()
        .map((kind) => `${counts.get(kind)} ${kind}`)
        .join(', ');
    }

    test('git computes the ids that we compute', () => {
      const expected = all().map(({ oid, object: { type, bytes } }) => {
        return `${oid} ${type} ${bytes.length}`;
      });
      expect(new Set(objectsByGit(repository.folder))).toEqual(new Set(expected));
    });

    test('SAFE-2: whatever git calls an error or a warning is refused', () => {
      expect(
        accepted()
          .filter(({ oid }) => said.has(oid))
          .map(shown),
      ).toEqual([]);
    });

    test('what is valid by construction is accepted by git and by us', () => {
      const refused = all().filter(
        ({ oid, intent, defects }) => intent === 'valid' && (said.has(oid) || defects.length > 0),
      );
      expect(refused.map(shown)).toEqual([]);
    });

    test('what git accepts and we refuse breaks a rule that is known to be stricter', () => {
      const unexplained = all().filter(({ oid, object: { type }, defects }) => {
        if (type === 'blob' || defects.length === 0 || said.has(oid)) return false;
        return !defects.some((defect) => STRICTER[type].some((rule) => rule.test(defect)));
      });
      expect(unexplained.map(shown)).toEqual([]);
    });

    // Fewer objects than an everyday batch may miss some.
    test.runIf(count === BATCH)('each mutation was tried, and refused at least once', () => {
      const refused = all().filter(({ defects }) => defects.length > 0);
      const near = refused.filter(({ intent }) => intent === 'near');
      const names = near.map(({ object, mutation }) => `${object.type}: ${mutation}`);
      expect(new Set(names)).toEqual(new Set(MUTATIONS));
    });

    test('the strict reader of trees takes what has no defects, and nothing else', () => {
      for (const { object, defects, entries } of all()) {
        if (object.type !== 'tree') continue;
        if (defects.length === 0) expect(readTree(object.bytes)).toEqual(entries);
        else expect(() => readTree(object.bytes)).toThrow(CoveyError);
      }
    });

    test('git reads in our commits what we read', () => {
      const commits = acceptedOf('commit');
      const read = commitsByGit(
        repository.folder,
        commits.map(({ oid }) => oid),
      );
      for (const { oid, commit } of commits) {
        const { tree, parents, author, message } = commit!; // accepted, hence there
        const { name, email, time } = author;
        const zone = Number(author.zone) + 0; // git knows no -0000
        expect(read.get(oid)).toEqual({ tree, parents, name, email, time, zone, message });
      }
    });

    test('git reads in every tree that it accepts what we read', () => {
      const trees = all().filter(({ oid, entries }) => entries && !said.has(oid));
      const read = treesByGit(
        repository.folder,
        trees.map(({ oid }) => oid),
      );
      for (const { oid, entries } of trees)
        expect(read.get(oid)).toEqual(entries?.map(inSixteenBits));
    });

    test(`isomorphic-git reads in ${SAMPLE} objects that we accept what we read`, async () => {
      const step = Math.max(1, Math.floor(accepted().length / SAMPLE));
      const sample = accepted().filter((_, index) => index % step === 0);
      const options = { fs, gitdir: repository.folder, cache: {} };
      for (const { oid, object, commit, entries } of sample) {
        if (commit) {
          const { commit: read } = await isomorphicGit.readCommit({ ...options, oid });
          expect(read).toMatchObject(asIsomorphicGit(commit));
        } else if (entries) {
          const { tree } = await isomorphicGit.readTree({ ...options, oid });
          const read = tree.map(({ mode, path, oid }) => `${mode} ${oid} ${path}`);
          // Its order is its own.
          const ours = entries.map(
            ({ mode, oid, name }) => `${mode.padStart(6, '0')} ${oid} ${name}`,
          );
          expect(read.sort()).toEqual(ours.sort());
        } else {
          const { blob } = await isomorphicGit.readBlob({ ...options, oid });
          expect(Buffer.from(blob).equals(object.bytes)).toBe(true);
        }
      }
    }, 60_000);
  });
});
