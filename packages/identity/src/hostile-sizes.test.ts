import { expect, test } from 'vitest';
import { concatBytes } from '@covey/codec';
import { fastestMs, filled, MEBI, MOST_MS } from '@covey/testkit';
import { settles } from '../test/settles.ts';
import { readCertificate, readCrl, readPem, readPublicKey } from './index.ts';

const BEGIN = '-----BEGIN CERTIFICATE-----\n';
const END = '-----END CERTIFICATE-----\n';

/** A byte for each character, as DER wants them. */
const bytesFilled = (...made: Parameters<typeof filled>) =>
  Uint8Array.from(filled(...made), (character) => character.charCodeAt(0));

/** Bytes on which a careless reader goes deep, back and forth, or far ahead. */
const INPUTS: Readonly<Record<string, (length: number) => Uint8Array>> = {
  'beginnings of PEM': (length) => bytesFilled(length, BEGIN),
  'ends of PEM': (length) => bytesFilled(length, END),
  'empty blocks': (length) => bytesFilled(length, BEGIN + END),
  'small blocks': (length) => bytesFilled(length, `${BEGIN}MAA=\n${END}`),
  'one large block': (length) => bytesFilled(length, `${'A'.repeat(64)}\n`, BEGIN, END),
  'line ends': (length) => bytesFilled(length, '\n', BEGIN, END),
  'sequences in sequences': (length) => bytesFilled(length, '0\u0080'),
  'empty sequences': (length) => bytesFilled(length, '0\0', '0\u0083'),
  zeros: (length) => new Uint8Array(length),
  ones: (length) => new Uint8Array(length).fill(0xff),
  // SEQUENCE and INTEGER with lengths of three bytes, as far as these go.
  'one large number': (length) =>
    concatBytes(
      Uint8Array.of(0x30, 0x83, 0x0f, 0xff, 0xf0, 0x02, 0x83, 0x0f, 0xff, 0xeb, 1),
      new Uint8Array(length - 11),
    ),
};

const READERS: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  readCertificate,
  readCrl,
  readPublicKey,
  'readPem of certificates': (bytes) => readPem(bytes, 'CERTIFICATE'),
  'readPem of lists': (bytes) => readPem(bytes, 'X509 CRL'),
};

test.each(Object.keys(INPUTS))('F7: %s, up to a mebibyte, take no time', (name) => {
  // Certificates are read up to 8 KiB, lists to 64, PEM to 96: what is larger is refused unseen.
  for (const length of [8 * 1024, 64 * 1024, 96 * 1024, MEBI]) {
    const bytes = INPUTS[name]?.(length) ?? new Uint8Array();
    expect(bytes.length).toBeGreaterThan(length / 2);
    for (const [reader, read] of Object.entries(READERS)) {
      expect(
        fastestMs(() => settles(() => read(bytes))),
        reader,
      ).toBeLessThan(MOST_MS);
    }
  }
});
