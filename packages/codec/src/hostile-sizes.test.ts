import { expect, test } from 'vitest';
import { CoveyError } from '@covey/errors';
import { fastestMs, filled, MEBI, MOST_MS } from '@covey/testkit';
import { fromBase64, fromBase64url, fromHex, readJson } from './index.ts';

const numbered = (length: number, member: (n: number) => string) =>
  `{${Array.from({ length: length / 14 }, (_, n) => member(n)).join()}}`;

/** Texts on which a careless reader goes back and forth, copies, or looks far ahead. */
const TEXTS: Readonly<Record<string, (length: number) => string>> = {
  'white space': (length) => filled(length, ' \n', '[1', 'x'),
  'one long number': (length) => filled(length, '1'),
  zeros: (length) => filled(length, '0'),
  minuses: (length) => filled(length, '-'),
  'a text without end': (length) => filled(length, 'a', '"'),
  'a text of escapes': (length) => filled(length, '\\\\', '"', '"'),
  'a text of surrogates': (length) => filled(length, '\\ud83d', '"', '"'),
  'many numbers': (length) => filled(length, '0,', '[', '0]'),
  'many objects': (length) => filled(length, '{},', '[', '0]'),
  'many keys': (length) => numbered(length, (n) => `"key ${n * 7919}":0`),
  'many keys that look like positions': (length) => numbered(length, (n) => `"${n * 7919}":0`),
  'one key again and again': (length) => filled(length, '"a":0,', '{', '"a":0}'),
  'open brackets': (length) => filled(length, '['),
  'hex, then none': (length) => filled(length, 'ab', '', 'g'),
  'base64, then none': (length) => filled(length, 'AAAA', '', 'A==='),
  'padding alone': (length) => filled(length, '='),
  'padding in between': (length) => filled(length, 'AA=='),
  'letters that are none of base64': (length) => filled(length, 'é'),
};

// A quarter of a mebi is what JSON is read of at most; all beyond is refused unseen.
const READERS = { fromBase64, fromBase64url, fromHex, readJson } as const;
const LENGTHS = [MEBI / 4, MEBI];

test.each(Object.keys(TEXTS))('F7: %s, a mebibyte of it, takes no time', (name) => {
  for (const length of LENGTHS) {
    const text = TEXTS[name]?.(length) ?? '';
    expect(text.length).toBeGreaterThan(length / 2);
    for (const [reader, read] of Object.entries(READERS)) {
      expect(
        fastestMs(() => settles(() => read(text))),
        reader,
      ).toBeLessThan(MOST_MS);
    }
  }
});

test('JSON of more than 256 Ki characters is refused', () => {
  expect(readJson(filled(MEBI / 4, 'a', '"', '"'))).toHaveLength(MEBI / 4 - 2);
  expect(() => readJson(filled(MEBI / 4 + 1, 'a', '"', '"'))).toThrow(
    expect.objectContaining({ code: 'JSON_MALFORMED' }),
  );
});

/** Whether it was read. Any other error than ours fails the test. */
function settles(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (reason) {
    if (!CoveyError.is(reason)) throw reason;
    return false;
  }
}
