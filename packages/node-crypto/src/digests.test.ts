import { expect, test } from 'vitest';
import { toHex, utf8 } from '@covey/codec';
import { nodeDigests } from './index.ts';

// FIPS 180-4, the examples for "abc" and for no bytes.
const SHA1_ABC = 'a9993e364706816aba3e25717850c26c9cd0d89d';
const SHA256_ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const SHA1_EMPTY = 'da39a3ee5e6b4b0d3255bfef95601890afd80709';

test.each([
  ['one part', [utf8('abc')]],
  ['several parts', [utf8('a'), utf8(''), utf8('bc')]],
])('digests of %s are those of the whole', (_, parts) => {
  expect(toHex(nodeDigests.sha1(...parts))).toBe(SHA1_ABC);
  expect(toHex(nodeDigests.sha256(...parts))).toBe(SHA256_ABC);
});

test('no parts are no bytes', () => {
  expect(toHex(nodeDigests.sha1())).toBe(SHA1_EMPTY);
});
