import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const SOURCE = join(import.meta.dirname, '..', 'src');
const LIBRARY = 'isomorphic-git';
const IMPORT = `import * as git from '${LIBRARY}';`;
const TYPE_IMPORT = /^import type \{[^}]*\} from 'isomorphic-git';$/gm;
const OTHER_IMPORT = / from '(?!isomorphic-git)[^']*'/g;

/** All that may be used of it. None of these takes bytes that others made: indexPack, fetch, clone, push and the like. */
const HARMLESS = ['Errors', 'ReadObjectResult', 'expandOid', 'readObject', 'writeObject'];

/** What a source takes from isomorphic-git: names of its exports, or the line that could hide one. */
function usesOf(source: string): readonly string[] {
  const uncommented = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  const code = uncommented.replace(TYPE_IMPORT, '').replace(OTHER_IMPORT, '');
  const rest = code.replace(IMPORT, '');
  const lines = rest.split('\n');
  if (rest === code) return lines.filter((line) => line.includes(LIBRARY));
  // The name `git` may only stand before a dot: renamed, taken apart or indexed it could be anything.
  const hidden = lines.filter((line) => line.includes(LIBRARY) || /\bgit\b(?!\.\w)/.test(line));
  return [...rest.matchAll(/\bgit\.(\w+)/g)].map(([, name = '']) => name).concat(hidden);
}

test('SAFE-1: nothing here calls what isomorphic-git has for bytes of others', () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' });
  const sources = files.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  expect(sources.length).toBeGreaterThan(20); // else the folder has moved
  const uses = sources.flatMap((name) => usesOf(readFileSync(join(SOURCE, name), 'utf8')));
  expect([...new Set(uses)].toSorted()).toEqual(HARMLESS);
});

test.each([
  [`${IMPORT}\nawait git.indexPack({});`],
  [`${IMPORT}\nconst { fetch } = git;`],
  [`${IMPORT}\nconst other = git;`],
  [`${IMPORT}\ngit['clone']({});`],
  [`${IMPORT}\nimport * as again from 'isomorphic-git';`],
  [`import { push } from 'isomorphic-git';`],
  [`import { push } from "isomorphic-git";`],
  [`import iso from 'isomorphic-git';`],
  [`import type { A } from 'isomorphic-git'; import { push } from 'isomorphic-git';`],
  [`import http from 'isomorphic-git/http/node';`],
  [`export { indexPack } from 'isomorphic-git';`],
  [`const iso = await import('isomorphic-git');`],
])('that would be noticed: %j', (source) => {
  expect(usesOf(source).filter((use) => !HARMLESS.includes(use))).not.toEqual([]);
});

test.each([
  ['/** By isomorphic-git. */'],
  [`import type { PromiseFsClient } from 'isomorphic-git';`],
])('and that is harmless: %j', (source) => expect(usesOf(source)).toEqual([]));
