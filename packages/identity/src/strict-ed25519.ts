import { fromHex } from '@covey/codec';

/** The field's prime 2^255 - 19, little-endian. */
const P = fromHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f');
/** The order of the base point, little-endian (RFC 8032 §5.1). */
const L = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');
/** y of the eight points of small order; each stands for both signs of x. */
const SMALL_ORDER_Y = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
].map(fromHex);

/**
 * What has to hold before an engine is asked about an Ed25519 signature, because engines disagree
 * about the rest and a signature that some accept splits a conversation: the lengths, canonical A
 * and R (y below the prime), S below the order of the base point, neither A nor R of small order.
 * With these and the equation without cofactor all engines give one verdict.
 *
 * NOTE R counts too: OpenSSL 3.5 (Node 24) refuses an R of small order, 3.0 (Node 20) and browsers
 * take it. No honest signer makes one.
 * @returns false when no engine may accept it; true says nothing about the signature itself
 */
export function strictEd25519(publicRaw32: Uint8Array, signature64: Uint8Array): boolean {
  return (
    publicRaw32.length === 32 &&
    signature64.length === 64 &&
    isStrictPoint(publicRaw32, 0) &&
    isStrictPoint(signature64, 0) &&
    isBelow(signature64, 32, L, 0xff)
  );
}

/** Canonical and not of small order. Whether it is on the curve is left to the engines: they agree. */
function isStrictPoint(bytes: Uint8Array, start: number): boolean {
  return isBelow(bytes, start, P, Y_ONLY) && !SMALL_ORDER_Y.some((y) => isY(bytes, start, y));
}

/** Of a point's last byte: the top bit is the sign of x, the rest is y. */
const Y_ONLY = 0x7f;

function isY(bytes: Uint8Array, start: number, y: Uint8Array): boolean {
  for (let at = 0; at < 31; at++) if (bytes[start + at] !== y[at]) return false;
  return ((bytes[start + 31] ?? 0) & Y_ONLY) === y[31];
}

/**
 * Compares 32 bytes, little-endian, with a bound; of the last byte only the bits of the mask count. Makes no copy: it
 * runs for each commit. Not constant in time: signatures are public.
 */
function isBelow(bytes: Uint8Array, start: number, bound: Uint8Array, lastMask: number): boolean {
  for (let at = 31; at >= 0; at--) {
    const byte = (bytes[start + at] ?? 0) & (at === 31 ? lastMask : 0xff);
    const difference = byte - (bound[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
