import { concatBytes, equalBytes, fromHex, toHex } from '@covey/codec';
import { CoveyError, invariant } from '@covey/errors';
import { DerReader, TAG } from './der-reader.ts';

/** A public key. `spki` is the DER SubjectPublicKeyInfo, whose hash names its account or device. */
export interface PublicKey {
  readonly algorithm: 'ed25519' | 'rsa';
  readonly spki: Uint8Array;
}

/** AlgorithmIdentifiers of keys, whole elements: RFC 8410 §3 (no parameters), RFC 3279 §2.3.1 (NULL). */
const ED25519 = '300506032b6570';
const RSA = '300d06092a864886f70d0101010500';
const ED25519_PREFIX = fromHex(`302a${ED25519}032100`);
const EXPONENT = '010001';
const MIN_MODULUS_BITS = 2048;
const MAX_MODULUS_BITS = 4096;

/**
 * Reads a DER SubjectPublicKeyInfo: Ed25519, or RSA of 2048 to 4096 bits with e = 65537.
 * @throws {CoveyError} CERTIFICATE_MALFORMED
 */
export function readPublicKey(spki: Uint8Array): PublicKey {
  const outer = new DerReader(spki, 'CERTIFICATE_MALFORMED');
  const reader = outer.enter(TAG.sequence);
  outer.finish();
  const algorithm = toHex(reader.whole(TAG.sequence));
  const bits = reader.octets();
  reader.finish();
  if (algorithm === ED25519) {
    if (bits.length !== 32) reader.fail('an Ed25519 key that is not 32 bytes long');
    return { algorithm: 'ed25519', spki: new Uint8Array(spki) };
  }
  if (algorithm !== RSA) reader.fail('a key of an algorithm that is not accepted');
  checkRsaKey(reader.within(bits));
  return { algorithm: 'rsa', spki: new Uint8Array(spki) };
}

/** Whether the key is one of the profile, of the algorithm that it claims to be of. */
export function isReadableKey({ algorithm, spki }: PublicKey): boolean {
  try {
    return readPublicKey(spki).algorithm === algorithm;
  } catch (reason) {
    if (!CoveyError.is(reason)) throw reason;
    return false;
  }
}

function checkRsaKey(outer: DerReader): void {
  const reader = outer.enter(TAG.sequence);
  outer.finish();
  const modulus = reader.integer();
  const exponent = toHex(reader.integer());
  reader.finish();
  const bits = unsignedBits(modulus);
  if (bits < MIN_MODULUS_BITS || bits > MAX_MODULUS_BITS) reader.fail('an RSA key of an odd size');
  if (((modulus.at(-1) ?? 0) & 1) === 0) reader.fail('an RSA modulus that is even');
  if (exponent !== EXPONENT) reader.fail('an RSA exponent other than 65537');
}

/** Bits of a positive INTEGER; 0 for a negative one. */
function unsignedBits(content: Uint8Array): number {
  const [first = 0, second = 0] = content;
  if (first >= 0x80) return 0;
  if (first === 0) return 8 * (content.length - 2) + (32 - Math.clz32(second));
  return 8 * (content.length - 1) + (32 - Math.clz32(first));
}

/** From the 32 bytes of RFC 8032. Any 32 bytes pass; whether they are a point shows on verifying. */
export function ed25519PublicKey(raw32: Uint8Array): PublicKey {
  invariant(raw32.length === 32, 'an Ed25519 public key is 32 bytes long');
  return { algorithm: 'ed25519', spki: concatBytes(ED25519_PREFIX, raw32) };
}

/** The 32 bytes of RFC 8032, a view. The key has to be an Ed25519 one. */
export function rawEd25519(key: PublicKey): Uint8Array {
  const prefix = key.spki.subarray(0, ED25519_PREFIX.length);
  invariant(
    key.algorithm === 'ed25519' && key.spki.length === 44 && equalBytes(prefix, ED25519_PREFIX),
    'only an Ed25519 key has these 32 bytes',
  );
  return key.spki.subarray(ED25519_PREFIX.length);
}

/** Whether both are the same key: so a renewed certificate is told from a replaced one. */
export function isSameKey(a: PublicKey, b: PublicKey): boolean {
  return equalBytes(a.spki, b.spki);
}
