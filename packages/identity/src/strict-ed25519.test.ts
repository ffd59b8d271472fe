import { expect, test } from 'vitest';
import { concatBytes, fromHex } from '@covey/codec';
import { strictEd25519 } from './index.ts';

/** The base point, and S = 1: what the check has nothing against. */
const GOOD = fromHex('58'.padEnd(64, '6'));
const ONE = fromHex('01'.padEnd(64, '0'));

test('canonical points of full order and a small S pass', () => {
  expect(strictEd25519(GOOD, concatBytes(GOOD, ONE))).toBe(true);
});

test.each([
  ['0', '00'.repeat(32)],
  ['0, other sign', `${'00'.repeat(31)}80`],
  ['1', `01${'00'.repeat(31)}`],
  ['1, other sign', `01${'00'.repeat(30)}80`],
  ['p - 1', `ec${'ff'.repeat(30)}7f`],
  ['p', `ed${'ff'.repeat(30)}7f`],
  ['p + 1', `ee${'ff'.repeat(30)}7f`],
  ['p + 3', `f0${'ff'.repeat(30)}7f`],
  ['2^255 - 1', 'ff'.repeat(32)],
])('neither a key nor an R with y = %s passes', (_, point) => {
  expect(strictEd25519(fromHex(point), concatBytes(GOOD, ONE))).toBe(false);
  expect(strictEd25519(GOOD, concatBytes(fromHex(point), ONE))).toBe(false);
});

test.each([
  ['the order', 'edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010', false],
  ['the order less 1', 'ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010', true],
  ['2^252 + 2^128', '0000000000000000000000000000000001000000000000000000000000000010', false],
  ['2^256 - 1', 'ff'.repeat(32), false],
])('S = %s: passes is ', (_, s, passes) => {
  expect(strictEd25519(GOOD, concatBytes(GOOD, fromHex(s)))).toBe(passes);
});

test('only 32 and 64 bytes pass', () => {
  const signature = concatBytes(GOOD, ONE);
  expect(strictEd25519(GOOD.subarray(1), signature)).toBe(false);
  expect(strictEd25519(concatBytes(GOOD, ONE), signature)).toBe(false);
  expect(strictEd25519(GOOD, signature.subarray(1))).toBe(false);
  expect(strictEd25519(GOOD, concatBytes(signature, Uint8Array.of(0)))).toBe(false);
});
