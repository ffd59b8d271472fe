import { createHash, hash } from 'node:crypto';
import type { Digests } from '@covey/codec';
import { plainBytes } from './plain-bytes.ts';

/** The hash functions of the formats, by OpenSSL. */
export const nodeDigests: Digests = {
  sha1: (...parts) => digest('sha1', parts),
  sha256: (...parts) => digest('sha256', parts),
};

/** Where small parts are put together. Safe to share: filled and hashed in one call, without a pause. */
const scratch = Buffer.alloc(4096);

function digest(algorithm: 'sha1' | 'sha256', parts: readonly Uint8Array[]): Uint8Array {
  // One call into OpenSSL costs a fraction of a Hash object, and most objects are small.
  const [only] = parts;
  if (only && parts.length === 1) return plainBytes(hash(algorithm, only, 'buffer'));
  let length = 0;
  for (const part of parts) length += part.length;
  if (length <= scratch.length) {
    let at = 0;
    for (const part of parts) {
      scratch.set(part, at);
      at += part.length;
    }
    return plainBytes(hash(algorithm, scratch.subarray(0, length), 'buffer'));
  }
  const hashing = createHash(algorithm);
  for (const part of parts) hashing.update(part);
  return plainBytes(hashing.digest());
}
