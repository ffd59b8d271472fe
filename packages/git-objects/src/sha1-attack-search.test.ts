import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes, toHex } from '@covey/codec';
import { nodeDigests } from '@covey/node-crypto';
import { runs } from '@covey/testkit';
import { Chance } from '../test/chance.ts';
import { makePartner } from '../test/made-collision.ts';
import { AttackSearch } from './sha1-attack-search.ts';
import { DISTURBANCE_VECTORS, type DisturbanceVector } from './sha1-disturbance-vectors.ts';
import { type CompressedBlock, collidesByVector } from './sha1-partner.ts';

const CHUNK = 16 * 1024;
const ANY = DISTURBANCE_VECTORS.slice(0, 1);

/** Searches with a suspicion of the blocks wanted, and tells what was seen of each of them. */
function blocksSeen(parts: readonly Uint8Array[], isWanted: (block: number) => boolean) {
  const seen: CompressedBlock[] = [];
  let count = 0;
  const search = new AttackSearch({
    suspects: () => (isWanted(count++) ? ANY : []),
    collides: ({ words, trail, stateAfter }) => {
      seen.push({ words: words.slice(), trail: trail.slice(), stateAfter: stateAfter.slice() });
      return false;
    },
  });
  expect(search.isFoundIn(parts)).toBe(false);
  return { seen, count };
}

function stateHex(state: Int32Array): string {
  return [...state].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** The digest is the state after the last block, padding included. */
function expectDigest(parts: readonly Uint8Array[]): void {
  const { seen } = blocksSeen(parts, () => true);
  expect(stateHex(seen.at(-1)!.stateAfter)).toBe(toHex(nodeDigests.sha1(...parts))); // padding is a block at least
}

test('the state after the last block is the SHA-1 of the message, for every length from 0 to 300', () => {
  const bytes = new Chance(1).bytes(300);
  for (let length = 0; length <= 300; length++) expectDigest([bytes.subarray(0, length)]);
});

test.each([-65, -64, -57, -56, -55, -9, -8, -1, 0, 1, 55, 56, 64])(
  'the state after the last block is the SHA-1 of the message, %i bytes beyond a chunk',
  (beyond) => {
    const bytes = new Chance(2).bytes(2 * CHUNK + 64);
    expectDigest([bytes.subarray(0, CHUNK + beyond)]);
    expectDigest([bytes.subarray(0, 2 * CHUNK + beyond)]);
  },
);

test('no parts are no bytes, and parts are one message however they are cut', () => {
  expectDigest([]);
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 0, max: 3 * CHUNK }),
      fc.array(fc.integer({ min: 0, max: 3 * CHUNK }), { maxLength: 6 }),
      (seed, length, cuts) => {
        const bytes = new Chance(seed).bytes(length);
        const places = [0, ...cuts.map((cut) => Math.min(cut, length)), length].toSorted(
          (a, b) => a - b,
        );
        const parts = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
        expect(concatBytes(...parts)).toEqual(bytes);
        expectDigest(parts);
      },
    ),
    runs(50),
  );
});

test('a block looks the same whether or not the blocks before it were suspected', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 3 * CHUNK }), (seed, length) => {
      const chance = new Chance(seed);
      const bytes = chance.bytes(length);
      const all = blocksSeen([bytes], () => true);
      const rarity = chance.between(2, 300);
      const wanted = all.seen.map(() => chance.isOneIn(rarity));
      const some = blocksSeen([bytes], (block) => wanted[block]!); // one for each block
      expect(some.count).toBe(all.count);
      expect(some.seen).toEqual(all.seen.filter((_, block) => wanted[block]));
    }),
    runs(50),
  );
});

test('a block with a partner made for it is found, at every place; without its past it is not', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 1, max: 700 }),
      fc.constantFrom('state before' as const, 'state after' as const),
      (seed, block, same) => {
        const chance = new Chance(seed);
        const bytes = chance.bytes(64 * (block + 1) + chance.between(0, 200));
        const [seen] = blocksSeen([bytes], (at) => at === block).seen;
        const made = makePartner(seen!, 58, same, chance); // the message has such a block
        expect(searchAt(block, made).isFoundIn([bytes])).toBe(true);
        const past = chance.between(0, 64 * block - 1);
        const other = bytes.with(past, bytes[past]! ^ 1); // a byte before the block
        expect(searchAt(block, made).isFoundIn([other])).toBe(false);
      },
    ),
    runs(100),
  );
});

test('a search begins afresh, whatever the one before it found', () => {
  const bytes = new Chance(3).bytes(3 * CHUNK);
  const [seen] = blocksSeen([bytes], (at) => at === 300).seen;
  const made = makePartner(seen!, 58, 'state after', new Chance(4)); // the message has such a block
  let isAsked = true;
  const search = new AttackSearch({
    suspects: () => (isAsked ? [made] : []),
    collides: collidesByVector,
  });
  expect(search.isFoundIn([bytes])).toBe(true);
  isAsked = false;
  expect(search.isFoundIn([bytes])).toBe(false);
  isAsked = true;
  expect(search.isFoundIn([bytes.subarray(64)])).toBe(false);
  expect(search.isFoundIn([bytes])).toBe(true);
});

/** Suspects one block of one vector. For one message only: it counts the blocks. */
function searchAt(block: number, vector: DisturbanceVector): AttackSearch {
  let at = 0;
  return new AttackSearch({
    suspects: () => (at++ === block ? [vector] : []),
    collides: collidesByVector,
  });
}
