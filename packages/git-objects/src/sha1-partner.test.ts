import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '@covey/testkit';
import { Chance } from '../test/chance.ts';
import { makePartner } from '../test/made-collision.ts';
import { DISTURBANCE_VECTORS, type DisturbanceVector } from './sha1-disturbance-vectors.ts';
import { type CompressedBlock, collidesByVector } from './sha1-partner.ts';
import { compress, expand, followBack, followForward } from './sha1-rounds.ts';

function chanceBlock(chance: Chance): CompressedBlock {
  const chanceWord = () => chance.next() * 2 ** 32;
  const words = new Int32Array(80);
  for (let t = 0; t < 16; t++) words[t] = chanceWord();
  expand(words, 16, 80);
  const stateAfter = Int32Array.from({ length: 5 }, chanceWord);
  const trail = new Int32Array(85);
  compress(stateAfter, words, trail);
  return { words, trail, stateAfter };
}

const blocks = fc.nat().map((seed) => chanceBlock(new Chance(seed)));

test('followed back and forward from the state before any step, a block has the trail it has', () => {
  fc.assert(
    fc.property(blocks, fc.integer({ min: 0, max: 80 }), ({ words, trail }, from) => {
      const again = new Int32Array(85);
      again.set(trail.subarray(from, from + 5), from);
      followBack(again, words, from);
      followForward(again, words, from);
      expect(again).toEqual(trail);
    }),
    runs(500),
  );
});

test.each(DISTURBANCE_VECTORS)(
  'a block by chance does not collide by $type($step,$rotation)',
  (vector) => {
    fc.assert(
      fc.property(blocks, (block) => {
        expect(collidesByVector(block, vector)).toBe(false);
      }),
      runs(20),
    );
  },
);

test.each(['state after', 'state before'] as const)(
  'a block with a partner made for it collides: the %s is the same',
  (same) => {
    fc.assert(
      fc.property(
        blocks,
        fc.constantFrom(...DISTURBANCE_VECTORS),
        fc.nat(),
        (block, like, seed) => {
          const made = makePartner(block, like.calmAt, same, new Chance(seed));
          expect(collidesByVector(block, made)).toBe(true);
        },
      ),
      runs(200),
    );
  },
);

test('another word in state, message or differences, and the block does not collide', () => {
  fc.assert(
    fc.property(blocks, fc.constantFrom(58, 65), fc.nat(), (block, calmAt, seed) => {
      const chance = new Chance(seed);
      const made = makePartner(block, calmAt, 'state after', chance);
      const replaceOne = (words: Int32Array) =>
        words.with(chance.between(0, words.length - 1), chance.next() * 2 ** 32);
      const changed: DisturbanceVector = { ...made, differences: replaceOne(made.differences) };
      expect(collidesByVector(block, changed)).toBe(false);
      expect(collidesByVector({ ...block, words: replaceOne(block.words) }, made)).toBe(false);
      expect(collidesByVector({ ...block, stateAfter: replaceOne(block.stateAfter) }, made)).toBe(
        false,
      );
    }),
    runs(200),
  );
});
