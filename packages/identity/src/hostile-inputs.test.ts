import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CoveyError } from '@covey/errors';
import { corpus, FIXTURES, fixturesAbsent } from '../test/fixtures.ts';
import { makeChain } from '../test/made-chain.ts';
import { readCertificate, readCrl, readPem } from './index.ts';

test.skipIf(!fixturesAbsent)(
  'NOT TESTED: the corpora of hostile certificates are absent',
  () => {},
);

describe.skipIf(fixturesAbsent)('corpora', () => {
  test.each(['x509', 'crl', 'asn1', 'acert', 'pem'])(
    'openssl-fuzz %s: every input is read or refused with our error',
    (name) => {
      for (const { bytes } of corpus(`openssl-fuzz/${name}.jsonl`)) {
        for (const read of [readCertificate, readCrl, readPemOfBoth]) settles(() => read(bytes));
      }
    },
  );

  test('x509-limbo: no certificate of the web’s profiles is one of ours', () => {
    const { testcases } = JSON.parse(
      readFileSync(join(FIXTURES, 'x509-limbo/limbo.json'), 'utf8'),
    ) as { testcases: Record<string, unknown>[] };
    const pems = testcases.flatMap((one) =>
      [one['trusted_certs'], one['untrusted_intermediates'], one['peer_certificate']].flat(),
    );
    expect(pems.length).toBeGreaterThan(200);
    const read = pems
      .filter((pem): pem is string => typeof pem === 'string')
      .filter((pem) =>
        settles(() => readPem(Buffer.from(pem), 'CERTIFICATE').map(readCertificate)),
      );
    expect(read).toEqual([]);
  });
});

test('any bytes are read or refused with our error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const read of [readCertificate, readCrl, readPemOfBoth]) settles(() => read(bytes));
    }),
  );
});

test('a certificate with some bytes changed is read or refused with our error', async () => {
  const { device } = await makeChain();
  const change = fc.tuple(fc.nat(device.der.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const der = device.der.slice();
      for (const [at, byte] of changes) der[at] = byte;
      settles(() => readCertificate(der));
    }),
    { numRuns: 1000 },
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

function readPemOfBoth(bytes: Uint8Array): void {
  settles(() => readPem(bytes, 'X509 CRL'));
  readPem(bytes, 'CERTIFICATE');
}
