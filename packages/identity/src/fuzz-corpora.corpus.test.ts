import { describe, expect, test } from 'vitest';
import { corpusNamed } from '@covey/testkit';
import { type FuzzInput, fuzzFiles, fuzzInputs } from '../test/fuzz-corpus.ts';
import { edKey, madeCertificate, type Parts } from '../test/made-certificate.ts';
import { readPemOfBoth, settles } from '../test/settles.ts';
import { readCertificate, readCrl, readPublicKey, writePem } from './index.ts';

const SLOWEST_MS = 2000;
const TYPICAL_MS = 50;

/** All that takes certificates, lists and keys from strangers. */
const READERS: readonly ((bytes: Uint8Array) => unknown)[] = [
  readCertificate,
  readCrl,
  readPublicKey,
  readPemOfBoth,
  // Wrapped in PEM the bytes get past the text, as they do when they come in a tree.
  (bytes) => readPemOfBoth(writePem([bytes], 'CERTIFICATE')),
];

describe.each(['openssl-fuzz', 'go-fuzz-corpus'])(
  'SAFE-2: hostile certificates and lists',
  (name) => {
    const corpus = corpusNamed(name);
    const files = fuzzFiles(corpus);

    describe.skipIf(corpus.isAbsent)(`${name}${corpus.note}`, () => {
      test('there are inputs', () => expect(files.length).toBeGreaterThan(0));

      test.each(files)('%s: every input is read or refused with our error, at once', (file) => {
        const times = fuzzInputs(corpus, file).map(timeOfAll);
        expect(Math.max(...times.map(({ ms }) => ms))).toBeLessThan(SLOWEST_MS);
        const typical = times.sort((a, b) => a.ms - b.ms)[times.length >> 1];
        expect(typical?.ms, typical?.name).toBeLessThan(TYPICAL_MS);
      });

      test.each(files)('%s: as a part of a certificate that is right but for it', async (file) => {
        const issuer = edKey();
        const whole = { key: issuer.publicKey, issuer, role: 'authority' } as const;
        for (const { bytes } of fuzzInputs(corpus, file)) {
          const tricks: Parts[] = [
            { serial: bytes },
            { subject: bytes },
            { validity: bytes },
            { spki: bytes },
            { extensions: bytes },
            { signature: bytes },
          ];
          for (const parts of tricks) {
            const der = await madeCertificate(whole, parts);
            settles(() => readCertificate(der));
          }
        }
      });
    });
  },
);

function timeOfAll({ name, bytes }: FuzzInput): { name: string; ms: number } {
  const start = performance.now();
  for (const read of READERS) settles(() => read(bytes));
  return { name, ms: performance.now() - start };
}
