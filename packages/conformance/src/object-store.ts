import { describe, expect, test } from 'vitest';
import { utf8 } from '@covey/codec';
import { type GitObject, type ObjectStore, parseOid } from '@covey/git-objects';

const blob = (text: string): GitObject => ({ type: 'blob', bytes: utf8(text) });
/** Ids as `git hash-object` gives them. */
const HELLO = parseOid('ce013625030ba8dba906f756967f9e9ca394464a'); // 'hello\n'
const EMPTY = parseOid('e69de29bb2d1d6434b8b29ae775ad8c2e48c5391');
const NOWHERE = parseOid('f'.repeat(40));

/** The promises of {@link ObjectStore}, as tests. Every adapter runs them; none is exempt. */
export function objectStoreConformance(name: string, open: () => Promise<ObjectStore>): void {
  describe(`${name} keeps the promises of ObjectStore`, () => {
    test('ids are those of Git, in the order of the objects', async () => {
      const store = await open();
      expect(await store.write([blob('hello\n'), blob('')])).toEqual([HELLO, EMPTY]);
    });

    test('a stored object comes back byte for byte, with its type', async () => {
      const store = await open();
      const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => (at * at) % 251);
      const objects: GitObject[] = [
        { type: 'blob', bytes },
        { type: 'commit', bytes: utf8('tree of words') },
        { type: 'tree', bytes: new Uint8Array() },
      ];
      const oids = await store.write(objects);
      expect(await Promise.all(oids.map((oid) => store.read(oid)))).toEqual(objects);
    });

    test('what was never written is not there', async () => {
      const store = await open();
      expect(await store.read(NOWHERE)).toBeUndefined();
      expect(await store.has(NOWHERE)).toBe(false);
    });

    test('has tells of an object once it is written, and not before', async () => {
      const store = await open();
      expect(await store.has(HELLO)).toBe(false);
      await store.write([blob('hello\n')]);
      expect(await store.has(HELLO)).toBe(true);
    });

    test('writing an object twice succeeds, apart, together and at the same time', async () => {
      const store = await open();
      await store.write([blob('hello\n'), blob('hello\n')]);
      await Promise.all([store.write([blob('hello\n')]), store.write([blob('hello\n')])]);
      expect(await store.read(HELLO)).toEqual(blob('hello\n'));
    });

    test('writing nothing succeeds', async () => {
      const store = await open();
      expect(await store.write([])).toEqual([]);
    });

    test('a batch of hundreds is there as a whole', async () => {
      const store = await open();
      const objects = Array.from({ length: 300 }, (_, at) => blob(`number ${at}`));
      const oids = await store.write(objects);
      expect(await Promise.all(oids.map((oid) => store.read(oid)))).toEqual(objects);
    });

    test('what the caller does to its bytes afterwards changes nothing', async () => {
      const store = await open();
      const bytes = utf8('hello\n');
      await store.write([{ type: 'blob', bytes }]);
      bytes.fill(0);
      expect(await store.read(HELLO)).toEqual(blob('hello\n'));
    });
  });
}
