import { expect, test } from 'vitest';
import { canonicalJson, readJson } from './index.ts';

test('what is written is read back, key order and white space apart', () => {
  const value = { b: [1, null, true], a: { é: 'ü\u0001😀' } };
  expect(canonicalJson(value)).toBe(
    '{"a":{"\\u00e9":"\\u00fc\\u0001\\ud83d\\ude00"},"b":[1,null,true]}',
  );
  expect(readJson(canonicalJson(value))).toEqual(value);
  expect(readJson(' {"a" : 1 }\n')).toEqual({ a: 1 });
});

test.each([
  ['a key that stands twice', '{"a":1,"a":2}'],
  ['a lone surrogate', '"\\ud800"'],
  ['a number that is no integer', '1.5'],
  ['an exponent', '1e3'],
  ['minus zero', '-0'],
  ['a leading zero', '01'],
  ['an integer beyond 2^53', '9007199254740993'],
  ['a bomb of depth', '['.repeat(10_000)],
  ['text after the value', '{} {}'],
  ['a raw control character', '"\n"'],
  ['nothing', ''],
])('refuses %s', (_, text) => {
  expect(() => readJson(text)).toThrow(expect.objectContaining({ code: 'JSON_MALFORMED' }));
});

test('__proto__ is a key like any other', () => {
  const value = readJson('{"__proto__":{"x":1}}') as Record<string, unknown>;
  expect(Object.keys(value)).toEqual(['__proto__']);
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});
