/** The words of a block and what they are expanded to. */
export const STEPS = 80;

/**
 * What SHA-1 leaves behind while it works through a block: the first word of the state before step t at index t + 4.
 * The state's other words are the four entries before it, the older three rotated to the left by 30. So a trail can be
 * followed from any five entries on, in both directions.
 */
export const TRAIL_WORDS = STEPS + 5;

/** The state that a message begins with, FIPS 180-4 section 5.3.1. */
export const INITIAL_STATE: readonly number[] = [
  0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0,
];

// Throughout: t is at least 0 and below 80, words has 80 entries, a trail 85, a state 5: hence each `!`.
// The rounds are loops of their own, with their functions and constants (FIPS 180-4 sections 4.1.1 and 4.2.1) written
// out: every large file goes through here.

/** Expands the 16 words of a block (FIPS 180-4 section 6.1.2, step 1) from word `from` to before word `to`. */
export function expand(words: Int32Array, from: number, to: number): void {
  for (let t = from; t < to; t++) {
    const mixed = words[t - 3]! ^ words[t - 8]! ^ words[t - 14]! ^ words[t - 16]!;
    words[t] = (mixed << 1) | (mixed >>> 31);
  }
}

/** Takes the state through a block of 80 expanded words, and writes down the trail. */
export function compress(state: Int32Array, words: Int32Array, trail: Int32Array): void {
  trail[4] = state[0]!;
  trail[3] = state[1]!;
  trail[2] = rotateRight30(state[2]!);
  trail[1] = rotateRight30(state[3]!);
  trail[0] = rotateRight30(state[4]!);
  followForward(trail, words, 0);
  feedForward(trail, state);
}

/** The state after the block: the last one of the trail, added to the one before the block. */
export function feedForward(trail: Int32Array, state: Int32Array): void {
  state[0] = trail[4]! + trail[84]!;
  state[1] = trail[3]! + trail[83]!;
  state[2] = rotateLeft30(trail[2]!) + rotateLeft30(trail[82]!);
  state[3] = rotateLeft30(trail[1]!) + rotateLeft30(trail[81]!);
  state[4] = rotateLeft30(trail[0]!) + rotateLeft30(trail[80]!);
}

/** The steps from `from` to the last (FIPS 180-4 section 6.1.2, step 3), by the state before step `from`. */
export function followForward(trail: Int32Array, words: Int32Array, from: number): void {
  let t = from;
  let a = trail[t + 4]!;
  let b = trail[t + 3]!;
  let c = rotateLeft30(trail[t + 2]!);
  let d = rotateLeft30(trail[t + 1]!);
  let e = rotateLeft30(trail[t]!);
  for (; t < 20; t++) {
    const next = (((a << 5) | (a >>> 27)) + (d ^ (b & (c ^ d))) + e + 0x5a827999 + words[t]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
    trail[t + 5] = next;
  }
  for (; t < 40; t++) {
    const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0x6ed9eba1 + words[t]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
    trail[t + 5] = next;
  }
  for (; t < 60; t++) {
    const majority = (b & c) | (d & (b | c));
    const next = (((a << 5) | (a >>> 27)) + majority + e + 0x8f1bbcdc + words[t]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
    trail[t + 5] = next;
  }
  for (; t < STEPS; t++) {
    const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0xca62c1d6 + words[t]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
    trail[t + 5] = next;
  }
}

/** The steps before `from`, undone one after another, by the state before step `from`. */
export function followBack(trail: Int32Array, words: Int32Array, from: number): void {
  let t = from - 1;
  // Of the state after step t, the first word alone is new; the other four are a, b, c, d of the state before it.
  let next = trail[t + 5]!;
  let a = trail[t + 4]!;
  let b = trail[t + 3]!;
  let c = rotateLeft30(trail[t + 2]!);
  let d = rotateLeft30(trail[t + 1]!);
  for (; t >= 60; t--) {
    const e = (next - ((a << 5) | (a >>> 27)) - (b ^ c ^ d) - 0xca62c1d6 - words[t]!) | 0;
    next = a;
    a = b;
    b = (c << 2) | (c >>> 30);
    c = d;
    d = e;
    trail[t] = (e << 2) | (e >>> 30);
  }
  for (; t >= 40; t--) {
    const e =
      (next - ((a << 5) | (a >>> 27)) - ((b & c) | (d & (b | c))) - 0x8f1bbcdc - words[t]!) | 0;
    next = a;
    a = b;
    b = (c << 2) | (c >>> 30);
    c = d;
    d = e;
    trail[t] = (e << 2) | (e >>> 30);
  }
  for (; t >= 20; t--) {
    const e = (next - ((a << 5) | (a >>> 27)) - (b ^ c ^ d) - 0x6ed9eba1 - words[t]!) | 0;
    next = a;
    a = b;
    b = (c << 2) | (c >>> 30);
    c = d;
    d = e;
    trail[t] = (e << 2) | (e >>> 30);
  }
  for (; t >= 0; t--) {
    const e = (next - ((a << 5) | (a >>> 27)) - (d ^ (b & (c ^ d))) - 0x5a827999 - words[t]!) | 0;
    next = a;
    a = b;
    b = (c << 2) | (c >>> 30);
    c = d;
    d = e;
    trail[t] = (e << 2) | (e >>> 30);
  }
}

function rotateLeft30(word: number): number {
  return (word << 30) | (word >>> 2);
}

function rotateRight30(word: number): number {
  return (word << 2) | (word >>> 30);
}
