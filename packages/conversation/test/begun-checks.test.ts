import { expect, test } from 'vitest';
import { stage } from '@covey/testkit';
import { History } from '../src/history.ts';
import { beginChecks, isBreak, prepare } from '../src/prepare.ts';

test('a signature check is begun where the papers are known, and its answer is taken', async () => {
  const { alice } = await stage(['alice']);
  const { oid } = await alice.write({
    kind: 'message',
    fields: { body: 'hello', type: 'text/plain' },
  });
  const { papers } = alice.history;
  const checks = await beginChecks([oid], alice.store, papers);
  const begun = checks.get(oid);
  expect(await begun?.signature).toBe('good');
  const lie = new Map([[oid, { ...begun!, signature: Promise.resolve('bad' as const) }]]); // it is there
  const prepared = await prepare(oid, alice.store, papers, { checks: lie });
  expect(isBreak(prepared) || prepared.signature).toBe('bad');
});

test('an answer that was begun for another author is not taken', async () => {
  const { alice } = await stage(['alice']);
  const { oid } = await alice.write({
    kind: 'message',
    fields: { body: 'hello', type: 'text/plain' },
  });
  const { papers } = alice.history;
  const begun = (await beginChecks([oid], alice.store, papers)).get(oid)!; // it is there
  const author = { ...begun.author };
  const checks = new Map([[oid, { ...begun, author, signature: Promise.resolve('bad' as const) }]]);
  const prepared = await prepare(oid, alice.store, papers, { checks });
  expect(isBreak(prepared) || prepared.signature).toBe('good');
});

test('VAL-3: a leave is judged by the papers that it takes away, whatever was begun', async () => {
  const { alice, bob } = await stage(['alice', 'bob']);
  const { oid } = await bob.write({ kind: 'leave' });
  await alice.receive(bob);
  const checks = await beginChecks([oid], alice.store, alice.history.papers);
  const prepared = await prepare(oid, alice.store, alice.history.papers, { checks });
  expect(isBreak(prepared) || prepared.signature).toBe('good');
});

test('where nothing is known nothing is begun', async () => {
  const { alice } = await stage(['alice']);
  const root = alice.history.root!.oid; // it was founded
  const fresh = new History(alice.history.papers.crypto, { profile: 'strict' });
  expect((await beginChecks([root], alice.store, fresh.papers)).size).toBe(0);
});
