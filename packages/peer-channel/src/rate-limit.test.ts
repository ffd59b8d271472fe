import { expect, test } from 'vitest';
import { RateLimit } from './rate-limit.ts';

function limitAt(start: number) {
  let at = start;
  const limit = new RateLimit({ now: () => new Date(at) }, { burst: 2, refillMs: 1000 });
  return { limit, wait: (ms: number) => (at += ms) };
}

test('a burst is free, then one token comes per refill time', () => {
  const { limit, wait } = limitAt(0);
  expect([limit.take('a'), limit.take('a'), limit.take('a')]).toEqual([0, 0, 1000]);
  wait(400);
  expect(limit.take('a')).toBe(600);
  wait(600);
  expect([limit.take('a'), limit.take('a')]).toEqual([0, 1000]);
});

test('a call that one key forbids costs the other key nothing', () => {
  const { limit } = limitAt(0);
  limit.take('a');
  limit.take('a');
  expect(limit.take('a', 'b')).toBe(1000);
  expect([limit.take('b'), limit.take('b')]).toEqual([0, 0]);
});

test('a clock that goes back gives nothing away', () => {
  const { limit, wait } = limitAt(1_000_000);
  limit.take('a');
  limit.take('a');
  wait(-500_000);
  expect(limit.take('a')).toBe(1000);
});

test('a stranger who never comes back is forgotten when there are ten thousand others', () => {
  const { limit } = limitAt(0);
  limit.take('a');
  limit.take('a');
  for (let n = 0; n < 10_000; n += 1) limit.take(`other ${n}`);
  expect(limit.take('a')).toBe(0);
});
