import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '@covey/testkit';
import { Chance } from '../test/chance.ts';
import { type BitCondition, UNAVOIDABLE_CONDITIONS } from './sha1-conditions.ts';
import { DISTURBANCE_VECTORS, type DisturbanceVector } from './sha1-disturbance-vectors.ts';
import { expand } from './sha1-rounds.ts';
import { suspectedVectors } from './sha1-suspects.ts';

/** The conditions of one vector, each read for itself. */
function conditionsOf({ type, rotation, step }: DisturbanceVector): readonly BitCondition[] {
  const own = UNAVOIDABLE_CONDITIONS.find(
    ({ family }) => family.type === type && family.rotation === rotation,
  );
  return own!.conditions.filter(([, , , , , first, last]) => first <= step && step <= last); // each has a family
}

const VECTORS = DISTURBANCE_VECTORS.map((vector) => ({
  name: `${vector.type}(${vector.step},${vector.rotation})`,
  vector,
  conditions: conditionsOf(vector),
}));

function isBroken(condition: BitCondition, k: number, words: Int32Array): boolean {
  const [bit, step, relation, otherBit, otherStep] = condition;
  const isSet = (words[k + step]! & (1 << bit)) !== 0; // within 35 to 64
  const isOtherSet = (words[k + otherStep]! & (1 << otherBit)) !== 0;
  return (isSet === isOtherSet) !== (relation === '=');
}

function suspectsByReading(words: Int32Array): readonly DisturbanceVector[] {
  return VECTORS.filter(({ vector, conditions }) =>
    conditions.every((condition) => !isBroken(condition, vector.step, words)),
  ).map(({ vector }) => vector);
}

function chanceMessage(chance: Chance): Int32Array {
  const words = new Int32Array(80);
  for (let t = 0; t < 16; t++) words[t] = chance.next() * 2 ** 32;
  expand(words, 16, 80);
  return words;
}

/**
 * Turns one bit of each broken condition until none is broken. The words are no expansion of a message afterwards, but
 * the filter does not ask for one.
 */
function mend(words: Int32Array, conditions: readonly BitCondition[], k: number, chance: Chance) {
  for (let turns = 0; turns < 10_000; turns++) {
    const broken = conditions.filter((condition) => isBroken(condition, k, words));
    if (broken.length === 0) return;
    const [bit, step, , otherBit, otherStep] = chance.pick(broken);
    if (chance.isOneIn(2)) words[k + step]! ^= 1 << bit;
    else words[k + otherStep]! ^= 1 << otherBit;
  }
  throw new Error('the conditions contradict each other');
}

test('10,000 messages by chance are suspected of what reading every condition suspects them of', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const chance = new Chance(seed);
      for (let i = 0; i < 500; i++) {
        const words = chanceMessage(chance);
        expect(suspectedVectors(words)).toEqual(suspectsByReading(words));
      }
    }),
    runs(20),
  );
});

test.each(VECTORS)(
  'a message that meets all conditions of $name is suspected of it',
  ({ vector, conditions }) => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const chance = new Chance(seed);
        const words = chanceMessage(chance);
        mend(words, conditions, vector.step, chance);
        const suspects = suspectedVectors(words);
        expect(suspects).toContain(vector);
        expect(suspects).toEqual(suspectsByReading(words));
      }),
      runs(20),
    );
  },
);

test.each(VECTORS)(
  'breaking any one condition of $name clears a message of it',
  ({ vector, conditions }) => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const chance = new Chance(seed);
        const words = chanceMessage(chance);
        mend(words, conditions, vector.step, chance);
        const [bit, step] = chance.pick(conditions);
        words[vector.step + step]! ^= 1 << bit;
        expect(suspectedVectors(words)).not.toContain(vector);
      }),
      runs(20),
    );
  },
);
