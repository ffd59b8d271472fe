import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { concatBytes, utf8 } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { type GitObject, type Oid, oidOf, packHeader, writeTree } from '@covey/git-objects';
import { nodeDigests } from '@covey/node-crypto';
import { objectsOf, sliceFor } from '@covey/replication';
import { makeTestAccount, stage, sync, type TestDevice } from '@covey/testkit';
import { halfway } from './halfway.ts';
import { answerOf, inChunks, openReceiver, packOf, type Receiver } from './receiver.ts';

const oid = (object: GitObject): Oid => oidOf(object, nodeDigests);
const blob = (text: string): GitObject => ({ type: 'blob', bytes: utf8(text) });

/** A device of bob's that has nothing of the conversation yet. */
async function emptyReceiver(alice: TestDevice): Promise<Receiver & { readonly path: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'covey-device-'));
  const path = join(folder, 'store');
  const { writer } = await makeTestAccount('bob');
  const receiver = await openReceiver(path, alice.order[0] ?? '', writer);
  onTestFinished(async () => {
    await receiver.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { ...receiver, path };
}

/** Error code or broken rule; how many commits, where they were taken in. */
async function cameOf(receiver: Receiver, objects: readonly GitObject[]): Promise<string | number> {
  try {
    const fetched = await receiver.receive(inChunks(await packOf(objects)));
    return fetched.outcome === 'refused' ? fetched.rule : fetched.entries.length;
  } catch (reason) {
    if (!CoveyError.is(reason)) throw reason;
    return reason.code;
  }
}

test('VAL-8: the leave of the last one goes over the wire, onto the disk and on to others', async () => {
  const { alice } = await stage(['alice']);
  await alice.says('all alone');
  const receiver = await emptyReceiver(alice);
  await alice.write({ kind: 'leave' });
  expect(
    await cameOf(
      receiver,
      await objectsOf(sliceFor(alice.history, alice.heads, []), alice.store, Infinity),
    ),
  ).toBe(3);
  const { runtime } = receiver;
  expect(runtime.heads).toEqual(alice.heads);
  const again = await runtime.objectsFor(runtime.heads, [], 0);
  expect(await cameOf(await emptyReceiver(alice), again)).toBe(3);
});

describe('a promise without delivery', () => {
  let alice: TestDevice;
  /** All of 30 commits: members come and go, the group gets a picture, people talk. */
  let slice: readonly GitObject[];
  let entries: ReturnType<typeof sliceFor>;

  beforeAll(async () => {
    const group = await stage(['alice', 'bob', 'carol']);
    ({ alice } = group);
    for (let n = 0; alice.history.size < 28; n++) {
      if (n % 4 === 0) await alice.write({ kind: 'profile', profile: { title: `title ${n}` } });
      else await (n % 2 === 0 ? alice : group.bob).says(`message ${n}`);
      await sync(alice, group.bob);
    }
    await alice.write({ kind: 'add', uri: (await makeTestAccount('doris')).uri });
    await alice.says('the last word');
    entries = sliceFor(alice.history, alice.heads, []);
    slice = await objectsOf(entries, alice.store, Infinity);
  });

  test('SAFE-2, SYNC-4: a slice from which one object is left out is refused, and nothing of it is kept', async () => {
    expect(entries.length).toBeGreaterThanOrEqual(30);
    const receiver = await emptyReceiver(alice);
    const empty = receiver.digest();
    for (const left of withoutLastCommit(slice, alice)) {
      const came = await cameOf(receiver, without(slice, left));
      expect([left.type, came]).toEqual([left.type, 'OBJECT_MISSING']);
    }
    expect(receiver.digest()).toBe(empty);
    expect(await cameOf(receiver, slice)).toBe(entries.length);
  });

  test('SAFE-2, SYNC-4: the same where the first half is here already', async () => {
    const receiver = await emptyReceiver(alice);
    const half = entries.slice(0, entries.length >> 1);
    await cameOf(receiver, await objectsOf(half, alice.store, Infinity));
    const before = receiver.digest();
    const second = await objectsOf(entries.slice(half.length), alice.store, Infinity);
    for (const left of withoutLastCommit(second, alice)) {
      // A file that was there once before, such as an empty one, is here though it comes again.
      if (await receiver.store.has(oid(left))) continue;
      const came = await cameOf(receiver, without(second, left));
      expect([left.type, came]).toEqual([left.type, 'OBJECT_MISSING']);
    }
    expect(receiver.digest()).toBe(before);
    expect(await cameOf(receiver, second)).toBe(entries.length - half.length);
  });
});

/** Without its last commit a slice is a shorter one, and as good. */
function withoutLastCommit(objects: readonly GitObject[], { heads }: TestDevice) {
  return objects.filter((object) => !heads.includes(oid(object)));
}

function without(objects: readonly GitObject[], left: GitObject): readonly GitObject[] {
  return objects.filter((object) => object !== left);
}

test('SAFE-2: what no commit reaches is not kept: the store is as it would be without', async () => {
  const { alice } = await stage(['alice', 'bob']);
  await alice.says('hello');
  const objects = await objectsOf(sliceFor(alice.history, alice.heads, []), alice.store, Infinity);
  const stray = blob('nobody asked for this');
  const strayTree: GitObject = {
    ...{ type: 'tree', bytes: writeTree([{ mode: '100644', name: 'stray', oid: oid(stray) }]) },
  };
  const receiver = await emptyReceiver(alice);
  const plain = await emptyReceiver(alice);

  expect(await cameOf(receiver, [stray, ...objects, strayTree])).toBe(alice.history.size);
  expect(await cameOf(plain, objects)).toBe(alice.history.size);
  expect(objectCount(receiver.path)).toBe(objectCount(plain.path));
  for (const object of objects) expect(await receiver.store.has(oid(object))).toBe(true);

  const before = receiver.digest();
  expect(await cameOf(receiver, [stray, strayTree])).toBe(0);
  expect(receiver.digest()).toBe(before);
});

/** Of all packs, by their indexes (git: Documentation/gitformat-pack), where nothing lies loose. */
function objectCount(path: string): number {
  const folder = join(path, 'objects/pack');
  const indexes = readdirSync(folder).filter((name) => name.endsWith('.idx'));
  expect(readdirSync(join(path, 'objects')).toSorted()).toEqual(['info', 'pack']);
  return indexes.reduce(
    (sum, name) => sum + readFileSync(join(folder, name)).readUInt32BE(8 + 4 * 255),
    0,
  );
}

test.each([
  ['that is no pack', async () => utf8('<html>')],
  ['with an object that is too large', () => packOf([blob('x'.repeat(300 * 1024))])],
  ['that announces too many objects', async () => packHeader(20_001)],
  ['that is cut short', async () => (await packOf([blob('one'), blob('two')])).subarray(0, 40)],
  ['that nothing reaches', () => packOf([blob('one'), blob('two')])],
])(
  'SYNC-7: while somebody sends a pack %s, an honest one comes through on the same thread',
  async (_, hostile) => {
    const { alice } = await stage(['alice', 'bob']);
    const receiver = await emptyReceiver(alice);
    const honest = halfway(await answerOf(alice, { wants: alice.heads }));
    const honestSlice = receiver.takeIn(honest.chunks);
    await honest.reached;

    // In small parts, so that the two take turns.
    const cameHostile = receiver.receive(inChunks(await hostile(), 64)).then(
      (fetched) => (fetched.outcome === 'admitted' ? fetched.entries.length : fetched.rule),
      (reason) => CoveyError.from(reason).code,
    );
    honest.goOn();
    const came = await (await honestSlice).judge();
    expect(came.outcome === 'admitted' && came.entries.length).toBe(alice.history.size);
    expect([0, 'PACK_MALFORMED', 'PACK_LIMIT_EXCEEDED']).toContain(await cameHostile);
  },
);

test('SAFE-2: a slice that is dropped unjudged leaves nothing', async () => {
  const { alice } = await stage(['alice', 'bob']);
  const receiver = await emptyReceiver(alice);
  const empty = receiver.digest();
  const slice = await receiver.takeIn(inChunks(await answerOf(alice, { wants: alice.heads })));
  await slice.drop();
  expect(receiver.digest()).toBe(empty);
  expect(receiver.runtime.history.size).toBe(0);
});

test('SYNC-4: a conversation that begins with another commit than its name says is refused', async () => {
  const { alice } = await stage(['alice', 'bob']);
  const { carol } = await stage(['carol', 'bob']);
  const receiver = await emptyReceiver(alice);
  const other = await receiver.receive(inChunks(await answerOf(carol, { wants: carol.heads })));
  expect(other).toMatchObject({ outcome: 'refused', rule: 'initial/names-the-conversation' });
  expect(await receiver.runtime.store.refs()).toEqual(new Map());
});

test('SAFE-2: a pack whose checksum is that of another is refused', async () => {
  const { alice } = await stage(['alice', 'bob']);
  const receiver = await emptyReceiver(alice);
  const pack = await answerOf(alice, { wants: alice.heads });
  const other = await packOf([blob('other')]);
  const mixed = concatBytes(pack.subarray(0, -20), other.subarray(-20));
  await expect(receiver.receive(inChunks(mixed))).rejects.toMatchObject({ code: 'PACK_MALFORMED' });
});
