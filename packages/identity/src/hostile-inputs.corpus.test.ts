import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { corpus, FIXTURES, isAbsent, suiteName } from '../test/fixtures.ts';
import { readPemOfBoth, settles } from '../test/settles.ts';
import { readCertificate, readCrl, readPem } from './index.ts';

const absent = isAbsent('openssl-fuzz') || isAbsent('x509-limbo');

describe.skipIf(absent)(suiteName('SAFE-2: hostile certificates and lists', absent), () => {
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
