import { expect, test } from 'vitest';
import { parseOid } from '@covey/git-objects';
import { FirstWords } from './first-words.ts';

const oidOf = (word: number) => parseOid(word.toString(16).padStart(8, '0').padEnd(40, '7'));
/** Spread over all words, in no order; every eighth shares its low bits with others. */
const wordAt = (n: number) => (n % 8 === 0 ? n << 16 : Math.imul(n, 0x9e3779b1)) >>> 0;

test('what was added may be there, and what was not is not', () => {
  const words = new FirstWords();
  const added = new Set([0xffffffff, ...Array.from({ length: 5000 }, (_, n) => wordAt(n + 1))]);
  for (const word of added) {
    words.add(word);
    words.add(word);
  }
  for (const word of added) expect(words.mayHave(oidOf(word))).toBe(true);
  for (let n = 5001; n < 20_000; n++) {
    expect(words.mayHave(oidOf(wordAt(n)))).toBe(added.has(wordAt(n)));
  }
  expect(words.mayHave(oidOf(0))).toBe(false);
  words.add(0);
  expect(words.mayHave(oidOf(0))).toBe(true);
});
