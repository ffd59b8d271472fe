import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes } from '@covey/codec';
import { strictEd25519 } from '@covey/identity';

const { Point } = ed25519;

/**
 * Checks an Ed25519 signature without any engine: {@link strictEd25519}, then RFC 8032 §5.1.7 by the
 * equation without cofactor, encode([S]B - [k]A) = R. Some eight times slower than an engine.
 *
 * NOTE not by `verify` of the library, whose equation has the cofactor: under keys and Rs of mixed
 * order it accepts what engines refuse.
 */
export function portableEd25519(
  publicRaw32: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (!strictEd25519(publicRaw32, signature)) return false;
  const a = pointOf(publicRaw32);
  if (!a) return false;
  const r = signature.subarray(0, 32);
  // Reduced, as all engines do: with a key of mixed order it matters.
  const k = Point.Fn.create(littleEndian(sha512(concatBytes(r, publicRaw32, message))));
  // Below the order, which the strict check has seen to.
  const s = littleEndian(signature.subarray(32));
  const expected = Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k));
  return equalBytes(expected.toBytes(), r);
}

function pointOf(encoded: Uint8Array) {
  try {
    return Point.fromBytes(encoded);
  } catch {
    // The one failure left after the strict check: no point of the curve has this y.
    return undefined;
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  let number = 0n;
  for (const byte of bytes.toReversed()) number = (number << 8n) | BigInt(byte);
  return number;
}
