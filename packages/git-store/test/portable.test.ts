import * as nodeFs from 'node:fs';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8 } from '@covey/codec';
import { objectStoreConformance, refStoreConformance } from '@covey/conformance';
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
import { inlinePackReader } from '../src/pack-worker/inline-pack-reader.ts';
import { type PortableFs, PortableGitStore } from '../src/portable/index.ts';
import { emptyFolder, git, gitPresent } from './git.ts';
import { blob, history, oid } from './objects.ts';

const optionsAt = (path: string, fs: PortableFs = nodeFs) => ({
  ...{ fs, path, digests: nodeDigests, packReader: inlinePackReader },
});
const newPath = () => join(emptyFolder(), 'store');
const create = () => PortableGitStore.create(optionsAt(newPath()));

objectStoreConformance('PortableGitStore', create);
refStoreConformance('PortableGitStore', create);

/** One step in the life of a store. */
type Step =
  | { readonly write: readonly GitObject[] }
  | { readonly refs: Refs }
  | { readonly receive: readonly GitObject[]; readonly admit: readonly number[] }
  | 'open again';

const { objects, commits } = history(8);
const anObject = fc.oneof(
  fc.constantFrom(...objects),
  fc.uint8Array({ maxLength: 300 }).map((bytes): GitObject => ({ type: 'blob', bytes })),
);
const someObjects = fc.uniqueArray(anObject, { maxLength: 6, selector: oid });
const aStep: fc.Arbitrary<Step> = fc.oneof(
  someObjects.map((write) => ({ write })),
  fc.subarray([...commits]).map((chosen) => ({
    refs: new Map(chosen.map((commit, at) => [`refs/heads/b${at}`, commit])),
  })),
  fc.record({ receive: someObjects, admit: fc.uniqueArray(fc.nat(5)) }),
  fc.constant('open again' as const),
);

test('the same steps leave the same objects and refs in both stores, and each reads what the other wrote', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { maxLength: 8 }), async (steps) => {
      const [plainPath, portablePath] = [newPath(), newPath()];
      const plain = await play(await GitStore.create(plainPath), steps, () =>
        GitStore.open(plainPath),
      );
      const portable = await play(
        await PortableGitStore.create(optionsAt(portablePath)),
        steps,
        () => PortableGitStore.open(optionsAt(portablePath)),
      );
      const expected = await contentOf(plain, steps);
      expect(await contentOf(portable, steps)).toEqual(expected);
      await Promise.all([plain.close(), portable.close()]);
      const swapped = await PortableGitStore.open(optionsAt(plainPath));
      expect(await contentOf(swapped, steps)).toEqual(expected);
      expect(await contentOf(await GitStore.open(portablePath), steps)).toEqual(expected);
    }),
    runs(40),
  );
});

test.skipIf(!gitPresent)('git itself finds nothing wrong with it', async () => {
  const path = newPath();
  const store = await PortableGitStore.create(optionsAt(path));
  await store.write(objects);
  await store.replace(new Map([['refs/heads/main', commits.at(-1)!]])); // there are eight
  expect(git(path, 'fsck', '--strict', '--full')).toBe('');
  expect(git(path, 'rev-list', '--count', 'main')).toBe(String(commits.length));
});

test('what a crash has torn counts as missing, and is written anew', async () => {
  const path = newPath();
  const store = await PortableGitStore.create(optionsAt(path));
  const [id = '' as Oid] = await store.write([blob('hello\n')]);
  const file = join(path, 'objects', id.slice(0, 2), id.slice(2));
  for (const torn of [
    new Uint8Array(),
    readFileSync(file).subarray(0, 9),
    utf8('something else'),
  ]) {
    rmSync(file, { force: true });
    writeFileSync(file, torn);
    await expect(store.read(id)).rejects.toMatchObject({ code: 'OBJECT_DAMAGED' });
    expect(await store.has(id)).toBe(false);
    await store.write([blob('hello\n')]);
    expect(await store.read(id)).toEqual(blob('hello\n'));
  }
});

test('an object under a name that is not its own is damaged', async () => {
  const path = newPath();
  const store = await PortableGitStore.create(optionsAt(path));
  const [mine = '' as Oid, other = '' as Oid] = await store.write([blob('mine'), blob('other')]);
  const fileOf = (id: Oid) => join(path, 'objects', id.slice(0, 2), id.slice(2));
  const bytes = readFileSync(fileOf(other));
  rmSync(fileOf(mine));
  writeFileSync(fileOf(mine), bytes);
  await expect(store.read(mine)).rejects.toMatchObject({ code: 'OBJECT_DAMAGED' });
});

test('a rename that fails leaves the refs as they were', async () => {
  const path = newPath();
  const promises = {
    ...nodeFs.promises,
    rename: (): Promise<void> => Promise.reject(new Error('no disk')),
  };
  const store = await PortableGitStore.create(optionsAt(path));
  await store.replace(new Map([['refs/heads/main', commits[0]!]]));
  const failing = await PortableGitStore.open(optionsAt(path, { promises }));
  await expect(failing.replace(new Map([['refs/heads/main', commits[1]!]]))).rejects.toThrow();
  expect(await failing.read()).toEqual(new Map([['refs/heads/main', commits[0]]]));
});

test('a folder without a repository is not opened, and a repository is not created anew', async () => {
  const path = newPath();
  await PortableGitStore.create(optionsAt(path));
  await expect(PortableGitStore.create(optionsAt(path))).rejects.toMatchObject({
    code: 'INTERNAL',
  });
  await expect(PortableGitStore.open(optionsAt(emptyFolder()))).rejects.toMatchObject({
    code: 'REPOSITORY_UNREADABLE',
  });
  writeFileSync(join(path, 'packed-refs'), 'nonsense\n');
  const store = await PortableGitStore.open(optionsAt(path));
  await expect(store.read()).rejects.toMatchObject({ code: 'REPOSITORY_UNREADABLE' });
});

test('SAFE-1: isomorphic-git is given nothing that came from outside: no file here calls what reads packs', () => {
  const source = join(import.meta.dirname, '..', 'src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
  const calls = files
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(source, name), 'utf8'))
    .filter((text) => text.includes("from 'isomorphic-git'"))
    .flatMap((text) => text.match(/\bgit\.[a-z]\w*(?=\()/g) ?? []);
  expect([...new Set(calls)].sort()).toEqual(['git.init', 'git.readObject', 'git.writeObject']);
});

async function play<Store extends GitStore | PortableGitStore>(
  first: Store,
  steps: readonly Step[],
  open: () => Promise<Store>,
): Promise<Store> {
  let store = first;
  for (const step of steps) {
    if (step === 'open again') {
      await store.close();
      store = await open();
    } else if ('write' in step) await store.write(step.write);
    else if ('refs' in step) await store.replace(step.refs);
    else await receive(store, step.receive, step.admit);
  }
  return store;
}

async function receive(
  store: GitStore | PortableGitStore,
  sent: readonly GitObject[],
  admit: readonly number[],
): Promise<void> {
  const quarantine = await store.quarantine();
  const options = { digests: nodeDigests, deflate: nodeDeflate };
  await quarantine.receive(writePack(sent, sent.length, options), {
    limits: DEFAULT_PACK_LIMITS,
    signal: new AbortController().signal,
  });
  await quarantine.admit(new Set(admit.flatMap((at) => sent.slice(at, at + 1)).map(oid)));
  await quarantine.drop();
}

/** All refs, and of all objects of the steps those that are there. */
async function contentOf(store: GitStore | PortableGitStore, steps: readonly Step[]) {
  const named = steps.flatMap((step) =>
    typeof step === 'string' || 'refs' in step ? [] : 'write' in step ? step.write : step.receive,
  );
  const ids = new Set(named.map(oid));
  const held = await Promise.all([...ids].map(async (id) => [id, await store.read(id)] as const));
  return { refs: await store.read(), objects: new Map(held) };
}
