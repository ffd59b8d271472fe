import { expect, test } from 'vitest';
import { impurities } from './purity.ts';

test.each([
  'const at = Date.now();',
  'const clock = Date.now;',
  'const at = new Date();',
  'const at = new Date;',
  'const at = Date();',
  'const n = Math.random();',
  'const { random } = globalThis.Math;',
])('a pure file may not say: %s', (line) => {
  expect(impurities('a.ts', `\n${line}\n`)).toEqual([expect.stringMatching(/^a\.ts:2: /)]);
});

test.each([
  'const at = new Date(0);',
  '// Date.now() and Math.random() are refused here',
  "const text = 'Date.now()';",
  'const date: Date = at;',
])('a pure file may say: %s', (line) => {
  expect(impurities('a.ts', line)).toEqual([]);
});
