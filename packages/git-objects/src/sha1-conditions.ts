import { VECTOR_FAMILIES, type VectorFamily } from './sha1-disturbance-vectors.ts';

/**
 * Two bits of the expanded message that are the same, or differ, in every block that was made by any of the vectors
 * from firstK to lastK: `bit` of W[K + step] and `otherBit` of W[K + otherStep], bits counted from the lowest.
 */
export type BitCondition = readonly [
  bit: number,
  step: number,
  relation: '=' | '≠',
  otherBit: number,
  otherStep: number,
  firstK: number,
  lastK: number,
];

/** What a family's attacks cannot avoid. */
export interface FamilyConditions {
  readonly family: VectorFamily;
  readonly conditions: readonly BitCondition[];
}

const [FAMILY_I_0, FAMILY_I_2, FAMILY_II_0, FAMILY_II_2] = VECTOR_FAMILIES;

/**
 * The unavoidable bit conditions of Marc Stevens and Daniel Shumow, "Speeding up detection of SHA-1 collision attacks
 * using unavoidable attack conditions" (USENIX Security 2017), for the words 35 to 64. There they are 373, for each
 * vector its own; here they are told once for all vectors of a family for which they follow, which is the same set.
 * They only save work: a block that breaks one of a vector's need not be tried with that vector.
 */
export const UNAVOIDABLE_CONDITIONS: readonly FamilyConditions[] = [
  {
    family: FAMILY_I_0,
    conditions: [
      [3, -16, '=', 28, -12, 51, 51],
      [4, -14, '≠', 4, -13, 50, 52],
      [4, -13, '=', 29, -9, 48, 52],
      [4, -10, '=', 29, -6, 45, 52],
      [29, -8, '=', 29, -7, 48, 52],
      [29, -7, '=', 29, -6, 47, 52],
      [4, -6, '≠', 4, -4, 43, 52],
      [4, -4, '≠', 29, -4, 44, 52],
      [4, -4, '≠', 29, -3, 43, 52],
      [29, -3, '=', 4, -2, 43, 52],
      [4, -2, '≠', 29, -1, 43, 52],
      [29, -1, '=', 4, 0, 43, 52],
      [4, 0, '≠', 29, 1, 43, 52],
      [29, 1, '≠', 29, 3, 43, 52],
      [29, 3, '=', 29, 4, 43, 52],
      [0, 15, '≠', 5, 16, 43, 48],
      [5, 16, '=', 30, 20, 43, 44],
      [1, 18, '≠', 6, 19, 43, 45],
    ],
  },
  {
    family: FAMILY_I_2,
    conditions: [
      [5, -16, '=', 30, -12, 51, 51],
      [1, -14, '=', 6, -14, 51, 51],
      [1, -14, '≠', 6, -13, 49, 51],
      [1, -11, '≠', 6, -10, 46, 51],
      [6, -10, '=', 1, -9, 49, 51],
      [1, -7, '≠', 6, -6, 46, 51],
      [6, -6, '=', 6, -4, 46, 51],
      [6, -4, '=', 6, -2, 46, 51],
      [6, -2, '=', 6, 0, 46, 51],
      [6, 0, '=', 1, 1, 46, 51],
      [2, 15, '≠', 7, 16, 46, 48],
    ],
  },
  {
    family: FAMILY_II_0,
    conditions: [
      [4, -18, '≠', 4, -16, 54, 56],
      [4, -16, '≠', 29, -16, 56, 56],
      [4, -16, '≠', 29, -15, 55, 56],
      [4, -16, '≠', 4, -14, 52, 56],
      [4, -14, '≠', 29, -13, 53, 56],
      [30, -13, '≠', 3, -12, 48, 52],
      [3, -12, '=', 28, -8, 47, 56],
      [4, -12, '=', 29, -8, 47, 56],
      [4, -9, '=', 29, -5, 45, 56],
      [29, -7, '=', 29, -6, 47, 56],
      [29, -6, '=', 29, -5, 46, 56],
      [4, -4, '=', 29, -2, 45, 56],
      [29, -2, '=', 29, -1, 45, 56],
      [29, -1, '=', 29, 0, 45, 56],
      [4, 2, '=', 29, 4, 45, 55],
      [4, 4, '≠', 29, 4, 45, 53],
      [4, 4, '=', 29, 8, 45, 56],
      [29, 4, '=', 29, 5, 45, 54],
      [29, 7, '=', 29, 8, 45, 52],
      [0, 15, '≠', 5, 16, 45, 48],
      [1, 18, '≠', 6, 19, 45, 45],
    ],
  },
  {
    family: FAMILY_II_2,
    conditions: [
      [0, -13, '≠', 5, -12, 49, 51],
      [5, -12, '=', 30, -8, 49, 51],
      [1, -10, '≠', 6, -9, 46, 51],
      [6, -9, '=', 1, -8, 49, 51],
      [1, -5, '≠', 6, -4, 46, 51],
      [6, -4, '=', 1, -3, 46, 51],
      [1, 1, '≠', 6, 2, 46, 51],
      [6, 2, '=', 6, 4, 46, 51],
      [6, 4, '=', 1, 5, 46, 51],
      [2, 15, '≠', 7, 16, 46, 46],
    ],
  },
];
