import { describe, expect, test } from 'vitest';
import { concatBytes, utf8 } from '@covey/codec';
import { type ByteRange, contentOf, type PackContent, type PackStore } from '@covey/sealed-pack';

/** The promises of {@link PackStore}, as tests. Every adapter runs them; none is exempt. */
export function packStoreConformance(name: string, open: () => Promise<PackStore>): void {
  const text = (content: string) => contentOf(utf8(content));
  const bytesIn = async (store: PackStore, of: string, range?: ByteRange) => {
    const parts: Uint8Array[] = [];
    const stream = await store.read(of, range);
    if (!stream) return undefined;
    for await (const part of stream) parts.push(new Uint8Array(part));
    return concatBytes(...parts);
  };
  const textIn = async (store: PackStore, of: string, range?: ByteRange) => {
    const bytes = await bytesIn(store, of, range);
    return bytes && new TextDecoder().decode(bytes);
  };
  const namesIn = async (store: PackStore, folder: string) => {
    const names: string[] = [];
    for await (const each of store.list(folder)) names.push(each);
    return names;
  };

  describe(`${name} keeps the promises of PackStore`, () => {
    test('what is created comes back byte for byte, with its size', async () => {
      const store = await open();
      const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => (at * at) % 251);
      expect(await store.create('slot/0', contentOf(bytes))).toBe(true);
      expect(await store.create('slot/1', contentOf(new Uint8Array()))).toBe(true);
      expect(await bytesIn(store, 'slot/0')).toEqual(bytes);
      expect(await bytesIn(store, 'slot/1')).toEqual(new Uint8Array());
      expect([await store.size('slot/0'), await store.size('slot/1')]).toEqual([300_000, 0]);
    });

    test('what comes in many parts is one object', async () => {
      const store = await open();
      async function* bytes() {
        for (const part of ['a', '', 'bc', 'def']) yield utf8(part);
      }
      await store.create('parts', { size: 6, bytes });
      expect(await textIn(store, 'parts')).toBe('abcdef');
    });

    test('a name is created once, and stays as it was', async () => {
      const store = await open();
      expect(await store.create('slot/0', text('first'))).toBe(true);
      expect(await store.create('slot/0', text('second'))).toBe(false);
      expect(await textIn(store, 'slot/0')).toBe('first');
    });

    test('of many at once one wins, and its bytes are there', async () => {
      const store = await open();
      for (let round = 0; round < 10; round++) {
        const tries = Array.from({ length: 12 }, (_, nth) => `writer ${nth}`);
        const created = await Promise.all(
          tries.map((each) => store.create(`slot/${round}`, text(each))),
        );
        expect(created.filter(Boolean)).toHaveLength(1);
        expect(await textIn(store, `slot/${round}`)).toBe(tries[created.indexOf(true)]);
      }
    });

    test('any part of an object can be read', async () => {
      const store = await open();
      await store.create('slot/0', text('0123456789'));
      const part = (start: number, end: number) => textIn(store, 'slot/0', { start, end });
      expect(await part(0, 10)).toBe('0123456789');
      expect(await part(3, 5)).toBe('34');
      expect(await part(9, 10)).toBe('9');
      expect(await part(4, 4)).toBe('');
      expect(await part(8, 99)).toBe('89');
      expect(await part(50, 99)).toBe('');
    });

    test('what was never created is not there', async () => {
      const store = await open();
      expect(await store.read('slot/0')).toBeUndefined();
      expect(await store.size('slot/0')).toBeUndefined();
      expect(await namesIn(store, 'slot')).toEqual([]);
    });

    test('a folder is listed in ascending order, without what is below or beside it', async () => {
      const store = await open();
      const numbers = Array.from({ length: 120 }, (_, nth) => String(nth).padStart(4, '0'));
      for (const nth of numbers.toReversed()) await store.create(`slot/${nth}`, text(nth));
      await store.create('slot/deeper/0', text('below'));
      await store.create('slot-2/0', text('beside'));
      expect(await namesIn(store, 'slot')).toEqual(numbers.map((nth) => `slot/${nth}`));
    });

    test('what is removed is gone, and may be removed again and created anew', async () => {
      const store = await open();
      await store.create('slot/0', text('first'));
      await store.remove('slot/0');
      await store.remove('slot/0');
      await store.remove('nowhere/0');
      expect(await store.size('slot/0')).toBeUndefined();
      expect(await namesIn(store, 'slot')).toEqual([]);
      expect(await store.create('slot/0', text('second'))).toBe(true);
    });

    test.each<[string, PackContent]>([
      [
        'breaks off',
        {
          size: 10,
          async *bytes() {
            yield utf8('half');
            throw new Error('the line broke');
          },
        },
      ],
      ['is shorter than it says', { size: 10, bytes: contentOf(utf8('half')).bytes }],
      ['is longer than it says', { size: 2, bytes: contentOf(utf8('half')).bytes }],
    ])('content that %s leaves nothing', async (_, content) => {
      const store = await open();
      await expect(store.create('slot/0', content)).rejects.toThrow();
      expect(await store.size('slot/0')).toBeUndefined();
      expect(await namesIn(store, 'slot')).toEqual([]);
      expect(await store.create('slot/0', text('whole'))).toBe(true);
    });

    test.each(['', '/', '../x', 'a/../b', 'A', 'a//b', '.hidden', 'a/', '/a', 'a b', 'ä', '-a'])(
      'no object is called %j',
      async (wrong) => {
        const store = await open();
        await expect(store.create(wrong, text('x'))).rejects.toThrow('no such names');
        await expect(store.read(wrong)).rejects.toThrow('no such names');
        await expect(store.remove(wrong)).rejects.toThrow('no such names');
      },
    );
  });
}
