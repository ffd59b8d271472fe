import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8 } from '@covey/codec';
import { CoveyError } from '@covey/errors';

const { Point } = ed25519;
const { Fn } = Point;
const NONCE_LABEL = utf8('covey/1 blind-nonce');
const TAG_LABEL = utf8('covey/1 tag');
const TAG_BYTES = 16;

/** A secret scalar that turns the key of a device into a pseudonym of it. */
export type BlindingFactor = bigint & { readonly brand: 'blinding factor' };

/**
 * @param derived 64 bytes, K("blind", scope ‖ deviceId, 64), read little-endian and reduced (as RFC 8032 §5.1.6 does)
 * @throws {CoveyError} KEY_MALFORMED for the one in 2^252 that hides nothing
 */
export function blindingFactor(derived64: Uint8Array): BlindingFactor {
  const factor = reduced(derived64);
  if (factor === 0n) throw new CoveyError('KEY_MALFORMED', 'a blinding factor of zero');
  return factor as BlindingFactor; // Below the order, and not zero.
}

/**
 * W = h·A: what every member can compute and nobody else can link to the device.
 * @param publicKey A, the raw key of the device's certificate
 * @throws {CoveyError} CERTIFICATE_KEY_WEAK when A is no point of the group that honest keys are in
 */
export function blindPublicKey(publicKey: Uint8Array, factor: BlindingFactor): Uint8Array {
  return pointOf(publicKey).multiply(factor).toBytes();
}

/** Signs as W. */
export interface BlindSigner {
  /** W, raw. */
  readonly publicKey: Uint8Array;
  /** An ordinary Ed25519 signature by W. */
  sign(message: Uint8Array): Uint8Array;
}

/**
 * Signs with h·a. The nonce is made as Tor's onion services make it (rend-spec-v3, appendix A.2): from a secret that only
 * this device and this factor give.
 * @param seed32 the device's private key (RFC 8032 §5.1.5)
 */
export function blindSigner(seed32: Uint8Array, factor: BlindingFactor): BlindSigner {
  const { scalar, prefix } = ed25519.utils.getExtendedPublicKey(seed32);
  const secret = Fn.mul(Fn.create(scalar), factor);
  const publicKey = Point.BASE.multiply(secret).toBytes();
  const nonceKey = sha512(concatBytes(NONCE_LABEL, prefix, Fn.toBytes(factor))).subarray(0, 32);
  return {
    publicKey,
    sign: (message) => {
      const nonce = reduced(sha512(concatBytes(nonceKey, message)));
      const commitment = Point.BASE.multiply(nonce).toBytes();
      const challenge = reduced(sha512(concatBytes(commitment, publicKey, message)));
      return concatBytes(commitment, Fn.toBytes(Fn.add(nonce, Fn.mul(challenge, secret))));
    },
  };
}

/** What a slot's roster calls W. */
export function tagOf(blinded: Uint8Array): Uint8Array {
  return sha256(concatBytes(TAG_LABEL, blinded)).subarray(0, TAG_BYTES);
}

/** 64 bytes as a scalar, little-endian. */
function reduced(bytes64: Uint8Array): bigint {
  const [low, high] = [bytes64.subarray(0, 32), bytes64.subarray(32)].map((half) => {
    const digits = [...half].reverse().map((byte) => byte.toString(16).padStart(2, '0'));
    return BigInt(`0x${digits.join('')}`);
  }) as [bigint, bigint]; // Two halves.
  return Fn.create(low + (high << 256n));
}

function pointOf(publicKey: Uint8Array) {
  try {
    const point = Point.fromBytes(publicKey, false);
    if (!point.is0() && point.isTorsionFree()) return point;
  } catch {
    // No point at all.
  }
  throw new CoveyError('CERTIFICATE_KEY_WEAK', 'a key that is not of the group of honest ones');
}
