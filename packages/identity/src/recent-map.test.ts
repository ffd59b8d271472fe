import { expect, test } from 'vitest';
import { RecentMap } from './recent-map.ts';

test('keeps the entries used last', () => {
  const map = new RecentMap<number>(2);
  map.keep('a', 1);
  map.keep('b', 2);
  map.keep('a', 1);
  map.keep('c', 3);
  expect([map.find('a'), map.find('b'), map.find('c')]).toEqual([1, undefined, 3]);
});
