/**
 * A disturbance vector: where a collision attack on SHA-1 disturbs the state, and so by which XOR its two messages
 * differ in each of the 80 expanded words. Named I(K,b) and II(K,b) as by Stéphane Manuel, "Classification and
 * generation of disturbance vectors for collision attacks against SHA-1" (Designs, Codes and Cryptography 59, 2011).
 */
export interface DisturbanceVector {
  readonly type: 'I' | 'II';
  /** K: the first of the 16 steps by which the vector is defined. */
  readonly step: number;
  /** b: by how many bits all words are rotated to the left. */
  readonly rotation: number;
  /** A step before which five steps are undisturbed: there both messages have the same state. */
  readonly calmAt: number;
  /** XOR between the expanded words of both messages, 80 of them. */
  readonly differences: Int32Array;
}

/** Disturbance vectors of the same type and rotation; each is the one before it, a step later. */
export interface VectorFamily {
  readonly type: 'I' | 'II';
  readonly rotation: number;
  /** K of each. */
  readonly steps: readonly number[];
}

/**
 * The 32 that an attack can be built upon with the least work. Published in Marc Stevens and Daniel Shumow,
 * "Speeding up detection of SHA-1 collision attacks using unavoidable attack conditions" (USENIX Security 2017).
 */
export const VECTOR_FAMILIES = [
  { type: 'I', rotation: 0, steps: [43, 44, 45, 46, 47, 48, 49, 50, 51, 52] },
  { type: 'I', rotation: 2, steps: [46, 47, 48, 49, 50, 51] },
  { type: 'II', rotation: 0, steps: [45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56] },
  { type: 'II', rotation: 2, steps: [46, 49, 50, 51] },
] as const satisfies readonly VectorFamily[];

/** The first local collision that touches step 0 begins this many steps before it. */
const BEFORE = 5;

/** Every vector of every family, in their order. */
export const DISTURBANCE_VECTORS: readonly DisturbanceVector[] = VECTOR_FAMILIES.flatMap(
  ({ type, rotation, steps }) => steps.map((step) => makeVector(type, step, rotation)),
);

/**
 * The disturbances of I(K,b) or II(K,b) at the steps -5 to 79; the one of step t is at index t + 5. A vector obeys the
 * message expansion, so that 16 words of it are all of it: of I(K,b), steps K to K + 15, only the last is not zero;
 * of II(K,b) also those of K + 1 and K + 3.
 */
export function disturbancesOf(type: 'I' | 'II', step: number, rotation: number): Int32Array {
  const words = new Int32Array(BEFORE + 80);
  const first = step + BEFORE;
  words[first + 15] = rotateLeft(1, rotation);
  if (type === 'II') {
    words[first + 1] = rotateLeft(1 << 31, rotation);
    words[first + 3] = rotateLeft(1 << 31, rotation);
  }
  // The indices below lie within the array: K is 43 or more, and at most 56. Hence each `!`.
  for (let t = first + 16; t < words.length; t++) {
    words[t] = rotateLeft(words[t - 3]! ^ words[t - 8]! ^ words[t - 14]! ^ words[t - 16]!, 1);
  }
  for (let t = first - 1; t >= 0; t--) {
    words[t] = rotateLeft(words[t + 16]!, 31) ^ words[t + 13]! ^ words[t + 8]! ^ words[t + 2]!;
  }
  return words;
}

function makeVector(type: 'I' | 'II', step: number, rotation: number): DisturbanceVector {
  const disturbances = disturbancesOf(type, step, rotation);
  // A disturbance of step t wanders through the five words of the state, and is mended by the message at each:
  // Florent Chabaud and Antoine Joux, "Differential collisions in SHA-0" (CRYPTO 1998).
  const differences = Int32Array.from({ length: 80 }, (_, t) => {
    const before = (steps: number) => disturbances[BEFORE + t - steps]!; // at most 5 before
    return (
      before(0) ^
      rotateLeft(before(1), 5) ^
      before(2) ^
      rotateLeft(before(3), 30) ^
      rotateLeft(before(4), 30) ^
      rotateLeft(before(5), 30)
    );
  });
  // Two steps that serve all: each vector is calm in 53-57 or in 60-64.
  return { type, step, rotation, calmAt: step < 50 ? 58 : 65, differences };
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
