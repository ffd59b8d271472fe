import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes, fromHex, utf8 } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { runs } from '@covey/testkit';
import { readTree, readTreeLoosely, writeTree } from './index.ts';

interface AnyEntry {
  readonly mode: string;
  readonly name: string;
  readonly oid: string;
}

const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-';
const RESERVED = ['con', 'prn', 'aux', 'nul'].concat(
  Array.from({ length: 20 }, (_, at) => `${at < 10 ? 'com' : 'lpt'}${at % 10}`),
);

/**
 * The strict form once more, told apart from the reader: what security.md sections 3 (A12), 6 and 7.2 say, on
 * entries instead of bytes.
 */
function isStrict(entries: readonly AnyEntry[]): boolean {
  const isFolder = ({ mode }: AnyEntry) => mode === '40000';
  const key = (entry: AnyEntry) => Buffer.from(entry.name + (isFolder(entry) ? '/' : ''));
  return (
    entries.length >= 1 &&
    entries.length < 4000 &&
    entries.every((entry) => entry.mode === '100644' || isFolder(entry)) &&
    entries.every(({ oid }) => oid !== '0'.repeat(40)) &&
    entries.every((entry) => !isFolder(entry) || entry.oid !== EMPTY_TREE) &&
    entries.every(
      ({ name }) =>
        name.length >= 1 &&
        name.length <= 128 &&
        Array.from(name).every((letter) => LETTERS.includes(letter)) &&
        !name.startsWith('.') &&
        !name.endsWith('.') &&
        !RESERVED.includes((name.split('.')[0] ?? '').toLowerCase()),
    ) &&
    new Set(entries.map(({ name }) => name.toLowerCase())).size === entries.length &&
    entries.slice(1).every((entry, at) => Buffer.compare(key(entries[at]!), key(entry)) < 0) // one before each
  );
}

function rawTree(entries: readonly AnyEntry[]): Uint8Array {
  return concatBytes(
    ...entries.flatMap(({ mode, name, oid }) => [utf8(`${mode} ${name}\0`), fromHex(oid)]),
  );
}

const mostly = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: usual, weight: 60 }, { arbitrary: rare, weight: 1 });
const entry: fc.Arbitrary<AnyEntry> = fc.record({
  mode: mostly(
    fc.constantFrom('100644', '40000'),
    fc.constantFrom('100755', '120000', '160000', '0100644', '040000', '100664', '7', '1000000'),
  ),
  name: mostly(
    // Few letters: names that are beginnings of each other are where orders go wrong.
    fc.stringMatching(/^[ab_-][ab0.-]{0,3}[abA]$/),
    fc.oneof(
      fc.constantFrom(
        '.',
        '..',
        '.git',
        'a.',
        '.a',
        'a/b',
        '',
        'a\\b',
        'é',
        'a b',
        'a'.repeat(129),
      ),
      fc.constantFrom('con', 'NUL.txt', 'com1', 'com10', 'lpt0', 'console', 'a'.repeat(128)),
      fc.string({ unit: 'grapheme', maxLength: 5 }).map((text) => text.replaceAll('\0', '?')),
    ),
  ),
  oid: mostly(
    fc
      .uint8Array({ minLength: 20, maxLength: 20 })
      .map((bytes) => Buffer.from(bytes).toString('hex')),
    fc.constantFrom('0'.repeat(40), EMPTY_TREE),
  ),
});
const byGitOrder = (a: AnyEntry, b: AnyEntry) => {
  const [one, other] = [a, b].map(
    ({ mode, name }) => `${name}${mode.endsWith('40000') ? '/' : ''}`,
  );
  return Buffer.compare(Buffer.from(one ?? ''), Buffer.from(other ?? ''));
};
/** In Git's order most of the time, unique most of the time, of good entries most of the time. */
const anyEntries = fc
  .record({
    list: fc.array(entry, { maxLength: 8 }),
    isUnique: fc.nat(9).map((draw) => draw > 0),
    isSorted: fc.nat(9).map((draw) => draw > 0),
  })
  .map(({ list, isUnique, isSorted }) => {
    const folded = new Map(list.map((each) => [each.name.toLowerCase(), each]));
    const entries = isUnique ? [...folded.values()] : list;
    return isSorted ? entries.toSorted(byGitOrder) : entries;
  });

const readsStrictly = (bytes: Uint8Array) => {
  try {
    return readTree(bytes);
  } catch (reason) {
    if (!CoveyError.is(reason, 'GIT_OBJECT_MALFORMED')) throw reason;
    return undefined;
  }
};

test('a tree is accepted exactly if it is in the strict form', () => {
  const seen = { strict: 0, other: 0 };
  fc.assert(
    fc.property(anyEntries, (entries) => {
      const bytes = rawTree(entries);
      const isAccepted = isStrict(entries);
      seen[isAccepted ? 'strict' : 'other']++;
      expect(readsStrictly(bytes)).toEqual(isAccepted ? entries : undefined);
      const { entries: loose, defects } = readTreeLoosely(bytes);
      expect(loose).toEqual(entries);
      expect(defects.length === 0).toBe(isAccepted);
    }),
    runs(10_000),
  );
  // Else the generator has gone astray, and the property says nothing.
  expect(Math.min(seen.strict, seen.other)).toBeGreaterThan((seen.strict + seen.other) / 5);
});

test('what is written in any order is read back, and what is read is written back', () => {
  fc.assert(
    fc.property(anyEntries.filter(isStrict), (entries) => {
      const bytes = rawTree(entries);
      const read = readTree(bytes);
      expect(writeTree(read.toReversed())).toEqual(bytes);
    }),
    runs(1000),
  );
});

test('whatever becomes of the bytes of a tree: it is refused, or written again byte for byte', () => {
  const splice = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(3),
    put: fc.oneof(
      fc.uint8Array({ maxLength: 3 }),
      fc.constantFrom('100644 a\0', '40000 b\0', '\0', ' ', '0').map((text) => utf8(text)),
    ),
  });
  fc.assert(
    fc.property(
      anyEntries.filter(isStrict),
      fc.array(splice, { maxLength: 2 }),
      (entries, cuts) => {
        const bytes = cuts.reduce((tree, { at, cut, put }) => {
          const from = Math.floor(at * tree.length);
          return concatBytes(tree.subarray(0, from), put, tree.subarray(from + cut));
        }, rawTree(entries));
        const read = readsStrictly(bytes);
        if (read) expect(writeTree(read)).toEqual(bytes);
      },
    ),
    runs(10_000),
  );
});
