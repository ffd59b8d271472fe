import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Oid } from '@covey/git-objects';
import { groupScripts, play, runs, TEST_CRYPTO, TestDevice } from '@covey/testkit';
import { History, materialize, resolve } from './index.ts';

const withRemovals = groupScripts({ removals: true });
const picks = fc.array(fc.nat(), { minLength: 1, maxLength: 40 });

/** Draws from a list until it is empty, in an order that `numbers` chooses. */
function drawing(numbers: readonly number[]) {
  let drawn = 0;
  return <T>(from: T[]): T => {
    const [item] = from.splice((numbers[drawn++ % numbers.length] ?? 0) % from.length, 1);
    if (item === undefined) throw new Error('drawn from an empty list');
    return item;
  };
}

/** All commits of a device in an order in which they could as well have come: parents first, else at will. */
function anotherArrival(of: TestDevice, numbers: readonly number[]): readonly Oid[] {
  const draw = drawing(numbers);
  const here = new Set<Oid>();
  const open = [...of.history.entries()];
  while (open.length > 0) {
    const ready = open.filter(({ parents }) => parents.every(({ oid }) => here.has(oid)));
    const next = draw(ready);
    open.splice(open.indexOf(next), 1);
    here.add(next.oid);
  }
  return [...here];
}

/** What is void on a device, and why. */
function voidOn({ history }: TestDevice): ReadonlyMap<Oid, string> {
  const voids = history.voids();
  const reasons = [...history.entries()].map(
    (entry) => [entry.oid, voids.reasonOf(entry)?.step ?? ''] as const,
  );
  return new Map(reasons.filter(([, step]) => step !== '').sort());
}

test('SWARM-1, SYNC-8: the same commits in any order of arrival give one tree and one display order', async () => {
  await fc.assert(
    fc.asyncProperty(withRemovals, picks, async (script, numbers) => {
      const { witness } = await play(script);
      const late = new TestDevice(witness.account, witness.clock);
      for (const oid of anotherArrival(witness, numbers)) {
        expect(await late.history.judge(oid, witness.store)).toHaveProperty('entry');
      }
      expect((await late.history.resolved(witness.store)).tree).toBe(
        (await witness.resolved()).tree,
      );
      expect(voidOn(late)).toEqual(voidOn(witness));
      expect(late.order).toEqual(witness.order);
      expect(late.heads).toEqual(witness.heads);
    }),
    runs(40),
  );
});

test('SWARM-1: however the heads are merged pair by pair, the result is the one tree', async () => {
  await fc.assert(
    fc.asyncProperty(withRemovals, picks, async (script, numbers) => {
      const { witness } = await play(script);
      const { tree, state } = await witness.resolved();
      fc.pre(witness.heads.length > 1 && state.isWriter(witness.uri));
      const before = voidOn(witness);
      const draw = drawing(numbers);
      const open = [...witness.heads];
      while (open.length > 1) {
        const pair = [draw(open), draw(open)];
        const sides = pair.map((oid) => witness.history.entry(oid) ?? expect.fail('unknown'));
        const { state: joint } = await witness.history.resolved(witness.store, sides);
        // Whoever is out on two heads together may not merge these two, and takes others first; who
        // has to bring his certificate makes another tree.
        fc.pre(joint.isWriter(witness.uri) && joint.hasDevice(witness.deviceId));
        const message = `Merge commit '${pair[1]}'`;
        const merge = await witness.forge({ message, parents: pair });
        expect(await witness.adopts(merge)).toHaveProperty('entries');
        open.push(merge);
      }
      // A merge has no opinion: it never changes what is void.
      expect(voidOn(witness)).toEqual(before);
      expect(witness.history.heads.map((head) => head.tree)).toEqual([tree]);
      expect((await witness.resolved()).tree).toBe(tree);
    }),
    runs(40),
  );
});

test('resolve takes its acts in any order, and twice does not count', async () => {
  await fc.assert(
    fc.asyncProperty(withRemovals, picks, async (script, numbers) => {
      const { acts } = (await play(script)).witness.history;
      const draw = drawing(numbers);
      const open = [...acts, ...acts];
      const shuffled = [...open].map(() => draw(open));
      const sorted = (files: ReadonlyMap<string, Oid>) => [...files].sort();
      expect(sorted(resolve(shuffled))).toEqual(sorted(resolve(acts)));
    }),
    runs(40),
  );
});

test('VAL-10: the tree of every accepted commit is what its acts come to, computed anew', async () => {
  await fc.assert(
    fc.asyncProperty(withRemovals, async (script) => {
      const { witness, refusedByOthers } = await play(script);
      expect(refusedByOthers).toEqual([]);
      const { acts } = witness.history;
      for (const entry of witness.history.entries()) {
        const { oid, seen, tree } = entry;
        const among = acts.filter(({ index }) => seen.has(index));
        const voids = witness.history.voids([entry]);
        const files = resolve(among, voids.effectOn([entry]));
        expect([oid, materialize(files, TEST_CRYPTO.digests).tree]).toEqual([oid, tree]);
      }
    }),
    runs(60),
  );
});

test('SWARM-4: any device can judge the whole history again, from the first commit', async () => {
  await fc.assert(
    fc.asyncProperty(withRemovals, async (script) => {
      const { witness } = await play(script);
      const { order, store } = witness;
      const auditor = new History(TEST_CRYPTO, { profile: 'strict' });
      for (const oid of order) expect(await auditor.judge(oid, store)).toHaveProperty('entry');
      // A display order has no parent after its child, so that it can be judged in it at all.
      expect(auditor.size).toBe(witness.history.size);
    }),
    runs(20),
  );
});
