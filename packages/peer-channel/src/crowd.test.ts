import { expect, test } from 'vitest';
import { Crowd } from './crowd.ts';

test('there is room up to the limit of the key and of all', () => {
  const crowd = new Crowd<number>({ all: 3, perKey: 2 });
  expect([crowd.enter('a', 1), crowd.enter('a', 2), crowd.enter('a', 3)]).toEqual([
    true,
    true,
    false,
  ]);
  expect([crowd.enter('b', 4), crowd.enter('b', 5)]).toEqual([true, false]);
  crowd.leave('a', 1);
  crowd.leave('a', 1);
  expect(crowd.size).toBe(2);
  expect(crowd.enter('b', 5)).toBe(true);
});

test('the oldest of a full group makes way, else the oldest of the largest group', () => {
  const crowd = new Crowd<number>({ all: 3, perKey: 2 });
  const gone: number[] = [];
  for (const [key, thing] of [
    ['a', 1],
    ['a', 2],
    ['a', 3],
    ['b', 4],
    ['c', 5],
  ] as const) {
    crowd.enterFirst(key, thing, (oldest) => gone.push(oldest));
  }
  expect(gone).toEqual([1, 2]);
  expect([...crowd]).toEqual([3, 4, 5]);
});
