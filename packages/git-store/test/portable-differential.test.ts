import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DEFAULT_PACK_LIMITS,
  type GitObject,
  type Oid,
  type Refs,
  writePack,
} from '@covey/git-objects';
import { nodeDeflate, nodeDigests } from '@covey/node-crypto';
import { runs } from '@covey/testkit';
import { GitStore } from '../src/index.ts';
import { PortableGitStore } from '../src/portable/index.ts';
import { emptyFolder, git, gitNote, gitPresent } from './git.ts';
import { blob, history, oid } from './objects.ts';
import { portableAt } from './portable-stores.ts';

type Store = GitStore | PortableGitStore;

/** One step in the life of a store. */
type Step =
  | { readonly write: readonly GitObject[] }
  | { readonly refs: Refs }
  | { readonly receive: readonly GitObject[]; readonly admit: readonly number[] }
  | 'open again'
  | 'pack';

const { objects, commits } = history(8);
const SPECIAL: readonly GitObject[] = [blob(''), { type: 'tree', bytes: new Uint8Array() }];
const anObject = fc.oneof(
  fc.constantFrom(...objects, ...SPECIAL),
  fc.uint8Array({ maxLength: 300 }).map((bytes): GitObject => ({ type: 'blob', bytes })),
);
/** More than four become a pack in a `GitStore`. */
const someObjects = fc.uniqueArray(anObject, { maxLength: 8, selector: oid });
const aStep: fc.Arbitrary<Step> = fc.oneof(
  someObjects.map((write) => ({ write })),
  fc.subarray([...commits]).map((chosen) => ({
    refs: new Map(chosen.map((commit, at) => [`refs/heads/b${at}`, commit])),
  })),
  fc.record({ receive: someObjects, admit: fc.uniqueArray(fc.nat(7)) }),
  fc.constantFrom<Step>('open again', 'pack'),
);
const steps = (maxLength: number) => fc.array(aStep, { minLength: 1, maxLength });

const plain = (path: string) => GitStore.open(path);
const portable = (path: string) => PortableGitStore.open(portableAt(path));

/** One folder after another: the plain store's, the portable one's, and two that pass from the one to the other. */
const LIVES = [
  { open: [plain] },
  { open: [portable] },
  { open: [plain, portable] },
  { open: [portable, plain] },
] as const;

async function liveThrough(taken: readonly Step[]): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const { open } of LIVES) {
    const path = join(emptyFolder(), 'store');
    if (open[0] === plain) await GitStore.create(path);
    else await PortableGitStore.create(portableAt(path));
    await play(path, taken, open);
    paths.push(path);
  }
  return paths;
}

test('the same steps leave the same objects and refs, whichever store takes them, and whichever reads', async () => {
  await fc.assert(
    fc.asyncProperty(steps(8), async (taken) => {
      const expected = modelOf(taken);
      for (const path of await liveThrough(taken)) {
        for (const open of [plain, portable]) {
          expect(await contentOf(await open(path), taken)).toEqual(expected);
        }
      }
    }),
    runs(20),
  );
});

describe.skipIf(!gitPresent)(`git and portable stores${gitNote}`, () => {
  test('git finds the same objects and refs in all of these folders, and nothing wrong', async () => {
    await fc.assert(
      fc.asyncProperty(steps(5), async (taken) => {
        // In the end nothing is missing that something leads to.
        const whole: readonly Step[] = [...taken, { write: objects }];
        const seen: string[] = [];
        for (const path of await liveThrough(whole)) {
          expect(git(path, 'fsck', '--strict', '--full', '--no-dangling')).toBe('');
          const list = git(path, 'cat-file', '--batch-all-objects', '--batch-check');
          seen.push(`${list}\n${git(path, 'for-each-ref')}`);
        }
        expect(new Set(seen).size).toBe(1);
      }),
      runs(5),
    );
  });

  test('both stores read what git has packed, with deltas and packed refs', async () => {
    const path = join(emptyFolder(), 'store');
    const store = await PortableGitStore.create(portableAt(path));
    await store.write(objects);
    const refs: Refs = new Map(commits.map((commit, at) => [`refs/heads/b${at}`, commit]));
    await store.replace(refs);
    git(path, 'repack', '-a', '-d', '-q');
    git(path, 'prune-packed', '-q');
    expect(git(path, 'count-objects')).toBe('0 objects, 0 kilobytes');
    for (const open of [plain, portable]) {
      const opened = await open(path);
      expect(await opened.read()).toEqual(refs);
      for (const object of objects) expect(await opened.read(oid(object))).toEqual(object);
    }
  });
});

/** A life on the folder: each time that it is opened again, by the next kind of store. */
async function play(
  path: string,
  taken: readonly Step[],
  kinds: readonly ((path: string) => Promise<Store>)[],
): Promise<void> {
  let opened = 0;
  const open = () => kinds[opened++ % kinds.length]!(path); // at least one kind
  let store = await open();
  for (const step of taken) {
    if (step === 'open again') {
      await store.close();
      store = await open();
    } else if (step === 'pack') {
      if (store instanceof GitStore) await store.pack();
    } else if ('write' in step) await store.write(step.write);
    else if ('refs' in step) await store.replace(step.refs);
    else await receive(store, step);
  }
  await store.close();
}

type Reception = Extract<Step, { readonly receive: unknown }>;

const admittedOf = ({ receive: sent, admit }: Reception): readonly GitObject[] =>
  admit.flatMap((at) => sent.slice(at, at + 1));

async function receive(store: Store, step: Reception): Promise<void> {
  const quarantine = await store.quarantine();
  const options = { digests: nodeDigests, deflate: nodeDeflate };
  await quarantine.receive(writePack(step.receive, step.receive.length, options), {
    limits: DEFAULT_PACK_LIMITS,
    signal: new AbortController().signal,
  });
  await quarantine.admit(new Set(admittedOf(step).map(oid)));
  await quarantine.drop();
}

interface Content {
  readonly refs: Refs;
  /** Of all that the steps name. */
  readonly objects: ReadonlyMap<Oid, GitObject | undefined>;
}

/** What must be there, by the steps alone. */
function modelOf(taken: readonly Step[]): Content {
  let refs: Refs = new Map();
  const held = new Map<Oid, GitObject | undefined>(namedIn(taken).map((id) => [id, undefined]));
  for (const step of taken) {
    if (typeof step === 'string') continue;
    if ('refs' in step) refs = step.refs;
    else {
      const kept = 'write' in step ? step.write : admittedOf(step);
      for (const object of kept) held.set(oid(object), object);
    }
  }
  return { refs, objects: held };
}

async function contentOf(store: Store, taken: readonly Step[]): Promise<Content> {
  const held = new Map<Oid, GitObject | undefined>();
  for (const id of namedIn(taken)) {
    held.set(id, await store.read(id));
    expect(await store.has(id)).toBe(held.get(id) !== undefined);
  }
  return { refs: await store.read(), objects: held };
}

function namedIn(taken: readonly Step[]): readonly Oid[] {
  const named = taken.flatMap((step) =>
    typeof step === 'string' || 'refs' in step ? [] : 'write' in step ? step.write : step.receive,
  );
  return [...SPECIAL, ...named].map(oid);
}
