import { type JsonObject, type JsonValue, readJson } from '@covey/codec';
import { CoveyError } from '@covey/errors';

/** What a commit does, found from its parent count and its message. `unknown` is a MIME type that this version does not know. */
export const COMMIT_KINDS = [
  'initial',
  'text',
  'reply',
  'edit',
  'reaction',
  'call',
  'file',
  'unknown',
  'add',
  'join',
  'leave',
  'vote',
  'ban',
  'unban',
  'promote',
  'demote',
  'profile',
  'papers',
  'merge',
] as const;
export type CommitKind = (typeof COMMIT_KINDS)[number];

/** The message of a commit, read once. */
export interface Content {
  readonly kind: CommitKind;
  /** The `type` of the JSON; `merge` for a merge; empty where there is none. */
  readonly type: string;
  readonly fields: JsonObject;
  /** What is wrong with the message as such; the kind is then `unknown` or the nearest one. */
  readonly defect?: {
    readonly what: 'not-json' | 'not-an-object' | 'type';
    readonly found: string;
  };
}

const NO_FIELDS: JsonObject = Object.freeze(Object.create(null));

// Maps, not objects: strangers choose the keys, and `constructor` is one too.
const MEMBER_KINDS: ReadonlyMap<string, CommitKind> = new Map<string, CommitKind>([
  ['add', 'add'],
  ['join', 'join'],
  ['remove', 'leave'],
  ['ban', 'ban'],
  ['unban', 'unban'],
  ['promote', 'promote'],
  ['demote', 'demote'],
]);

const TYPE_KINDS: ReadonlyMap<string, CommitKind> = new Map<string, CommitKind>([
  ['initial', 'initial'],
  ['vote', 'vote'],
  ['application/edited-message', 'edit'],
  ['application/call-history+json', 'call'],
  ['application/data-transfer+json', 'file'],
  ['application/update-profile', 'profile'],
  ['application/update-papers', 'papers'],
]);

const MOST_QUOTED = 64;

/**
 * Keys that name a part of every JavaScript object. To a careless reader they say something that was
 * never written, so nobody writes them. A list, not a look at the engine: it is law on every device.
 */
const MISLEADING_KEYS: ReadonlySet<string> = new Set([
  '__proto__',
  'prototype',
  'constructor',
  'hasOwnProperty',
  'isPrototypeOf',
  'propertyIsEnumerable',
  'toLocaleString',
  'toString',
  'valueOf',
  '__defineGetter__',
  '__defineSetter__',
  '__lookupGetter__',
  '__lookupSetter__',
]);

/** Reads the message of a commit with that many parents. Total: a defect is a value. */
export function readContent(message: string, parents: number): Content {
  if (parents > 1) return { kind: 'merge', type: 'merge', fields: NO_FIELDS };
  let value: JsonValue;
  try {
    value = readJson(message);
  } catch (reason) {
    if (!CoveyError.is(reason, 'JSON_MALFORMED')) throw reason;
    return unreadable('not-json', reason.message);
  }
  const misleading = misleadingPart(value);
  if (misleading !== undefined) return unreadable('not-json', misleading);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return unreadable('not-an-object', 'JSON that is no object');
  }
  return classify(value as JsonObject);
}

/** What two readers of the same JSON could take for two things: NUL, where C ends a text, and misleading keys. */
function misleadingPart(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value.includes('\0') ? 'NUL in a text' : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    if (MISLEADING_KEYS.has(key)) return `key ${key}`;
    const found = misleadingPart(key) ?? misleadingPart(member);
    if (found !== undefined) return found;
  }
  return undefined;
}

function unreadable(what: 'not-json' | 'not-an-object', found: string): Content {
  return { kind: 'unknown', type: '', fields: NO_FIELDS, defect: { what, found } };
}

function classify(fields: JsonObject): Content {
  const type = fields['type'];
  if (typeof type !== 'string' || type === '') {
    return { kind: 'unknown', type: '', fields, defect: { what: 'type', found: 'no type' } };
  }
  const known =
    type === 'text/plain'
      ? textKind(fields)
      : type === 'member'
        ? MEMBER_KINDS.get(text(fields, 'action'))
        : TYPE_KINDS.get(type);
  if (known) return { kind: known, type, fields };
  if (type !== 'member' && /^[a-z0-9.+-]+\/[a-z0-9.+-]+$/i.test(type)) {
    return { kind: 'unknown', type, fields };
  }
  const said = type === 'member' ? `member action ${text(fields, 'action')}` : `type ${type}`;
  return { kind: 'unknown', type, fields, defect: { what: 'type', found: beginning(said) } };
}

/** Enough to see what it is: a stranger's text is no part of a log. */
function beginning(said: string): string {
  if (said.length <= MOST_QUOTED) return said;
  return `${said.slice(0, MOST_QUOTED).toWellFormed()}…`;
}

function textKind(fields: JsonObject): CommitKind {
  if ('edit' in fields) return 'edit';
  if ('react-to' in fields) return 'reaction';
  return 'reply-to' in fields ? 'reply' : 'text';
}

/** A member of the message that is a string; else empty. */
export function text(fields: JsonObject, key: string): string {
  const value = fields[key];
  return typeof value === 'string' ? value : '';
}
