import { expect, test, vi } from 'vitest';
import { nodeDigests } from '@covey/node-crypto';
import { diffTrees, type Oid, oidOf, parseOid, type TreeEntry, writeTree } from './index.ts';

const ONE = parseOid('1'.repeat(40));
const TWO = parseOid('2'.repeat(40));

/** A tree as an object: folders are objects, files are their blob's id. */
interface Folder {
  readonly [name: string]: Oid | Folder;
}

function forest() {
  const trees = new Map<Oid, readonly TreeEntry[]>();
  const plant = (folder: Folder): Oid => {
    const entries = Object.entries(folder).map(
      ([name, child]): TreeEntry =>
        typeof child === 'string'
          ? { mode: '100644', name, oid: child }
          : { mode: '40000', name, oid: plant(child) },
    );
    const oid = oidOf({ type: 'tree', bytes: writeTree(entries) }, nodeDigests);
    trees.set(oid, entries);
    return oid;
  };
  const read = vi.fn(async (oid: Oid) => trees.get(oid)!); // only planted trees are asked for
  return { trees, plant, read };
}

test('lists what came, went and changed, ordered by path', async () => {
  const { plant, read } = forest();
  const before = plant({ same: ONE, gone: ONE, members: { a: ONE, b: ONE } });
  const after = plant({ same: ONE, members: { a: TWO, b: ONE, c: { d: ONE } } });
  expect(await diffTrees(before, after, read)).toEqual([
    { path: 'gone', before: ONE },
    { path: 'members/a', before: ONE, after: TWO },
    { path: 'members/c/d', after: ONE },
  ]);
});

test('without a tree before, everything came', async () => {
  const { plant, read } = forest();
  expect(await diffTrees(undefined, plant({ a: { b: ONE } }), read)).toEqual([
    { path: 'a/b', after: ONE },
  ]);
});

test('a file that becomes a folder is a removal and an addition', async () => {
  const { plant, read } = forest();
  expect(await diffTrees(plant({ a: ONE }), plant({ a: { b: ONE } }), read)).toEqual([
    { path: 'a', before: ONE },
    { path: 'a/b', after: ONE },
  ]);
});

test('a change of mode alone is a change', async () => {
  const entry = (mode: string) => [{ mode, name: 'a', oid: ONE }];
  const changes = await diffTrees(ONE, TWO, async (oid) =>
    entry(oid === ONE ? '100644' : '100755'),
  );
  expect(changes).toEqual([{ path: 'a', before: ONE, after: ONE }]);
});

test('equal trees are not read', async () => {
  const { plant, read } = forest();
  const shared = { x: ONE, y: ONE };
  const before = plant({ a: shared, b: ONE });
  const after = plant({ a: shared, b: TWO });
  await diffTrees(before, after, read);
  expect(read).toHaveBeenCalledTimes(2);
  await diffTrees(after, after, read);
  expect(read).toHaveBeenCalledTimes(2);
});

test('trees that are too deep are refused', async () => {
  const { plant, read } = forest();
  const deep = plant({ a: { a: { a: { a: { a: { a: { a: ONE } } } } } } });
  await expect(diffTrees(undefined, deep, read)).rejects.toMatchObject({
    code: 'GIT_OBJECT_MALFORMED',
    data: { defect: 'deeper than 6 levels' },
  });
});

test('shared subtrees that make millions of paths are refused before they are listed', async () => {
  const trees = new Map<Oid, readonly TreeEntry[]>();
  let oid = ONE;
  for (let level = 0; level < 6; level++) {
    const mode = level === 0 ? '100644' : '40000';
    const entries = Array.from({ length: 30 }, (_, at) => ({ mode, name: `f${at}`, oid }) as const);
    oid = oidOf({ type: 'tree', bytes: writeTree(entries) }, nodeDigests);
    trees.set(oid, entries);
  }
  await expect(diffTrees(undefined, oid, async (id) => trees.get(id)!)).rejects.toMatchObject({
    data: { defect: 'too many entries differ' },
  });
});
