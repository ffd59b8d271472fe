import { expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '@covey/codec';
import { readScenario } from './read-scenario.ts';

const GOOD = {
  name: 'good',
  mode: 2,
  accounts: { alice: ['a1', 'a2'], bob: ['b1'] },
  creator: 'a1',
  steps: [{ at: 'a1', do: 'text', id: 'hello' }, { sync: ['a1', 'b1'] }],
  expect: { a1: { shown: ['hello'] } },
} as const satisfies JsonObject;

/** The file with other parts in place of its own; `undefined` takes one away. */
function file(parts: Readonly<Record<string, JsonValue | undefined>>): string {
  return JSON.stringify({ ...GOOD, ...parts });
}

/** The file with one more step. */
const step = (more: JsonValue) => file({ steps: [...GOOD.steps, more] });

test('what is read is what the file says, ids by step included', () => {
  const scenario = readScenario(step({ at: 'b1', do: 'text', on: ['hello'], expect: 'refused' }));
  expect(scenario.steps.at(-1)).toEqual({
    ...{ type: 'do', at: 'b1', id: 's3', deed: { do: 'text' }, on: ['hello'], expect: 'refused' },
  });
  expect(scenario.accounts.get('alice')).toEqual(['a1', 'a2']);
  expect(scenario.expect.get('a1')).toEqual({ shown: ['hello'] });
});

test.each<[what: string, path: string, text: string]>([
  ['no JSON', '', '{'],
  ['nothing', '', ''],
  ['a key that stands twice', '', '{"name":"a","name":"b"}'],
  ['a list', '', '[]'],
  ['null', '', 'null'],
  ['an unknown key', 'seed', file({ seed: 1 })],
  ['a key that every object has', 'constructor', file({ constructor: 1 })],
  ['no name', 'name', file({ name: undefined })],
  ['an empty name', 'name', file({ name: '' })],
  ['a mode that is none', 'mode', file({ mode: 4 })],
  ['a mode as a text', 'mode', file({ mode: '2' })],
  ['mode 0 without the invited', 'invited', file({ mode: 0 })],
  ['an invited one outside mode 0', 'invited', file({ invited: 'bob' })],
  ['an invited one that nobody knows', 'invited', file({ mode: 0, invited: 'eve' })],
  ['a profile for nobody', 'profile', file({ profile: 'all' })],
  ['flat in words', 'flat', file({ flat: 'yes' })],
  ['a flat group of mode 1', 'flat', file({ mode: 1, flat: true })],
  ['no accounts', 'accounts', file({ accounts: undefined })],
  ['devices that are no list', 'accounts.alice', file({ accounts: { alice: 'a1' } })],
  ['a device twice', 'accounts.bob[0]', file({ accounts: { alice: ['a1'], bob: ['a1'] } })],
  ['a device twice in one', 'accounts.alice[1]', file({ accounts: { alice: ['a1', 'a1'] } })],
  [
    'a device named like an account',
    'accounts.bob[0]',
    file({ accounts: { alice: ['a1'], bob: ['alice'] } }),
  ],
  ['a creator that is an account', 'creator', file({ creator: 'alice' })],
  ['no steps', 'steps', file({ steps: undefined })],
  ['a step that is a text', 'steps[2]', step('text')],
  ['a step of no kind', 'steps[2]', step({ at: 'a1' })],
  ['a step of two kinds', 'steps[2]', step({ at: 'a1', do: 'text', sync: ['a1', 'b1'] })],
  ['an unknown deed', 'steps[2].do', step({ at: 'a1', do: 'dance' })],
  ['a deed that every object has', 'steps[2].do', step({ at: 'a1', do: 'toString' })],
  ['a stranger', 'steps[2].at', step({ at: 'e1', do: 'text' })],
  ['an unknown key of a step', 'steps[2].body', step({ at: 'a1', do: 'text', body: 'x' })],
  ['a key of another deed', 'steps[2].title', step({ at: 'a1', do: 'text', title: 'x' })],
  ['a vote on nobody', 'steps[2].target', step({ at: 'a1', do: 'vote', kind: 'ban' })],
  ['a vote of no kind', 'steps[2].kind', step({ at: 'a1', do: 'vote', target: 'bob' })],
  [
    'a vote of unknown kind',
    'steps[2].kind',
    step({ at: 'a1', do: 'vote', kind: 'kill', target: 'bob' }),
  ],
  ['an invitation of a device', 'steps[2].target', step({ at: 'a1', do: 'add', target: 'b1' })],
  [
    'a revocation of an account',
    'steps[2].target',
    step({ at: 'a1', do: 'revoke', target: 'bob' }),
  ],
  ['an edit of nothing', 'steps[2].of', step({ at: 'a1', do: 'edit', of: 's9' })],
  ['a merge of one', 'steps[2].of', step({ at: 'a1', do: 'merge', of: ['hello'] })],
  [
    'a merge on other parents',
    'steps[2].on',
    step({ at: 'a1', do: 'merge', of: ['root', 'hello'], on: ['root'] }),
  ],
  ['a parent that comes later', 'steps[2].on[0]', step({ at: 'a1', do: 'text', on: ['s3'] })],
  ['parents that are none', 'steps[2].on', step({ at: 'a1', do: 'text', on: [] })],
  ['a parent twice', 'steps[2].on[1]', step({ at: 'a1', do: 'text', on: ['root', 'root'] })],
  ['an id twice', 'steps[2].id', step({ at: 'a1', do: 'text', id: 'hello' })],
  ['the id of the root', 'steps[2].id', step({ at: 'a1', do: 'text', id: 'root' })],
  ['an empty id', 'steps[2].id', step({ at: 'a1', do: 'text', id: '' })],
  ['an outcome that is none', 'steps[2].expect', step({ at: 'a1', do: 'text', expect: 'ok' })],
  [
    'a lie of unknown shape',
    'steps[2].tree.change',
    step({ at: 'a1', do: 'text', tree: { change: {} } }),
  ],
  [
    'a file that is no text',
    'steps[2].tree.add.x',
    step({ at: 'a1', do: 'text', tree: { add: { x: 1 } } }),
  ],
  [
    'a path that no tree holds',
    'steps[2].tree.remove[0]',
    step({ at: 'a1', do: 'text', tree: { remove: ['/x'] } }),
  ],
  ['who has never had it', 'steps[2].at', step({ at: 'a2', do: 'text' })],
  ['a sync of one', 'steps[2].sync', step({ sync: ['a1'] })],
  ['a sync with oneself', 'steps[2].sync[1]', step({ sync: ['a1', 'a1'] })],
  ['a sync with a stranger', 'steps[2].sync[1]', step({ sync: ['a1', 'e1'] })],
  ['an offer to oneself', 'steps[2].offer.to', step({ offer: { from: 'a1', to: 'a1' } })],
  ['an offer by nobody', 'steps[2].offer.from', step({ offer: { to: 'a1' } })],
  [
    'an offer of nothing',
    'steps[2].offer.only',
    step({ offer: { from: 'a1', to: 'b1', only: [] } }),
  ],
  [
    'an offer of what is not there',
    'steps[2].offer.only[0]',
    step({ offer: { from: 'a1', to: 'b1', only: ['x'] } }),
  ],
  ['an expectation of an account', 'expect.alice', file({ expect: { alice: {} } })],
  ['an unknown expectation', 'expect.a1.owners', file({ expect: { a1: { owners: [] } } })],
  ['an expected stranger', 'expect.a1.admins[0]', file({ expect: { a1: { admins: ['eve'] } } })],
  [
    'an expected device as account',
    'expect.a1.banned[0]',
    file({ expect: { a1: { banned: ['b1'] } } }),
  ],
  [
    'an expected account as device',
    'expect.a1.bannedDevices[0]',
    file({ expect: { a1: { bannedDevices: ['bob'] } } }),
  ],
  [
    'an expected commit that is none',
    'expect.a1.void[0]',
    file({ expect: { a1: { void: ['x'] } } }),
  ],
  ['a title that is none', 'expect.a1.title', file({ expect: { a1: { title: 1 } } })],
])('a file with %s is refused, and %s is named', (_, path, text) => {
  expect(() => readScenario(text)).toThrow(
    expect.objectContaining({
      code: 'SCENARIO_MALFORMED',
      data: expect.objectContaining({ path }),
    }),
  );
});
