import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { corpusNamed } from '@covey/testkit';
import {
  concatBytes,
  fromBase64,
  fromBase64url,
  fromHex,
  toBase64,
  utf8,
  utf8Text,
} from './index.ts';

const malformed = expect.objectContaining({ code: 'ENCODING_MALFORMED' });

const malleability = corpusNamed('signature-malleability');

describe.skipIf(malleability.isAbsent)(`signature-malleability${malleability.note}`, () => {
  interface TextForms {
    readonly alg: string;
    readonly good: string;
    readonly bad: readonly string[];
  }

  test('SAFE-2: of a signature there is one text', () => {
    const rows = readRows<TextForms>(malleability.folder, 'vectors.json').filter(
      ({ alg }) => alg === 'text-form',
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { good, bad } of rows) {
      expect(toBase64(fromBase64(good))).toBe(good);
      for (const text of bad) expect(() => fromBase64(text), text).toThrow(malformed);
    }
  });
});

const invalid = corpusNamed('invalid-utf8');

describe.skipIf(invalid.isAbsent)(`invalid-utf8${invalid.note}`, () => {
  test('SAFE-2: bytes that are no UTF-8 are refused, alone and inside of text', () => {
    const rows = readRows<{ hex: string }>(invalid.folder, 'bytes.json');
    expect(rows.length).toBeGreaterThan(0);
    for (const { hex } of rows) {
      const bytes = fromHex(hex);
      for (const whole of [bytes, concatBytes(utf8('a'), bytes), concatBytes(bytes, utf8('é'))]) {
        expect(() => utf8Text(whole), hex).toThrow(malformed);
      }
    }
  });
});

test('base64url has one spelling too', () => {
  expect(fromBase64url('-_8')).toEqual(Uint8Array.of(0xfb, 0xff));
  for (const text of ['-_8=', '-_9', '+/8', '-', '-_8 ', 'é_8A', '-_8\n']) {
    expect(() => fromBase64url(text), text).toThrow(malformed);
  }
});

function readRows<Row>(folder: string, file: string): readonly Row[] {
  // Corpora are fixed files; their shapes are the interfaces here.
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as readonly Row[];
}
