import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CoveyError } from '@covey/errors';
import { corpusNamed } from '@covey/testkit';
import { canonicalJson, type JsonValue, readJson, utf8Text } from './index.ts';

const corpus = corpusNamed('json-test-suite');

interface Input {
  readonly name: string;
  readonly bytes: Uint8Array;
}

function inputs(folder: string, first = ''): readonly Input[] {
  if (corpus.isAbsent) return [];
  const path = join(corpus.folder, folder);
  return readdirSync(path)
    .filter((name) => name.startsWith(first))
    .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(path, name))) }));
}

/** The value, as every reader of the project reads it; `undefined` when refused, with our error and no other. */
function read(bytes: Uint8Array): JsonValue | undefined {
  try {
    return readJson(utf8Text(bytes));
  } catch (reason) {
    if (!CoveyError.is(reason)) throw reason;
    expect(['JSON_MALFORMED', 'ENCODING_MALFORMED']).toContain(reason.code);
    return undefined;
  }
}

/**
 * By which rule of ours JSON that RFC 8259 allows is refused, found by means of the engine's parser:
 * integers only and safe ones, no minus zero, keys once, bounded depth.
 */
function stricterRule(bytes: Uint8Array): string | undefined {
  const text = utf8Text(bytes);
  const value = JSON.parse(text) as JsonValue; // what else could it be
  const skeleton = text.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  const numbers = skeleton.match(/-?[0-9][0-9.eE+-]*/g) ?? [];
  if (numbers.some((digits) => !/^-?[0-9]+$/.test(digits) || digits === '-0')) return 'integers';
  if (numbers.some((digits) => !Number.isSafeInteger(Number(digits)))) return 'safe integers';
  if ((skeleton.match(/""\s*:/g)?.length ?? 0) > keysIn(value)) return 'keys once';
  return depthOf(value) > 8 ? 'bounded depth' : undefined;
}

function membersOf(value: JsonValue): readonly JsonValue[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

function keysIn(value: JsonValue): number {
  const own = Array.isArray(value) ? 0 : membersOf(value).length;
  return membersOf(value).reduce<number>((sum, member) => sum + keysIn(member), own);
}

function depthOf(value: JsonValue): number {
  const members = membersOf(value);
  return members.length === 0 ? 0 : 1 + Math.max(...members.map(depthOf));
}

describe.skipIf(corpus.isAbsent)(`JSONTestSuite${corpus.note}`, () => {
  test.each(inputs('test_parsing', 'y_'))(
    '$name is read, or refused by a rule of ours',
    ({ bytes }) => {
      const value = read(bytes);
      const rule = stricterRule(bytes);
      if (rule !== undefined) return expect(value, rule).toBeUndefined();
      expect(value).toEqual(JSON.parse(utf8Text(bytes)));
    },
  );

  test.each(inputs('test_parsing', 'n_'))('$name is refused', ({ bytes }) => {
    expect(read(bytes)).toBeUndefined();
  });

  test.each([...inputs('test_parsing', 'i_'), ...inputs('test_transform')])(
    '$name has one value, which is the engine’s and keeps its bytes, or none',
    ({ bytes }) => {
      const value = read(bytes);
      if (value === undefined) return;
      expect(value).toEqual(JSON.parse(utf8Text(bytes)));
      expect(readJson(canonicalJson(value))).toEqual(value);
    },
  );
});
