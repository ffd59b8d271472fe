import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { concatBytes, fromBase64 } from '@covey/codec';
import {
  type GitObject,
  isOid,
  type ObjectType,
  type Oid,
  readCommitLinks,
} from '@covey/git-objects';
import { namedIn } from '../reachable.ts';
import { NamedObject } from './named-object.ts';

/** A commit that breaks one rule, in a conversation of its own, with all that it stands on. */
export interface Lie {
  readonly rule: string;
  readonly name: string;
  readonly conversation: string;
  readonly commit: Oid;
  /** What comes first and is good, then the commit with what it brings. */
  readonly parcels: readonly (readonly GitObject[])[];
}

interface Vector {
  readonly rule: string;
  readonly name: string;
  readonly conversation: string;
  readonly given?: readonly string[];
  readonly commit: string;
  readonly expect: unknown;
}

const FOLDER = join(import.meta.dirname, '..', '..', '..', '..', 'vectors', 'rules');
let read: readonly Lie[] | undefined;

/** Every commit of `vectors/rules` that breaks a rule. Read once. */
export function repertoire(): readonly Lie[] {
  read ??= readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => liesIn(readFileSync(join(FOLDER, name), 'utf8')));
  return read;
}

function liesIn(json: string): readonly Lie[] {
  const { vectors, objects } = JSON.parse(json) as {
    readonly vectors: readonly Vector[];
    readonly objects: Readonly<Record<string, string>>;
  };
  const unpacked = new Map<string, NamedObject>();
  const objectOf = (oid: string) => {
    const known = unpacked.get(oid) ?? unpack(objects[oid]);
    if (known) unpacked.set(oid, known);
    return known;
  };
  return vectors.flatMap(({ rule, name, conversation, given = [], commit, expect }) => {
    if (!isOid(commit) || expect === 'accepted') return [];
    const object = objectOf(commit);
    const parents = object ? (readCommitLinks(object.bytes)?.parents ?? []) : [];
    const before = reachable([...given, ...parents], objectOf);
    const all = reachable([commit], objectOf);
    const own = [...all].filter((each) => !before.has(each));
    return [{ rule, name, conversation, commit, parcels: [[...before], own] }];
  });
}

function unpack(packed = ''): NamedObject | undefined {
  const [type = '', ...parts] = packed.split(' ');
  if (type === '') return undefined;
  const bytes = concatBytes(...parts.map(unpackPart));
  return NamedObject.of({ type: type as ObjectType, bytes }); // As the file says.
}

/** Base64; with `*n` one byte that stands there n times (vectors/README.md). */
function unpackPart(part: string): Uint8Array {
  const [base64 = '', times] = part.split('*');
  const bytes = fromBase64(base64);
  return times === undefined ? bytes : new Uint8Array(Number(times)).fill(bytes[0] ?? 0);
}

function reachable(
  tips: readonly string[],
  objectOf: (oid: string) => NamedObject | undefined,
): ReadonlySet<NamedObject> {
  const found = new Set<NamedObject>();
  const open = [...tips];
  for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
    const object = objectOf(oid);
    if (!object || found.has(object)) continue;
    found.add(object);
    open.push(...namedIn(object));
  }
  return found;
}
