import fc from 'fast-check';
import { test } from 'vitest';
import { runs } from '@covey/testkit';
import { readPemOfBoth, settles } from '../test/settles.ts';
import { readCertificate, readCrl, readPublicKey } from './index.ts';

test('SAFE-2: any bytes are read or refused with our error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const read of [readCertificate, readCrl, readPublicKey, readPemOfBoth]) {
        settles(() => read(bytes));
      }
    }),
    runs(500),
  );
});
