import { expect, test } from 'vitest';
import type { Oid } from '@covey/git-objects';
import { BackOff, type Effect, Replicator } from './index.ts';

// Any 40 hex digits are an id.
const oid = (digit: string) => digit.repeat(40) as Oid;
const [A, B, C, D] = [oid('a'), oid('b'), oid('c'), oid('d')];

function replicator(heads: readonly Oid[] = [A]) {
  const known = new Set<Oid>(heads);
  return { known, machine: new Replicator(heads, (each) => known.has(each)) };
}

test('a new peer is told our heads once', () => {
  const { machine } = replicator();
  expect(machine.linked('p')).toEqual([{ do: 'announce', peer: 'p', heads: [A] }]);
  expect(machine.linked('p')).toEqual([]);
});

test('a peer that announces what we have is told nothing', () => {
  const { machine } = replicator();
  machine.linked('p');
  expect(machine.announced('p', [A])).toEqual([]);
});

test('SYNC-2: what is missing is asked for, from one peer at a time', () => {
  const { machine, known } = replicator();
  machine.linked('p');
  machine.linked('q');
  expect(machine.announced('p', [B])).toContainEqual({ do: 'fetch', peer: 'p', wants: [B] });
  expect(machine.announced('q', [B, C]).filter((effect) => effect.do === 'fetch')).toEqual([]);
  known.add(B);
  machine.moved([A, B]);
  expect(machine.fetched('p', 'done')).toEqual([{ do: 'fetch', peer: 'q', wants: [C] }]);
});

test('SYNC-6: new heads are spread to everyone who does not have them', () => {
  const { machine, known } = replicator();
  machine.linked('p');
  machine.linked('q');
  machine.announced('p', [B]);
  known.add(B);
  machine.fetched('p', 'done');
  expect(machine.moved([B])).toContainEqual({ do: 'announce', peer: 'q', heads: [B] });
});

test('SYNC-4: a commit that broke a rule is asked for from nobody, its company once more by itself', () => {
  const { machine, known } = replicator();
  const wantsOf = (effects: readonly Effect[]) =>
    effects.flatMap((effect) => (effect.do === 'fetch' ? effect.wants : []));
  machine.linked('p');
  machine.linked('q');
  machine.announced('p', [B, C, D]);
  expect(wantsOf(machine.fetched('p', { refused: [B, C, D], invalid: B }))).toEqual([C]);
  expect(wantsOf(machine.fetched('p', { refused: [C], invalid: B }))).toEqual([D]);
  known.add(D);
  machine.fetched('p', 'done');
  expect(wantsOf(machine.announced('p', [B, C]))).toEqual([]);
  expect(wantsOf(machine.announced('q', [B]))).toEqual([]);
  expect(wantsOf(machine.announced('q', [B, C]))).toEqual([C]);
});

test('SAFE-5: of much that came with a refused commit only some is asked for by itself', () => {
  const { machine } = replicator();
  machine.linked('p');
  const many = [...'0123456789'].map(oid);
  let fetches = 0;
  let effects = machine.announced('p', many);
  for (let next = effects[0]; next; next = effects[0]) {
    if (next.do === 'fetch') fetches += 1;
    effects = next.do === 'fetch' ? machine.fetched('p', { refused: next.wants, invalid: B }) : [];
  }
  expect(fetches).toBe(9);
});

test('after a failed fetch the peer is asked again when it announces again, others at once', () => {
  const { machine } = replicator();
  machine.linked('p');
  machine.linked('q');
  machine.announced('p', [B]);
  machine.announced('q', [B]);
  expect(machine.fetched('p', 'failed')).toEqual([{ do: 'fetch', peer: 'q', wants: [B] }]);
  machine.fetched('q', 'failed');
  expect(machine.announced('p', [B])).toContainEqual({ do: 'fetch', peer: 'p', wants: [B] });
});

test('what a peer announces while a fetch from it fails is asked for at once', () => {
  const { machine } = replicator();
  machine.linked('p');
  machine.announced('p', [B]);
  machine.announced('p', [C]);
  expect(machine.fetched('p', 'failed')).toEqual([{ do: 'fetch', peer: 'p', wants: [C] }]);
  expect(machine.fetched('p', 'failed')).toEqual([]);
});

test('a fetch from a peer that has gone goes on with the next one', () => {
  const { machine } = replicator();
  machine.linked('p');
  machine.linked('q');
  machine.announced('p', [B]);
  machine.announced('q', [B]);
  expect(machine.unlinked('p')).toEqual([{ do: 'fetch', peer: 'q', wants: [B] }]);
});

test('two devices that are told of each other’s heads while both move come to rest', () => {
  const sides = { p: replicator([A]).machine, q: replicator([A]).machine };
  const told: Effect[] = [...sides.p.linked('q'), ...sides.q.linked('p')];
  // Both have the same, then p writes B and q C, and nobody fetches.
  told.push(...sides.p.moved([B]), ...sides.q.moved([C]));
  let said = 0;
  for (let effect = told.shift(); effect && said < 100; effect = told.shift()) {
    if (effect.do !== 'announce') continue;
    said++;
    const [from, to] = effect.peer === 'q' ? (['p', 'q'] as const) : (['q', 'p'] as const);
    told.push(...sides[to].announced(from, effect.heads));
  }
  expect(said).toBe(4);
});

test('an announcement that did not arrive is told again', () => {
  const { machine } = replicator();
  machine.linked('p');
  expect(machine.untold('p')).toEqual([{ do: 'announce', peer: 'p', heads: [A] }]);
});

test('an announcement of a peer that is not linked changes nothing', () => {
  expect(replicator().machine.announced('p', [B])).toEqual([]);
});

test('an empty clone announces nothing', () => {
  expect(replicator([]).machine.linked('p')).toEqual([]);
});

test('the back-off doubles up to the longest wait, and begins anew after a success', () => {
  const backOff = new BackOff({ firstMs: 100, longestMs: 500 });
  expect([0, 0, 0, 0, 0].map((chance) => backOff.failed(chance))).toEqual([
    100, 200, 400, 500, 500,
  ]);
  expect(backOff.failed(1)).toBe(625);
  backOff.succeeded();
  expect(backOff.failed(0)).toBe(100);
});
