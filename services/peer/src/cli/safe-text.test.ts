import { expect, test } from 'vitest';
import { fastestMs, filled, MEBI, MOST_MS } from '@covey/testkit';
import { safeJson, safeText, withoutControls } from './safe-text.ts';

test.each([
  ['an escape sequence', '\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
  ['an escape sequence in one byte', '\u009b31m', '\\x9b31m'],
  ['a title of the window', '\u001b]0;x\u0007', '\\x1b]0;x\\x07'],
  ['backspaces', 'good\b\b\b\bbad', 'good\\x08\\x08\\x08\\x08bad'],
  ['line breaks of every kind', 'a\nb\r\nc\rd\u0085e\u2028f\u2029g', 'a↵b↵c↵d↵e↵f↵g'],
  ['a tab', 'a\tb', 'a\\x09b'],
  ['NUL and delete', 'a\u0000b\u007f', 'a\\x00b\\x7f'],
  ['text turned round', '\u202eecilA', '\\u{202e}ecilA'],
  ['isolates that are not ours', '\u2066a\u2069', '\\u{2066}a\\u{2069}'],
  ['a joiner between letters', 'A\u200dlice', 'A\\u{200d}lice'],
  [
    'nothing that is seen',
    '\u200b\u2060\ufeff\u115f\u2800',
    '\\u{200b}\\u{2060}\\u{feff}\\u{115f}\\u{2800}',
  ],
  ['tags', '\u{e0041}', '\\u{e0041}'],
  ['half a character', '\ud800', '\ufffd'],
  ['a mark without a letter', '\u0301x', '◌\u0301x'],
  ['a tower of marks', `A${'\u0335'.repeat(50)}`, `A${'\u0335'.repeat(4)}…`],
])('%s is made visible', (_, text, shown) => {
  expect(safeText(text)).toBe(shown);
});

test.each([
  'Zoë',
  'Zoe\u0308',
  'निखिल',
  'क्\u200dष',
  'O’Brien',
  '😀 Bob',
  'สมชาย',
  '👨\u200d👩\u200d👧',
  '👍🏽',
  '❤\ufe0f',
  '🇩🇪',
  ' a  b ',
])('"%s" comes through unchanged', (text) => {
  expect(safeText(text)).toBe(text);
});

test('text from right to left stands between isolates, so that it cannot move the line around it', () => {
  expect(safeText('محمد')).toBe('\u2068محمد\u2069');
  expect(safeText('شهرون\u200cها')).toBe('\u2068شهرون\u200cها\u2069');
});

test('JSON keeps its meaning and loses its power', () => {
  const value = { a: '\u001b\u009b\u202e\u2028\u{e0041}é😀' };
  const text = safeJson(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).toBe('{"a":"\\u001b\\u009b\\u202e\\u2028\\udb40\\udc41é😀"}');
});

test('the last net escapes what a line holds all the same', () => {
  expect(withoutControls('a\u001bb\nc\u009bd')).toBe('a\\x1bb\\x0ac\\x9bd');
});

test.each([
  '\u0301',
  '\u202e',
  'a\u0301',
  '\u001b[',
  '\u200d',
  'م\u200d',
  '\u{e0041}',
  '\ud800',
  '\r\n',
  '\r',
  'a\u0301\u0301\u0301\u0301\u0301',
])(
  'F7: a mebibyte of %j takes no time, and neither does the JSON of the longest message',
  (unit) => {
    const text = filled(MEBI, unit);
    expect(fastestMs(() => safeText(text))).toBeLessThan(MOST_MS);
    const longest = filled(64 * 1024, unit);
    expect(fastestMs(() => safeJson(longest))).toBeLessThan(MOST_MS);
  },
);
