import type { DisturbanceVector } from '../src/sha1-disturbance-vectors.ts';
import type { CompressedBlock } from '../src/sha1-partner.ts';
import { followForward } from '../src/sha1-rounds.ts';
import type { Chance } from './chance.ts';

/**
 * A vector by which just this block collides, through the same state at step `calmAt`. It is no disturbance vector: its
 * differences are chosen for each step, which nobody can do with a message, as all words follow from the first 16.
 */
export function makePartner(
  { words, trail, stateAfter }: CompressedBlock,
  calmAt: number,
  same: 'state before' | 'state after',
  chance: Chance,
): DisturbanceVector {
  const partner = trail.slice();
  if (same === 'state before') {
    partner[5] = chance.next() * 2 ** 32;
    partner[84] = chance.next() * 2 ** 32; // the states after are not the same
  } else {
    for (let i = 0; i < calmAt; i++) partner[i] = chance.next() * 2 ** 32;
    // The last state makes up for the first.
    for (let i = 0; i < 5; i++) partner[84 - i] = added(stateAfter[i]!, partner[4 - i]!, i); // 5 and 85 words
  }
  const differences = words.map((word, t) => word ^ wordOf(partner, t));
  return { type: 'I', step: 0, rotation: 0, calmAt, differences };
}

/** What the trail has to hold at last for the i-th word of the state to come out as `after`. */
function added(after: number, first: number, i: number): number {
  if (i < 2) return after - first;
  const sum = after - ((first << 30) | (first >>> 2));
  return (sum << 2) | (sum >>> 30);
}

/** The word of the message that leads the trail through its step t. */
function wordOf(trail: Int32Array, t: number): number {
  const withZero = trail.slice();
  followForward(withZero, new Int32Array(80), t);
  return trail[t + 5]! - withZero[t + 5]!; // 85 words
}
