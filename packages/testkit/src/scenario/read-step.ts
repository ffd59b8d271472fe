import type { JsonValue } from '@covey/codec';
import { layout } from '@covey/conversation';
import { Fields, malformed } from './fields.ts';
import type { References } from './references.ts';
import type { Deed, DoStep, OfferStep, Outcome, Step, SyncStep, TreeLie } from './scenario.ts';

const OUTCOMES = ['accepted', 'refused'] as const;
const DEEDS = [
  ...(['add', 'join', 'leave', 'text', 'edit'] as const),
  ...(['profile', 'vote', 'resolve', 'revoke', 'merge'] as const),
] as const;
const COMMON_KEYS = ['at', 'do', 'id', 'expect', 'on', 'tree'];
/** Keys that a deed must have beside the common ones. */
const OWN_KEYS: Readonly<Record<(typeof DEEDS)[number], readonly string[]>> = {
  add: ['target'],
  join: [],
  leave: [],
  text: [],
  edit: ['of'],
  profile: ['title'],
  vote: ['kind', 'target'],
  resolve: ['kind', 'target'],
  revoke: ['target'],
  merge: ['of'],
};

/**
 * Reads one step.
 * @param number counts from 1; what a commit without an id is called by
 * @throws {CoveyError} SCENARIO_MALFORMED
 */
export function readStep(
  value: JsonValue,
  path: string,
  number: number,
  references: References,
): Step {
  const fields = Fields.of(value, path);
  const types = ['do', 'sync', 'offer'].filter((key) => fields.has(key));
  if (types.length !== 1) throw malformed(path, 'expected one of do, sync, offer');
  if (types[0] === 'sync') return readSync(value, path, references);
  if (types[0] === 'offer') return readOffer(value, path, references);
  return readDo(value, path, number, references);
}

function readSync(value: JsonValue, path: string, references: References): SyncStep {
  const fields = Fields.of(value, path, ['sync', 'expect']);
  const devices = fields.names('sync', { atLeast: 2 });
  for (const [at, device] of devices.entries()) references.device(device, `${path}.sync[${at}]`);
  return { type: 'sync', devices, ...readExpect(fields) };
}

function readOffer(value: JsonValue, path: string, references: References): OfferStep {
  const fields = Fields.of(value, path, ['offer', 'expect']);
  const offer = fields.object('offer', ['from', 'to', 'only']);
  const from = references.device(offer.name('from'), offer.at('from'));
  const to = references.device(offer.name('to'), offer.at('to'));
  if (from === to) throw malformed(offer.at('to'), 'the device that offers');
  return {
    ...{ type: 'offer', from, to },
    ...(offer.has('only') ? { only: readCommits(offer, 'only', references) } : {}),
    ...readExpect(fields),
  };
}

function readDo(value: JsonValue, path: string, number: number, references: References): DoStep {
  const verb = Fields.of(value, path).oneOf('do', DEEDS);
  const fields = Fields.of(value, path, [...COMMON_KEYS, ...OWN_KEYS[verb]]);
  // The parents of a merge are what it merges.
  if (verb === 'merge' && fields.has('on')) throw malformed(fields.at('on'), 'unknown key');
  return {
    type: 'do',
    at: references.device(fields.name('at'), fields.at('at')),
    id: fields.has('id') ? fields.name('id') : `s${number}`,
    deed: readDeed(fields, verb, references),
    ...(fields.has('on') ? { on: readCommits(fields, 'on', references) } : {}),
    ...(fields.has('tree') ? { lie: readLie(fields.object('tree', ['add', 'remove'])) } : {}),
    ...readExpect(fields),
  };
}

function readDeed(fields: Fields, verb: (typeof DEEDS)[number], references: References): Deed {
  const target = () => fields.name('target');
  const path = fields.at('target');
  switch (verb) {
    case 'join':
    case 'leave':
    case 'text':
      return { do: verb };
    case 'add':
      return { do: verb, target: references.account(target(), path) };
    case 'revoke':
      return { do: verb, target: references.device(target(), path) };
    case 'vote':
    case 'resolve': {
      const kind = fields.oneOf('kind', layout.VOTE_ACTIONS);
      return { do: verb, kind, target: references.accountOrDevice(target(), path) };
    }
    case 'edit':
      return { do: verb, of: references.commit(fields.name('of'), fields.at('of')) };
    case 'profile':
      return { do: verb, title: fields.text('title') };
    case 'merge': {
      const of = readCommits(fields, 'of', references);
      if (of.length !== 2) throw malformed(fields.at('of'), 'expected two commits');
      return { do: verb, of };
    }
  }
}

function readCommits(fields: Fields, key: string, references: References): readonly string[] {
  const ids = fields.names(key, { atLeast: 1 });
  for (const [at, id] of ids.entries()) references.commit(id, `${fields.at(key)}[${at}]`);
  return ids;
}

function readLie(fields: Fields): TreeLie {
  const add = new Map<string, string>();
  const added = fields.has('add') ? fields.object('add') : undefined;
  for (const path of added?.keys ?? []) {
    add.set(checkedPath(path, added?.at(path) ?? ''), added?.text(path) ?? '');
  }
  const remove = fields.has('remove') ? fields.names('remove') : [];
  for (const [at, path] of remove.entries()) checkedPath(path, `${fields.at('remove')}[${at}]`);
  return { add, remove };
}

/** A tree can't hold any other path. */
function checkedPath(path: string, at: string): string {
  const isSound = path.split('/').every((name) => name !== '') && !path.includes('\0');
  if (!isSound) throw malformed(at, 'expected a path as in admins/alice.crt');
  return path;
}

function readExpect(fields: Fields): { readonly expect?: Outcome } {
  return fields.has('expect') ? { expect: fields.oneOf('expect', OUTCOMES) } : {};
}
