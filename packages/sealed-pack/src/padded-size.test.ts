import { expect, test } from 'vitest';
import { paddedSize } from './padded-size.ts';

test('all that is short is one size', () => {
  const sizes = new Set([0, 1, 500, 4095, 4096].map(paddedSize));
  expect([...sizes]).toEqual([4096]);
});

// By hand: 9 = 1001b, exponent 3, 2 bits kept below the first; 5000 has exponent 12, 4 bits kept, steps of 256.
test.each([
  [4097, 4352],
  [5000, 5120],
  [65_536, 65_536],
  [65_537, 67_584],
  [1_000_000, 1_015_808],
  [16 * 1024 * 1024 + 1, 17_301_504],
])('%i bytes become %i', (length, padded) => {
  expect(paddedSize(length)).toBe(padded);
});

test('above that it is at most 12 % more, never less, and never smaller for more', () => {
  let before = 0;
  for (let length = 4096; length < 300_000; length += 37) {
    const padded = paddedSize(length);
    expect(padded).toBeGreaterThanOrEqual(Math.max(length, before));
    expect(padded).toBeLessThan(1.12 * length);
    before = padded;
  }
});
