import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../runs.ts';
import { scenarioCommand } from './command.ts';

const DEVICES = ['a1', 'a2', 'b1', 'c1'];
const ACCOUNTS = ['alice', 'bob', 'carol'];

/** Everybody has the conversation, and bob is an admin. */
const BEGINNING = [
  { at: 'a1', do: 'add', target: 'bob' },
  { sync: ['a1', 'a2', 'b1'] },
  { at: 'b1', do: 'join' },
  { sync: ['a1', 'b1'] },
  { at: 'a1', do: 'vote', kind: 'promote', target: 'bob' },
  { at: 'a1', do: 'resolve', kind: 'promote', target: 'bob' },
  { at: 'b1', do: 'add', target: 'carol' },
  { sync: DEVICES },
];

const at = fc.constantFrom(...DEVICES);
const ids = fc.constantFrom('root', 's1', 's3', 's5', 's6', 's7');
const target = fc.constantFrom(...ACCOUNTS, ...DEVICES);
const kind = fc.constantFrom('ban', 'unban', 'promote', 'demote');
const path = fc.constantFrom(
  ...['admins/bob.crt', 'members/carol.crt', 'devices/a2.crt', 'votes/ban/members/carol/bob'],
  ...['CRLs/bob', 'profile.vcf', 'admins', 'admins/bob.crt/x', '.git', 'banned/devices/b1.crt'],
);
const anyhow = {
  at,
  on: fc.option(fc.uniqueArray(ids, { minLength: 1, maxLength: 2 }), { nil: undefined, freq: 2 }),
  tree: fc.option(
    fc.record({
      add: fc.dictionary(path, fc.constantFrom('', 'x', 'bob.crt', 'a2.crt'), { maxKeys: 2 }),
      remove: fc.uniqueArray(path, { maxLength: 2 }),
    }),
    { nil: undefined, freq: 3 },
  ),
};
const steps = fc.array(
  fc.oneof(
    fc.record({ ...anyhow, do: fc.constantFrom('text', 'join', 'leave') }),
    fc.record({ ...anyhow, do: fc.constantFrom('vote', 'resolve'), kind, target }),
    fc.record({ ...anyhow, do: fc.constant('add'), target: fc.constantFrom(...ACCOUNTS) }),
    fc.record({ ...anyhow, do: fc.constant('revoke'), target: at }),
    fc.record({ ...anyhow, do: fc.constant('edit'), of: ids }),
    fc.record({ ...anyhow, do: fc.constant('profile'), title: fc.string() }),
    fc.record({
      ...{ at, tree: anyhow.tree, do: fc.constant('merge') },
      of: fc.uniqueArray(ids, { minLength: 2, maxLength: 2 }),
    }),
    fc.record({ sync: fc.uniqueArray(at, { minLength: 2 }) }),
    fc
      .record({
        from: at,
        to: at,
        only: fc.option(fc.uniqueArray(ids, { minLength: 1 }), { nil: undefined }),
      })
      .filter(({ from, to }) => from !== to)
      .map((offer) => ({ offer })),
  ),
  { maxLength: 14 },
);

test('whatever can be read is answered, whatever its devices are up to', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom(1, 2, 3), async (more, mode) => {
      const head = { name: 'any', mode, creator: 'a1' };
      const accounts = { alice: ['a1', 'a2'], bob: ['b1'], carol: ['c1'] };
      const text = JSON.stringify({ ...head, accounts, steps: [...BEGINNING, ...more] });
      const lines: string[] = [];
      const io = { out: (line: string) => lines.push(line), err: () => undefined };
      await scenarioCommand(['any'], { ...io, read: () => new TextEncoder().encode(text) });
      const answer = JSON.parse(lines[0] ?? '') as {
        readonly error?: object;
        readonly steps: readonly { readonly rule?: string }[];
        readonly failures: readonly string[];
      }; // What the command writes.
      expect(answer.error).toBeUndefined();
      expect(answer.steps).toHaveLength(BEGINNING.length + more.length);
      const rules = answer.steps.map(({ rule }) => rule);
      expect(rules).not.toContain('every-commit/form');
      expect(rules).not.toContain('every-commit/signature');
      // What one device has taken in no other one refuses by a rule.
      const faults = answer.failures.filter((failure) => failure.includes(' refuses what '));
      expect(faults).toEqual([]);
    }),
    runs(60),
  );
});
