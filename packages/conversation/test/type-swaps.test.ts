import { expect, test } from 'vitest';
import { CoveyError } from '@covey/errors';
import {
  type GitObject,
  type Oid,
  readCommit,
  readTree,
  type TreeEntry,
  writeTree,
} from '@covey/git-objects';
import { stage, type TestDevice } from '@covey/testkit';

/** A way from the root tree down to one entry, by names. */
type Path = readonly string[];

async function treeAt(device: TestDevice, oid: Oid): Promise<readonly TreeEntry[]> {
  const object = await device.store.read(oid);
  return readTree(object?.bytes ?? new Uint8Array());
}

async function edgesBelow(device: TestDevice, tree: Oid): Promise<readonly [Path, TreeEntry][]> {
  const edges: [Path, TreeEntry][] = [];
  for (const entry of await treeAt(device, tree)) {
    edges.push([[entry.name], entry]);
    if (entry.mode === '100644') continue;
    for (const [path, below] of await edgesBelow(device, entry.oid)) {
      edges.push([[entry.name, ...path], below]);
    }
  }
  return edges;
}

/** The tree once more, with one edge leading to another object. */
async function swapped(device: TestDevice, tree: Oid, path: Path, oid: Oid): Promise<Oid> {
  const [name, ...rest] = path;
  const entries: TreeEntry[] = [];
  for (const entry of await treeAt(device, tree)) {
    const isOnPath = entry.name === name;
    const target = rest.length === 0 ? oid : await swapped(device, entry.oid, rest, oid);
    entries.push(isOnPath ? { ...entry, oid: target } : entry);
  }
  return put(device, { type: 'tree', bytes: writeTree(entries) });
}

async function put(device: TestDevice, object: GitObject): Promise<Oid> {
  const [oid] = await device.store.write([object]);
  if (!oid) throw new Error('a store answers with one id per object');
  return oid;
}

/** The rule that a forged commit breaks, or the code of the error that reading it ends in. */
async function refusalOf(device: TestDevice, oid: Oid): Promise<string | undefined> {
  try {
    const judged = await device.judges(oid);
    return 'broken' in judged ? judged.broken.rule : undefined;
  } catch (reason) {
    if (!CoveyError.is(reason)) throw reason;
    return reason.code;
  }
}

const MESSAGE = { body: 'hi', type: 'text/plain' };

async function group() {
  const { alice } = await stage(['alice', 'bob']);
  const { oid: head } = await alice.says('hello');
  const tree = readCommit((await alice.store.read(head))?.bytes ?? new Uint8Array()).commit?.tree;
  if (!tree) throw new Error('an own commit can be read');
  const blob = await put(alice, { type: 'blob', bytes: new Uint8Array() });
  return { alice, head, tree, blob };
}

test('SAFE-2: what a tree names as a file or a folder, and is another kind of object, is refused', async () => {
  const { alice, head, tree, blob } = await group();
  const edges = await edgesBelow(alice, tree);
  expect(edges.length).toBeGreaterThan(5);
  for (const [path, { mode }] of edges) {
    for (const wrong of mode === '100644' ? [tree, head] : [blob, head]) {
      const forged = await alice.forge({
        message: MESSAGE,
        tree: await swapped(alice, tree, path, wrong),
      });
      expect([path, await refusalOf(alice, forged)]).toEqual([
        path,
        expect.stringMatching(/^(every-commit|message)\//),
      ]);
    }
  }
});

test('SAFE-2: a tree that is a blob or a commit is refused, and so is a parent that is no commit', async () => {
  const { alice, head, tree, blob } = await group();
  for (const wrong of [blob, head]) {
    expect(await refusalOf(alice, await alice.forge({ message: MESSAGE, tree: wrong }))).toBe(
      'every-commit/tree',
    );
  }
  for (const wrong of [blob, tree]) {
    for (const parents of [[wrong], [head, wrong], [wrong, head]]) {
      const forged = await alice.forge({ message: MESSAGE, tree, parents });
      expect(await refusalOf(alice, forged)).toBe('GIT_OBJECT_MALFORMED');
    }
  }
});

test('SAFE-2: a file that a commit may bring is refused when it is no blob', async () => {
  const { alice, head, tree } = await group();
  const { carol } = await stage(['carol']);
  for (const oid of [head, tree]) {
    const forgeries = {
      papers: { message: MESSAGE, files: { [`devices/${alice.deviceId}.crt`]: { oid } } },
      chain: { message: MESSAGE, files: { [`admins/${alice.uri}.crt`]: { oid } } },
      crl: { message: MESSAGE, files: { [`CRLs/${alice.uri}`]: { oid } } },
      profile: {
        message: { type: 'application/update-profile' },
        files: { 'profile.vcf': { oid } },
      },
      add: {
        message: { action: 'add', type: 'member', uri: carol.uri },
        files: { [`invited/${carol.uri}`]: { oid } },
      },
    };
    for (const [name, forgery] of Object.entries(forgeries)) {
      const rule = name === 'add' ? 'add/invitation-is-empty' : 'every-commit/tree';
      const refusal = await refusalOf(alice, await alice.forge(forgery));
      expect([name, refusal]).toEqual([name, rule]);
    }
  }
});
