import { expect, test } from 'vitest';
import { History, judgeAll } from '@covey/conversation';
import { MemoryObjectStore } from '@covey/git-objects';
import { stage, TEST_CRYPTO } from '@covey/testkit';
import {
  havesOf,
  incomingCommits,
  newAmong,
  objectsOf,
  reachedObjects,
  sliceFor,
  tipsOf,
} from './index.ts';

/** Fetches like a device does, slice by slice. Resolves to how many it took. */
async function cloneInSlices(
  from: { history: History; store: MemoryObjectStore },
  to: { history: History; store: MemoryObjectStore },
  maxBytes: number,
): Promise<number> {
  const wants = from.history.heads.map(({ oid }) => oid);
  for (let slices = 0; ; slices++) {
    if (wants.every((oid) => to.history.entry(oid))) return slices;
    const haves = to.history.size === 0 ? [] : havesOf(to.history);
    const entries = sliceFor(from.history, wants, haves);
    const objects = await objectsOf(entries, from.store, maxBytes);
    const came = await to.store.write(objects);
    const incoming = await incomingCommits(came, to.store);
    const order = newAmong(incoming, (oid) => !!to.history.entry(oid));
    await reachedObjects(order, incoming.commits, new Set(came), to.store);
    const draft = to.history.draft();
    expect(await judgeAll(order, draft, to.store)).toBeUndefined();
    expect(to.history.adopt(draft).length).toBeGreaterThan(0);
  }
}

const emptySide = () => ({
  history: new History(TEST_CRYPTO, { profile: 'strict' }),
  store: new MemoryObjectStore(TEST_CRYPTO.digests),
});

test('SYNC-5: a history that is larger than one slice comes in several, and is whole at the end', async () => {
  const { alice } = await stage(['alice']);
  for (let n = 0; n < 60; n++) await alice.says(`message ${n}`);
  const bob = emptySide();
  expect(await cloneInSlices(alice, bob, 4096)).toBeGreaterThan(5);
  expect(bob.history.heads.map(({ oid }) => oid)).toEqual(alice.heads);
  expect((await bob.history.resolved(bob.store)).tree).toBe((await alice.resolved()).tree);
});

test('VAL-8: the leave of the last one, with nothing in its tree, comes like any other commit', async () => {
  const { alice, bob } = await stage(['alice', 'bob'], { charter: { mode: 3 } });
  const carol = emptySide();
  await bob.write({ kind: 'leave' });
  await alice.receive(bob);
  await alice.write({ kind: 'leave' });
  await cloneInSlices(alice, carol, 4096);
  expect(carol.history.heads.map(({ oid }) => oid)).toEqual(alice.heads);
  expect((await carol.history.resolved(carol.store)).state.files.size).toBe(0);
});

test('SYNC-5: each slice is closed under parents, also where a group was cut in two', async () => {
  const { alice, bob } = await stage(['alice', 'bob']);
  for (let n = 0; n < 10; n++) {
    await alice.says(`a${n}`);
    await bob.says(`b${n}`);
  }
  await alice.receive(bob);
  await alice.says('both');
  const carol = emptySide();
  await cloneInSlices(alice, carol, 1);
  expect(carol.history.size).toBe(alice.history.size);
});

test('what the other side has is not sent again', async () => {
  const { alice, bob } = await stage(['alice', 'bob']);
  const said = await alice.says('news');
  const entries = sliceFor(alice.history, [said.oid], havesOf(bob.history));
  expect(entries.map(({ oid }) => oid)).toEqual([said.oid]);
  const objects = await objectsOf(entries, alice.store, 1_000_000);
  expect(objects.map(({ type }) => type)).toEqual(['commit']);
});

test('unknown ids among wants and haves are read over', async () => {
  const { alice } = await stage(['alice']);
  expect(sliceFor(alice.history, ['f'.repeat(40)], ['e'.repeat(40)])).toEqual([]);
});

test('A15: a commit that comes without its parent, tree or file is refused', async () => {
  const { alice, bob } = await stage(['alice', 'bob']);
  const first = await alice.says('first');
  const second = await alice.says('second');
  const only = new MemoryObjectStore(TEST_CRYPTO.digests);
  const bytes = async (oid: typeof first.oid) =>
    (await alice.store.read(oid)) ?? expect.fail('gone');
  await only.write([await bytes(second.oid)]);
  const knows = (oid: string) => bob.history.entry(oid) !== undefined;
  const missing = expect.objectContaining({ code: 'OBJECT_MISSING' });
  const half = await incomingCommits([second.oid], only);
  expect(() => newAmong(half, knows)).toThrow(missing);
  await only.write([await bytes(first.oid)]);
  const incoming = await incomingCommits([second.oid, first.oid], only);
  expect(newAmong(incoming, knows)).toEqual([first.oid, second.oid]);
  expect(tipsOf(incoming)).toEqual([second.oid]);
  const { order, commits } = incoming;
  await expect(reachedObjects(order, commits, new Set(order), only)).rejects.toThrow(missing);
});
