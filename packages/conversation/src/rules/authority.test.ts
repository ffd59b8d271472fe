import { describe, expect, test } from 'vitest';
import type { Facts } from '../facts.ts';
import { GroupState } from '../group-state.ts';
import { readContent } from '../kinds.ts';
import { adminPath, EMPTY_BLOB, memberPath, votePath } from '../layout.ts';
import { resolution } from './authority.ts';

// Promotions are not yet known, so that no history has two admins: the rule is asked by itself.
const majority = resolution.find(({ id }) => id === 'resolution/majority');
const uri = (n: number) => String(n).padStart(40, '0');
const target = 'f'.repeat(40);

/** Facts of a resolution in a group of so many admins, of which so many have voted. */
function facts(admins: number, votes: number, { onAdmin = false } = {}): Facts {
  const files = new Map([
    [onAdmin ? adminPath(target) : memberPath(target), EMPTY_BLOB],
    ...Array.from(
      { length: onAdmin ? admins - 1 : admins },
      (_, n) => [adminPath(uri(n)), EMPTY_BLOB] as const,
    ),
    ...Array.from(
      { length: votes },
      (_, n) =>
        [votePath('ban', onAdmin ? 'admins' : 'members', target, uri(n)), EMPTY_BLOB] as const,
    ),
  ]);
  const before = new GroupState(files);
  return {
    ...{ profile: 'strict', oid: EMPTY_BLOB, parents: [EMPTY_BLOB], formDefects: [], message: '' },
    content: readContent(`{"action":"ban","type":"member","uri":"${target}"}`, 1),
    ...{ apart: false, device: '', uri: uri(0), signature: 'good', charter: undefined, before },
    ...{ after: before, changed: [], papers: [], revoked: false, target, targetDevices: [] },
    related: new Map(),
  };
}

describe('BAN-1: strictly more than half of the admins decide', () => {
  test.each([
    { admins: 1, votes: 1 },
    { admins: 2, votes: 2 },
    { admins: 3, votes: 2 },
    { admins: 4, votes: 3 },
    { admins: 5, votes: 3 },
    { admins: 100, votes: 51 },
  ])('BAN-1: $votes of $admins resolve', ({ admins, votes }) => {
    expect(majority?.breaks(facts(admins, votes))).toBeUndefined();
  });

  test.each([
    { admins: 1, votes: 0 },
    { admins: 2, votes: 1 },
    { admins: 3, votes: 1 },
    { admins: 4, votes: 2 },
    { admins: 100, votes: 50 },
  ])('BAN-1, VAL-7: $votes of $admins do not', ({ admins, votes }) => {
    expect(majority?.breaks(facts(admins, votes))).toBe(`${votes} of ${admins} admins`);
  });

  test('BAN-1: an admin who is the target counts among those of whom a majority is needed', () => {
    expect(majority?.breaks(facts(2, 1, { onAdmin: true }))).toBe('1 of 2 admins');
    expect(majority?.breaks(facts(3, 2, { onAdmin: true }))).toBeUndefined();
  });

  test('BAN-1: a file of who is no admin counts for nothing', () => {
    const { before, ...rest } = facts(3, 1);
    const files = before.with([
      [votePath('ban', 'members', target, uri(50)), EMPTY_BLOB],
      [votePath('ban', 'members', target, uri(51)), EMPTY_BLOB],
    ]);
    expect(majority?.breaks({ ...rest, before: files })).toBe('1 of 3 admins');
  });

  test('BAN-1: a vote to lift a ban does not count for one', () => {
    const { before, ...rest } = facts(1, 0);
    const files = before.with([[votePath('unban', 'members', target, uri(0)), EMPTY_BLOB]]);
    expect(majority?.breaks({ ...rest, before: files })).toBe('0 of 1 admins');
  });

  test('exactly half is the one point in which jami is looser', () => {
    const leniency = majority?.jami;
    if (typeof leniency !== 'function') throw new Error('the rule leaves it to the facts');
    expect([leniency(facts(2, 1)), leniency(facts(4, 2)), leniency(facts(4, 1))]).toEqual([
      'deviate',
      'deviate',
      'refuse',
    ]);
  });
});
