import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes, utf8 } from '@covey/codec';
import {
  oidBytes,
  parseOid,
  readTree,
  readTreeLoosely,
  type TreeEntry,
  writeTree,
} from './index.ts';

const ONE = parseOid('1'.repeat(40));
const file = (name: string): TreeEntry => ({ mode: '100644', name, oid: ONE });
const folder = (name: string): TreeEntry => ({ mode: '40000', name, oid: ONE });
const raw = (mode: string, name: string) => concatBytes(utf8(`${mode} ${name}\0`), oidBytes(ONE));

test('a folder is ordered as if its name ended in a slash', () => {
  const bytes = writeTree([file('a0'), folder('a'), file('a.b'), file('a-b')]);
  expect(readTree(bytes).map(({ name }) => name)).toEqual(['a-b', 'a.b', 'a', 'a0']);
});

test.each([
  ['mode 100755 is not allowed', raw('100755', 'a')],
  ['mode 0100644 is not allowed', raw('0100644', 'a')],
  ['a name is not allowed', raw('100644', '..')],
  ['a name is not allowed', raw('100644', '.GIT')],
  ['a name is not allowed', raw('100644', 'a/b')],
  ['a name stands twice', concatBytes(raw('100644', 'A'), raw('100644', 'a'))],
  ['a name stands twice', concatBytes(raw('100644', 'a'), raw('100644', 'a.b'), raw('40000', 'a'))],
  ['the entries are not in order', concatBytes(raw('100644', 'b'), raw('100644', 'a'))],
  ['the tree is empty', new Uint8Array()],
])('the strict reader refuses, and the loose one reports: %s', (defect, bytes) => {
  expect(() => readTree(bytes)).toThrow(
    expect.objectContaining({ code: 'GIT_OBJECT_MALFORMED', data: { defect } }),
  );
  expect(readTreeLoosely(bytes).defects).toContain(defect);
});

test('the loose reader keeps modes and names as they stand', () => {
  const bytes = concatBytes(raw('120000', 'a link'), raw('160000', 'module'));
  expect(readTreeLoosely(bytes).entries).toEqual([
    { mode: '120000', name: 'a link', oid: ONE },
    { mode: '160000', name: 'module', oid: ONE },
  ]);
});

test('any bytes are read or refused with a reason', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        readTreeLoosely(bytes);
      } catch (reason) {
        expect(reason).toMatchObject({ code: 'GIT_OBJECT_MALFORMED' });
      }
    }),
  );
});
