import { type BitCondition, UNAVOIDABLE_CONDITIONS } from './sha1-conditions.ts';
import { DISTURBANCE_VECTORS, type DisturbanceVector } from './sha1-disturbance-vectors.ts';

/** The words that conditions speak of: 35 to 64. */
const FIRST_WORD = 35;
const WORDS = 30;

/** The bits that most conditions speak of. They alone clear most blocks, and are asked of every one. */
const FREQUENT_BITS: readonly number[] = [1, 4, 6, 29];

/** Numbers per condition in {@link Check.frequent}. */
const FIELDS = 6;

/** The vectors of a family and their conditions. The vector of step K is bit K - 35 wherever bits stand for vectors. */
interface Check {
  readonly family: readonly DisturbanceVector[];
  readonly vectors: number;
  /**
   * Conditions on frequent bits, each asked for all vectors at once; those that bind most vectors come first. Six
   * numbers each: a bit and by how much its column is rotated, the other bit and by how much its column is rotated,
   * -1 if they are to differ, and the vectors that the condition binds.
   */
  readonly frequent: Int32Array;
  readonly rare: readonly BitCondition[];
}

const CHECKS: readonly Check[] = UNAVOIDABLE_CONDITIONS.map(
  ({ family: { type, rotation }, conditions }) => {
    const family = DISTURBANCE_VECTORS.filter(
      (vector) => vector.type === type && vector.rotation === rotation,
    );
    return {
      family,
      vectors: bitsOf(family),
      frequent: Int32Array.from(
        conditions
          .filter(isFrequent)
          .toSorted((a, b) => bitsBound(b) - bitsBound(a))
          .flatMap((condition) => {
            const [bit, step, relation, otherBit, otherStep] = condition;
            const bound = bitsOf(family.filter((vector) => isBound(vector, condition)));
            return [bit, -step & 31, otherBit, -otherStep & 31, relation === '=' ? 0 : -1, bound];
          }),
      ),
      rare: conditions.filter((condition) => !isFrequent(condition)),
    };
  },
);

const NONE: readonly DisturbanceVector[] = [];

/** At index n: bit n of the words 35 to 64, the lowest first. Scratch: each call fills it before it reads it. */
const columns = new Int32Array(32);

/**
 * The disturbance vectors whose unavoidable conditions the expanded message fulfills: any for one in twenty messages by
 * chance. No attack by another vector passes through this block. Reads the words 35 to 64.
 */
export function suspectedVectors(words: Int32Array): readonly DisturbanceVector[] {
  fillColumns(words);
  let suspects = NONE;
  for (const { family, vectors, frequent, rare } of CHECKS) {
    const left = unbroken(frequent, vectors);
    if (left === 0) continue;
    const found = family.filter(
      (vector) =>
        (left & bitOf(vector)) !== 0 &&
        rare.every((condition) => !isBound(vector, condition) || isMet(condition, vector, words)),
    );
    suspects = [...suspects, ...found];
  }
  return suspects;
}

/** Those of the vectors that break none of the conditions. */
function unbroken(conditions: Int32Array, vectors: number): number {
  let left = vectors;
  // Whole conditions are read, and a bit is within 0 to 31: hence each `!`.
  for (let at = 0; left !== 0 && at < conditions.length; at += FIELDS) {
    const column = columns[conditions[at]!]!;
    const rotation = conditions[at + 1]!;
    const otherColumn = columns[conditions[at + 2]!]!;
    const otherRotation = conditions[at + 3]!;
    // The bits of word K + step and of word K + otherStep come to lie at bit K - 35.
    const broken =
      ((column << rotation) | (column >>> (32 - rotation))) ^
      ((otherColumn << otherRotation) | (otherColumn >>> (32 - otherRotation))) ^
      conditions[at + 4]!;
    left &= ~(broken & conditions[at + 5]!);
  }
  return left;
}

/** In one pass and written out, as every block goes through here. */
function fillColumns(words: Int32Array): void {
  let bit1 = 0;
  let bit4 = 0;
  let bit6 = 0;
  let bit29 = 0;
  for (let t = FIRST_WORD; t < FIRST_WORD + WORDS; t++) {
    const word = words[t]!; // 80 words
    // Each bit enters at place 29, so that after 30 words the first has come to place 0.
    bit1 = (bit1 >>> 1) | ((word << 28) & 0x20000000);
    bit4 = (bit4 >>> 1) | ((word << 25) & 0x20000000);
    bit6 = (bit6 >>> 1) | ((word << 23) & 0x20000000);
    bit29 = (bit29 >>> 1) | (word & 0x20000000);
  }
  columns[1] = bit1;
  columns[4] = bit4;
  columns[6] = bit6;
  columns[29] = bit29;
}

function isMet(
  [bit, step, relation, otherBit, otherStep]: BitCondition,
  { step: k }: DisturbanceVector,
  words: Int32Array,
): boolean {
  // The conditions that bind a vector lie within the words 35 to 64.
  const difference = ((words[k + step]! >>> bit) ^ (words[k + otherStep]! >>> otherBit)) & 1;
  return difference === (relation === '=' ? 0 : 1);
}

function isBound({ step }: DisturbanceVector, condition: BitCondition): boolean {
  const [, , , , , firstK, lastK] = condition;
  return firstK <= step && step <= lastK;
}

function isFrequent([bit, , , otherBit]: BitCondition): boolean {
  return FREQUENT_BITS.includes(bit) && FREQUENT_BITS.includes(otherBit);
}

function bitsBound([, , , , , firstK, lastK]: BitCondition): number {
  return lastK - firstK + 1;
}

function bitsOf(vectors: readonly DisturbanceVector[]): number {
  return vectors.reduce((bits, vector) => bits | bitOf(vector), 0);
}

function bitOf({ step }: DisturbanceVector): number {
  return 1 << (step - FIRST_WORD);
}
