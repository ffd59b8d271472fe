import { describe, expect, test } from 'vitest';
import { parseOid, type RefStore, type Refs } from '@covey/git-objects';

const ONE = parseOid('1'.repeat(40));
const TWO = parseOid('2'.repeat(40));
const sorted = (refs: Refs) => [...refs].toSorted(([a], [b]) => (a < b ? -1 : 1));

/** The promises of {@link RefStore}, as tests. Every adapter runs them; none is exempt. */
export function refStoreConformance(name: string, open: () => Promise<RefStore>): void {
  describe(`${name} keeps the promises of RefStore`, () => {
    test('a new store has no refs', async () => {
      const store = await open();
      expect(await store.read()).toEqual(new Map());
    });

    test('the refs that were written last come back, and no others', async () => {
      const store = await open();
      await store.replace(
        new Map([
          ['refs/heads/main', ONE],
          [`refs/covey/heads/${ONE}`, ONE],
        ]),
      );
      const refs = new Map([
        ['refs/heads/main', TWO],
        [`refs/covey/heads/${TWO}`, TWO],
      ]);
      await store.replace(refs);
      expect(sorted(await store.read())).toEqual(sorted(refs));
    });

    test('all refs can go', async () => {
      const store = await open();
      await store.replace(new Map([['refs/heads/main', ONE]]));
      await store.replace(new Map());
      expect(await store.read()).toEqual(new Map());
    });

    test('what the caller does to its map afterwards changes nothing', async () => {
      const store = await open();
      const refs = new Map([['refs/heads/main', ONE]]);
      await store.replace(refs);
      refs.clear();
      expect(sorted(await store.read())).toEqual([['refs/heads/main', ONE]]);
    });

    test.each([
      '',
      'main',
      'refs/heads/../../config',
      'refs/heads/a b',
      'refs/heads/a\nb',
      'refs/heads/.hidden',
      'refs/heads/main.lock',
      'refs/heads/',
    ])('the name %j is refused, and the refs stay', async (bad) => {
      const store = await open();
      await store.replace(new Map([['refs/heads/main', ONE]]));
      await expect(store.replace(new Map([[bad, TWO]]))).rejects.toThrow();
      expect(sorted(await store.read())).toEqual([['refs/heads/main', ONE]]);
    });
  });
}
