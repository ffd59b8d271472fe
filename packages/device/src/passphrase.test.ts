import { expect, test } from 'vitest';
import { toHex, utf8 } from '@covey/codec';
import { parsePassphrase } from './passphrase.ts';

const bytesOf = (text: string) => toHex(parsePassphrase(text).reveal());

test('however a keyboard composes a letter, the passphrase is the same', () => {
  expect(bytesOf('Bl\u00fcmchen')).toBe(bytesOf('Blu\u0308mchen'));
  expect(bytesOf('Bl\u00fcmchen')).toBe(toHex(utf8('Bl\u00fcmchen')));
});

test('letters that only look alike stay different, and blanks count', () => {
  expect(bytesOf('ﬁnal-boss')).not.toBe(bytesOf('final-boss'));
  expect(bytesOf(' 1234567 ')).not.toBe(bytesOf('1234567  '));
});

test.each([
  ['nothing', ''],
  ['seven characters', '1234567'],
  ['seven characters of two code units', '😀'.repeat(7)],
  ['eight code points that are seven characters composed', 'u\u0308123456'],
  ['1025 characters', 'x'.repeat(1025)],
  ['half a character', `12345678\ud800`],
])('%s is no passphrase', (_, text) => {
  expect(() => parsePassphrase(text)).toThrow(
    expect.objectContaining({ code: 'PASSPHRASE_MALFORMED' }),
  );
});

test.each([['12345678'], ['😀'.repeat(8)], ['x'.repeat(1024)]])('%s is one', (text) => {
  expect(bytesOf(text)).toBe(toHex(utf8(text)));
});

test('a passphrase does not show itself', () => {
  const passphrase = parsePassphrase('hunter2-hunter2');
  const shown = `${passphrase} ${JSON.stringify({ passphrase })} ${JSON.stringify(Object.entries(passphrase))}`;
  expect(shown).not.toMatch(/hunter2|[0-9]{2,}/);
});
