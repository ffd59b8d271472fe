import { concatBytes, fromHex, utf8 } from '@covey/codec';
import type { Chance } from './chance.ts';
import { spliced } from './commit-mutations.ts';

/** An entry whose parts may be anything. */
export interface RawTreeEntry {
  readonly mode: string;
  readonly name: string | Uint8Array;
  readonly oid: string;
}

/** The bytes of a tree, in the order given. */
export function rawTree(entries: readonly RawTreeEntry[]): Uint8Array {
  return concatBytes(
    ...entries.flatMap(({ mode, name, oid }) => [
      utf8(`${mode} `),
      typeof name === 'string' ? utf8(name) : name,
      Uint8Array.of(0),
      fromHex(oid),
    ]),
  );
}

/** Changes one thing about the entries of a valid tree, which has at least one. */
export type TreeMutation = (
  entries: readonly RawTreeEntry[],
  chance: Chance,
) => readonly RawTreeEntry[] | Uint8Array;

function inOne(change: (entry: RawTreeEntry, chance: Chance) => RawTreeEntry): TreeMutation {
  return (entries, chance) => {
    const at = chance.between(0, entries.length - 1);
    return entries.with(at, change(entries[at]!, chance)); // `at` is within the list
  };
}

/** An entry more, where Git's order wants it, so that the order is not what is wrong. */
function added(make: (chance: Chance) => RawTreeEntry): TreeMutation {
  return (entries, chance) => [...entries, make(chance)].toSorted(byGitOrder);
}

function byGitOrder(a: RawTreeEntry, b: RawTreeEntry): number {
  return Buffer.compare(sortKey(a), sortKey(b));
}

function sortKey({ mode, name }: RawTreeEntry): Uint8Array {
  const bytes = typeof name === 'string' ? utf8(name) : name;
  return mode === '40000' ? concatBytes(bytes, utf8('/')) : bytes;
}

const named = (...names: readonly (string | Uint8Array)[]) =>
  added((chance) => ({ mode: '100644', name: chance.pick(names), oid: chance.hex(40) }));

/** Of an object that nobody else names: what Git once took for a file it takes for one everywhere. */
const modes = (...list: readonly string[]): TreeMutation =>
  inOne((entry, chance) => ({ ...entry, mode: chance.pick(list), oid: chance.hex(40) }));

const onBytes =
  (change: (bytes: Uint8Array, chance: Chance) => Uint8Array): TreeMutation =>
  (entries, chance) =>
    change(rawTree(entries), chance);

const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** One step away from a valid tree each, by name. */
export const TREE_MUTATIONS: Readonly<Record<string, TreeMutation>> = {
  'entries swapped': (entries, chance) => {
    const at = chance.between(0, entries.length - 2);
    const pair = entries.slice(at, at + 2).toReversed();
    return entries.toSpliced(at, 2, ...pair);
  },
  'entries in reverse': (entries) => entries.toReversed(),
  // `a.b` stands before the folder `a`, though not by the plain names.
  'folder ordered like a file': (_, chance) => [
    { mode: '40000', name: 'a', oid: chance.hex(40) },
    { mode: '100644', name: 'a.b', oid: chance.hex(40) },
  ],
  'entry twice': (entries, chance) => {
    const at = chance.between(0, entries.length - 1);
    return entries.toSpliced(at, 0, entries[at]!); // `at` is within the list
  },
  'file and folder of one name': (entries, chance) => {
    const twin = chance.pick(entries);
    const mode = twin.mode === '40000' ? '100644' : '40000';
    return [...entries, { ...twin, mode, oid: chance.hex(40) }].toSorted(byGitOrder);
  },
  'name in another case': (entries, chance) => {
    const twin = chance.pick(entries);
    const name = `${twin.name}`.toUpperCase();
    return [...entries, { ...twin, name }].toSorted(byGitOrder);
  },
  'name of dots': named('.', '..', '...'),
  'name of Git': named('.git', '.GIT', 'git~1', '.git ', '.git.', '.g\u200cit', '.git\\x'),
  'name that Git reads itself': named('.gitmodules', '.gitattributes', '.gitignore', '.mailmap'),
  'name with a slash': named('a/b', '/', 'a/', '/a', 'a\\b'),
  'empty name': named(''),
  'name with an odd character': named(' ', 'a b', 'a\n', '\u0001', '\u007f', 'a:b', 'é', 'e\u0301'),
  'name not UTF-8': named(Uint8Array.of(0xff), Uint8Array.of(0x61, 0xc0, 0x80)),
  'name that starts or ends with a dot': named('.a', 'a.', 'a.b.'),
  'name of a device': named('con', 'NUL', 'aux.txt', 'COM1', 'lpt9.x'),
  'name too long': added((chance) => ({
    mode: '100644',
    name: 'n'.repeat(chance.pick([129, 256, 4097])),
    oid: chance.hex(40),
  })),
  'id null': inOne((entry) => ({ ...entry, oid: '0'.repeat(40) })),
  'folder that is empty': added(() => ({ mode: '40000', name: 'zz', oid: EMPTY_TREE })),
  'no entries': () => [],
  'mode of a program': modes('100755'),
  'mode of a link': modes('120000', '160000'),
  'mode of old': modes('100664', '100600', '100777', '100640'),
  'mode with leading zeros': inOne((entry) => ({ ...entry, mode: `0${entry.mode}` })),
  'mode of nothing': modes('0', '1', '777777', '644', '40755', '37777777777', '7777777'),
  'mode not octal': modes('100648', '10064x', '-100644', '0x81a4', '+40000'),
  'mode missing': modes(''),
  truncated: onBytes((bytes, chance) => bytes.subarray(0, chance.between(1, bytes.length - 1))),
  'bytes after the end': onBytes((bytes, chance) =>
    concatBytes(bytes, chance.bytes(chance.between(1, 30))),
  ),
  'no NUL': onBytes((bytes) => spliced(bytes, bytes.indexOf(0), 1, new Uint8Array())),
  'no space': onBytes((bytes) => spliced(bytes, bytes.indexOf(0x20), 1, new Uint8Array())),
  'one bit': onBytes((bytes, chance) => {
    bytes[chance.between(0, bytes.length - 1)]! ^= 1 << chance.between(0, 7); // within the bytes
    return bytes;
  }),
  'one byte put in': onBytes((bytes, chance) =>
    spliced(bytes, chance.between(0, bytes.length), 0, chance.bytes(1)),
  ),
  'one byte left out': onBytes((bytes, chance) =>
    spliced(bytes, chance.between(0, bytes.length - 1), 1, new Uint8Array()),
  ),
};
