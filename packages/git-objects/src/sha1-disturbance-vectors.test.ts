import { describe, expect, test } from 'vitest';
import { toHex } from '@covey/codec';
import { nodeDigests } from '@covey/node-crypto';
import {
  DISTURBANCE_VECTORS,
  disturbancesOf,
  VECTOR_FAMILIES,
} from './sha1-disturbance-vectors.ts';

/** SHA-256 of the published differences: 32 times 80 words, big-endian, in the order of the families. */
const PUBLISHED = 'b291855c6fcf01860d0675940195c3ae0901844b0e026026ab7e46e066023b13';

const vectors = DISTURBANCE_VECTORS.map((vector) => ({
  name: `${vector.type}(${vector.step},${vector.rotation})`,
  vector,
}));

test('the differences of the 32 disturbance vectors are those published', () => {
  const bytes = new DataView(new ArrayBuffer(32 * 80 * 4));
  DISTURBANCE_VECTORS.flatMap(({ differences }) => [...differences]).forEach((word, i) => {
    bytes.setInt32(4 * i, word);
  });
  expect(toHex(nodeDigests.sha256(new Uint8Array(bytes.buffer)))).toBe(PUBLISHED);
});

test.each([
  ['I(43,0)', 0x08000000, 0x80000599],
  ['I(46,2)', 0xb0000040, 0x00000132],
])('the first and the last difference of %s are those published', (wanted, first, last) => {
  const { differences } = vectors.find(({ name }) => name === wanted)!.vector; // named above
  expect([differences[0]! >>> 0, differences[79]! >>> 0]).toEqual([first, last]);
});

test('each family is in order of steps', () => {
  for (const { steps } of VECTOR_FAMILIES) expect([...steps].sort()).toEqual(steps);
});

describe.each(vectors)('vector $name', ({ vector }) => {
  const { type, step, rotation, calmAt, differences } = vector;

  test('disturbs none of the five steps before its calm step', () => {
    const disturbances = disturbancesOf(type, step, rotation); // step t is at index t + 5
    expect([...disturbances.slice(calmAt, calmAt + 5)]).toEqual([0, 0, 0, 0, 0]);
  });

  test('has differences that a message can have: they obey the expansion', () => {
    for (let t = 16; t < 80; t++) {
      const mixed =
        differences[t - 3]! ^ differences[t - 8]! ^ differences[t - 14]! ^ differences[t - 16]!;
      expect(differences[t]).toBe((mixed << 1) | (mixed >>> 31));
    }
  });
});
