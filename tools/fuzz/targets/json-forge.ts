import type { Chance } from '../chance.ts';

const KEYS = ['type', 'body', 'action', 'uri', 'reply-to', 'react-to', 'edit', 'mode', 'invited']
  .concat([
    'tid',
    'to',
    'duration',
    '__proto__',
    'constructor',
    'toString',
    '',
    'é',
    '\\u0061',
    '😀',
  ])
  .concat(['a', 'c', 'd', 'e', 's', 'u', 'v']);
const TYPES = ['initial', 'member', 'vote', 'merge', 'text/plain', 'application/edited-message']
  .concat(['application/update-profile', 'application/call-history+json', 'image/png'])
  .concat(['application/data-transfer+json', 'constructor', '/', 'text/']);
const ACTIONS = ['add', 'join', 'remove', 'ban', 'unban', 'promote', 'demote', 'valueOf'] as const;
const NUMBERS = [
  '0',
  '-0',
  '1',
  '2',
  '3',
  '-1',
  '01',
  '1.0',
  '1e3',
  '9007199254740991',
  '+1',
].concat(['9007199254740992', '-9007199254740991', '1E400', '.5', '5.', 'NaN', '0x10']);
const STRANGE = [
  '\\ud800',
  '\\uD83D\\uDE00',
  '\\u0000',
  '\\x',
  '\\/',
  '\\b\\f\\n',
  '\u0007',
  '"',
].concat(['\ufeff', '\u2028', '\\u00', '\\', 'ﬀ', '\u202e']);
const SPACES = ['', '', '', ' ', '\n', '\t', '\r', '\u00a0', '\f'];
const DEEPEST = 12;

/** A JSON text, now and then one that only looks like it. */
export function forgeJson(chance: Chance, depth = 0): string {
  const space = chance.oneIn(12) ? (chance.pick(SPACES) ?? '') : '';
  return space + value(chance, depth) + space;
}

/** A JSON object as messages of commits are. */
export function forgeMessage(chance: Chance): string {
  const members = [`"type":"${chance.pick(TYPES)}"`];
  if (chance.oneIn(2)) members.push(`"action":"${chance.pick(ACTIONS)}"`);
  for (let more = chance.below(4); more > 0; more--) members.push(member(chance, 1));
  return `{${members.join(',')}}`;
}

function value(chance: Chance, depth: number): string {
  const kind = chance.below(depth >= DEEPEST ? 4 : 8);
  if (kind === 0) return chance.pick(NUMBERS) ?? '0';
  if (kind === 1) return chance.pick(['true', 'false', 'null', 'nul', 'True', '']);
  if (kind < 4) return string(chance);
  const count = chance.below(4);
  const comma = chance.oneIn(30) ? ',,' : ',';
  return kind < 6
    ? `[${Array.from({ length: count }, () => forgeJson(chance, depth + 1)).join(comma)}]`
    : `{${Array.from({ length: count }, () => member(chance, depth + 1)).join(comma)}}`;
}

function member(chance: Chance, depth: number): string {
  return `"${chance.pick(KEYS)}":${forgeJson(chance, depth)}`;
}

function string(chance: Chance): string {
  const parts = Array.from({ length: chance.below(4) }, () =>
    chance.oneIn(2) ? chance.pick(STRANGE) : chance.pick([...KEYS, ...TYPES, 'ab'.repeat(20)]),
  );
  return `"${parts.join('')}"`;
}
