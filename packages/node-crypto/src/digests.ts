import { createHash, hash } from 'node:crypto';
import type { Digests } from '@covey/codec';
import { plainBytes } from './plain-bytes.ts';

/** The hash functions of the formats, by OpenSSL. */
export const nodeDigests: Digests = {
  sha1: (...parts) => digest('sha1', parts),
  sha256: (...parts) => digest('sha256', parts),
};

function digest(algorithm: 'sha1' | 'sha256', parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  // One call into OpenSSL costs a fraction of a Hash object, and most are of one part.
  if (only && parts.length === 1) return plainBytes(hash(algorithm, only, 'buffer'));
  const hashing = createHash(algorithm);
  for (const part of parts) hashing.update(part);
  return plainBytes(hashing.digest());
}
