import { describe, expect, test } from 'vitest';
import type { JsonValue } from '@covey/codec';
import { readScenario } from './read-scenario.ts';
import { type Answer, runScenario } from './run-scenario.ts';

/** Alice, with two devices, has invited bob, who has joined. */
const FOUNDED = [
  { at: 'a1', do: 'add', target: 'bob' },
  { sync: ['a1', 'a2', 'b1'] },
  { at: 'b1', do: 'join', id: 'join' },
  { sync: ['a1', 'a2', 'b1'] },
];
const BANNED = [
  { at: 'a1', do: 'vote', kind: 'ban', target: 'bob' },
  { at: 'a1', do: 'resolve', kind: 'ban', target: 'bob', id: 'ban' },
];

function played(steps: readonly JsonValue[], expected: JsonValue = {}, mode = 2): Promise<Answer> {
  return runScenario(
    readScenario(
      JSON.stringify({
        ...{ name: 'played', mode, creator: 'a1', steps, expect: expected },
        accounts: { alice: ['a1', 'a2'], bob: ['b1'], carol: ['c1'] },
      }),
    ),
  );
}

/** Of the last step. */
const lastOf = ({ steps }: Answer) => steps.at(-1);

describe('a step', () => {
  test('that is refused without being expected fails the scenario, with its rule', async () => {
    const answer = await played([...FOUNDED, { at: 'b1', do: 'profile', title: 'mine' }]);
    expect(answer.ok).toBe(false);
    expect(answer.failures).toEqual([
      'steps[4] (profile s5 at b1): expected accepted, was refused by profile/by-whom',
    ]);
  });

  test('that is accepted against expectation fails the scenario', async () => {
    const answer = await played([...FOUNDED, { at: 'b1', do: 'text', expect: 'refused' }]);
    expect(answer.failures).toEqual(['steps[4] (text s5 at b1): expected refused, was accepted']);
  });

  test('that is refused leaves nothing on its device', async () => {
    const before = await played(FOUNDED);
    const after = await played([
      ...FOUNDED,
      { at: 'b1', do: 'text', tree: { remove: ['members/bob.crt'] }, expect: 'refused' },
    ]);
    expect(after.failures).toEqual([]);
    expect(after.devices['b1']).toEqual(before.devices['b1']);
  });

  test('on old parents gives its device what it was written on', async () => {
    const answer = await played([
      ...FOUNDED,
      { at: 'a1', do: 'text', id: 'far' },
      { at: 'b1', do: 'text', id: 'on far', on: ['far'] },
    ]);
    expect(answer.devices['b1']?.shown).toEqual(['far', 'on far']);
    expect(answer.devices['a1']?.shown).toEqual(['far']);
  });

  test('on what was refused is refused for that', async () => {
    const answer = await played([
      ...FOUNDED,
      { at: 'b1', do: 'add', target: 'alice', id: 'bad', expect: 'refused' },
      { at: 'a1', do: 'text', on: ['bad'], expect: 'refused' },
      { at: 'a1', do: 'merge', of: ['bad', 'join'], expect: 'refused' },
    ]);
    expect(answer.failures).toEqual([]);
    expect(answer.steps.slice(-2).map(({ rule }) => rule)).toEqual([
      'add/not-in-the-group',
      'add/not-in-the-group',
    ]);
  });

  test('by a device that got nothing from its sync is refused, and so is all that names it', async () => {
    const answer = await played([
      { sync: ['a1', 'c1'] },
      { at: 'c1', do: 'join', id: 'no join', expect: 'refused' },
      { at: 'a1', do: 'text', on: ['no join'], expect: 'refused' },
      { at: 'a1', do: 'edit', of: 'no join', expect: 'refused' },
      { offer: { from: 'c1', to: 'a1', only: ['no join'] }, expect: 'refused' },
    ]);
    expect(answer.failures).toEqual([]);
    expect(answer.steps.map(({ rule }) => rule)).toEqual([
      'admission/not-in-the-group',
      'scenario/no-conversation',
      'scenario/no-conversation',
      'edit/original-among-ancestors',
      'scenario/no-conversation',
    ]);
    expect(answer.devices['c1']?.digest).toBe('');
  });

  test('with the lie of another in its tree is refused, whose names are translated', async () => {
    const vote = { add: { 'votes/ban/members/bob/alice': '' } };
    const answer = await played([
      ...FOUNDED,
      { at: 'a1', do: 'text', tree: vote, expect: 'refused' },
      // The same file is what an honest vote adds: to say it twice is no lie.
      { at: 'a1', do: 'vote', kind: 'ban', target: 'bob', tree: vote },
      { at: 'a1', do: 'vote', kind: 'ban', target: 'b1', tree: { remove: ['nothing'] } },
    ]);
    expect(answer.failures).toEqual([]);
  });

  test('that revokes the device of another is refused: nobody signs the list of an account but itself', async () => {
    const answer = await played([
      ...FOUNDED,
      { at: 'b1', do: 'revoke', target: 'a2', expect: 'refused' },
      { at: 'b1', do: 'revoke', target: 'a1', on: ['join'], expect: 'refused' },
    ]);
    expect(answer.failures).toEqual([]);
    expect(lastOf(answer)?.rule).toBe('message/no-other-change');
  });

  test('with several heads in front of it merges them, and its merges have no id', async () => {
    const { failures, devices } = await played(
      [
        ...FOUNDED,
        { at: 'a1', do: 'text', id: 'one' },
        { at: 'b1', do: 'text', id: 'two' },
        { sync: ['a1', 'b1'] },
        { at: 'a1', do: 'text', id: 'three' },
        { at: 'a1', do: 'edit', of: 'one' },
      ],
      { a1: { shown: ['two', 'one', 'three'], void: [] }, b1: { shown: ['one', 'two'] } },
    );
    expect(failures).toEqual([]);
    expect(devices['a1']?.shown).toHaveLength(3);
  });
});

describe('an offer', () => {
  test('VAL-11: of what the rules refuse is refused by that rule, all or nothing', async () => {
    const answer = await played([
      ...FOUNDED,
      { at: 'b1', do: 'text', id: 'good' },
      {
        at: 'b1',
        do: 'text',
        tree: { add: { 'admins/bob.crt': 'bob.crt' } },
        id: 'bad',
        expect: 'refused',
      },
      { offer: { from: 'b1', to: 'a1', only: ['good', 'bad'] }, expect: 'refused' },
    ]);
    expect(answer.failures).toEqual([]);
    expect(lastOf(answer)?.rule).toBe('message/no-other-change');
    expect(answer.devices['a1']?.shown).toEqual([]);
  });

  test('without `only` holds what its device has, and nothing that was refused', async () => {
    const answer = await played([
      ...FOUNDED,
      { at: 'b1', do: 'text', tree: { add: { 'admins/bob.crt': 'bob.crt' } }, expect: 'refused' },
      { at: 'b1', do: 'text', id: 'good' },
      { offer: { from: 'b1', to: 'a1' }, expect: 'accepted' },
    ]);
    expect(answer.failures).toEqual([]);
    expect(answer.devices['a1']?.shown).toEqual(['good']);
  });

  test('by who is banned is refused, unless it ends in resolutions', async () => {
    const offer = (...only: string[]) => ({ offer: { from: 'b1', to: 'a1', only } });
    const answer = await played([
      ...FOUNDED,
      ...BANNED,
      { at: 'b1', do: 'text', id: 'late' },
      { ...offer('late'), expect: 'refused' },
      { ...offer('join'), expect: 'refused' },
      offer('ban'),
      // The ban has the invitation among its ancestors: that is no tip of its own.
      offer('ban', 's1'),
      { ...offer('ban', 'late'), expect: 'refused' },
    ]);
    expect(answer.failures).toEqual([]);
    expect(lastOf(answer)?.rule).toBe('admission/banned');
  });

  test('by a revoked device is refused, even if that never wrote', async () => {
    const answer = await played([
      ...FOUNDED,
      { at: 'a1', do: 'revoke', target: 'a2' },
      { sync: ['a1', 'b1'] },
      { offer: { from: 'a2', to: 'b1' }, expect: 'refused' },
      { offer: { from: 'a2', to: 'a1' }, expect: 'refused' },
    ]);
    expect(answer.failures).toEqual([]);
    expect(lastOf(answer)?.rule).toBe('admission/revoked');
  });
});

describe('a sync', () => {
  test('gives nothing to who is banned, takes nothing from him, and is no failure', async () => {
    const answer = await played(
      [...FOUNDED, ...BANNED, { at: 'b1', do: 'text', id: 'late' }, { sync: ['a1', 'b1'] }],
      { a1: { shown: [], banned: ['bob'] }, b1: { shown: ['late'], banned: [] } },
    );
    expect(answer.failures).toEqual([]);
    expect(lastOf(answer)).toMatchObject({ outcome: 'refused', rule: 'admission/banned' });
  });

  test('of two who have banned each other lets both hear of it', async () => {
    const answer = await played(
      [
        ...FOUNDED,
        { at: 'a1', do: 'vote', kind: 'promote', target: 'bob' },
        { at: 'a1', do: 'resolve', kind: 'promote', target: 'bob' },
        { at: 'a1', do: 'add', target: 'carol' },
        { sync: ['a1', 'b1', 'c1'] },
        { at: 'c1', do: 'join' },
        { sync: ['a1', 'b1', 'c1'] },
        { at: 'a1', do: 'vote', kind: 'promote', target: 'carol' },
        { sync: ['a1', 'b1'] },
        { at: 'b1', do: 'vote', kind: 'promote', target: 'carol' },
        { at: 'b1', do: 'resolve', kind: 'promote', target: 'carol', id: 'base' },
        { sync: ['a1', 'b1', 'c1'] },
        { at: 'c1', do: 'vote', kind: 'ban', target: 'bob', id: 'cb', on: ['base'] },
        { at: 'c1', do: 'vote', kind: 'ban', target: 'alice', id: 'ca', on: ['base'] },
        { at: 'a1', do: 'vote', kind: 'ban', target: 'bob', id: 'ab', on: ['cb'] },
        { at: 'a1', do: 'resolve', kind: 'ban', target: 'bob', id: 'ban bob', on: ['ab'] },
        { at: 'b1', do: 'vote', kind: 'ban', target: 'alice', id: 'ba', on: ['ca'] },
        { at: 'b1', do: 'resolve', kind: 'ban', target: 'alice', id: 'ban alice', on: ['ba'] },
        { at: 'b1', do: 'text', id: 'meanwhile' },
        { sync: ['a1', 'b1'] },
      ],
      { a1: { banned: [], void: ['ban alice', 'ban bob'], shown: ['meanwhile'] } },
    );
    expect(answer.failures).toEqual([]);
    expect(answer.devices['b1']?.digest).toBe(answer.devices['a1']?.digest);
  });

  test('in mode 3 lets anybody in', async () => {
    const answer = await played([{ sync: ['a1', 'c1'] }, { at: 'c1', do: 'join' }], {}, 3);
    expect(answer.failures).toEqual([]);
  });

  test('that is expected otherwise fails', async () => {
    const answer = await played([{ sync: ['a1', 'c1'], expect: 'accepted' }]);
    expect(answer.failures).toEqual([
      'steps[0] (sync a1, c1): expected accepted, was refused by admission/not-in-the-group',
    ]);
  });
});

test('an expectation that does not hold says what was found', async () => {
  const answer = await played(
    [
      { at: 'a1', do: 'text', id: 'x' },
      { at: 'a1', do: 'text', id: 'y' },
    ],
    {
      a1: { admins: [], shown: ['y', 'x'], title: 'T' },
    },
  );
  expect(answer.failures).toEqual([
    'a1: admins: expected [], found ["alice"]',
    'a1: shown: expected ["y","x"], found ["x","y"]',
    'a1: title: expected "T", found ""',
  ]);
});
