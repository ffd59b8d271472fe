import fc from 'fast-check';
import { test } from 'vitest';
import { makeChain } from '../test/made-chain.ts';
import { readPemOfBoth, settles } from '../test/settles.ts';
import { readCertificate, readCrl } from './index.ts';

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
