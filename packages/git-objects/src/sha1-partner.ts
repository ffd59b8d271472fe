import type { DisturbanceVector } from './sha1-disturbance-vectors.ts';
import { feedForward, followBack, followForward, STEPS, TRAIL_WORDS } from './sha1-rounds.ts';

/** What a block looks like from inside: 80 words, the trail through them, and the state after them. */
export interface CompressedBlock {
  readonly words: Int32Array;
  readonly trail: Int32Array;
  readonly stateAfter: Int32Array;
}

/** The message that would collide. Scratch: each call overwrites it before it reads it, and none awaits anything. */
const partnerWords = new Int32Array(STEPS);
const partnerTrail = new Int32Array(TRAIL_WORDS);
const partnerState = new Int32Array(5);

/**
 * Whether the block collides with the one that the vector tells from it. Both go through the same state at the
 * vector's calm step; from there the other's trail is followed to both ends. They collide if both states come out the
 * same, or if both went in the same: then the attack was on fewer steps of SHA-1, which nobody has by chance either.
 */
export function collidesByVector(
  { words, trail, stateAfter }: CompressedBlock,
  { differences, calmAt }: DisturbanceVector,
): boolean {
  for (let t = 0; t < STEPS; t++) partnerWords[t] = words[t]! ^ differences[t]!; // 80 each
  for (let i = calmAt; i < calmAt + 5; i++) partnerTrail[i] = trail[i]!; // calmAt is 65 at most
  followBack(partnerTrail, partnerWords, calmAt);
  followForward(partnerTrail, partnerWords, calmAt);
  return isSameBefore(trail, partnerTrail) || isStateAfter(partnerTrail, stateAfter);
}

/** The words of the state before the block are the first five of the trail. */
function isSameBefore(trail: Int32Array, otherTrail: Int32Array): boolean {
  for (let i = 0; i < 5; i++) if (trail[i] !== otherTrail[i]) return false;
  return true;
}

function isStateAfter(trail: Int32Array, state: Int32Array): boolean {
  feedForward(trail, partnerState);
  for (let i = 0; i < 5; i++) if (partnerState[i] !== state[i]) return false;
  return true;
}
