import { CoveyError } from '@covey/errors';
import { readPem } from '../src/index.ts';

/** Whether it was read. Any other error than ours fails the test. */
export function settles(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (reason) {
    if (!CoveyError.is(reason)) throw reason;
    return false;
  }
}

export function readPemOfBoth(bytes: Uint8Array): void {
  settles(() => readPem(bytes, 'X509 CRL'));
  readPem(bytes, 'CERTIFICATE');
}
