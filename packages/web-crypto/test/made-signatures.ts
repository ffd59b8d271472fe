import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, fromHex, utf8 } from '@covey/codec';

/** Signatures of keys and Rs that no honest program makes. Points and numbers by hand, secrets from a seed. */

const { Point } = ed25519;
type Point = InstanceType<typeof Point>;

/** An order of 8 has this point; its multiples are the eight points of small order. */
const ORDER_8 = Point.fromBytes(
  fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
);

/** The point of small order number 0 to 7; 0 is the neutral one. */
export function torsion(number: number): Point {
  return ORDER_8.multiplyUnsafe(BigInt(number & 7));
}

const P = 2n ** 255n - 19n;

/**
 * The 14 encodings of points of small order that an engine may take: y of all eight points with both
 * signs of x, and the two ys below 2^255 that stand for 0 and 1 once more (ZIP 215).
 */
export function smallOrderEncodings(): readonly Uint8Array[] {
  const ys = Array.from({ length: 8 }, (_, number) => torsion(number).toAffine().y);
  return [...new Set([...ys, P, P + 1n])].flatMap((y) =>
    [0n, 1n].map((sign) => littleEndian32(y | (sign << 255n))),
  );
}

/** How a signature is made; every part but the seed may be a trick. */
export interface Recipe {
  /** Gives secret, nonce and message. */
  readonly seed: number;
  /** Number of the point of small order that is added to the key, 0 for none. */
  readonly keyTorsion: number;
  /** The same for R, before k is computed. */
  readonly nonceTorsion: number;
  /** How often the group's order is added to S. */
  readonly addedOrders: number;
}

/** A signature that was made, and whether the equation without cofactor holds for it. */
export interface Made {
  readonly publicRaw32: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  readonly holds: boolean;
}

/** Follows the recipe. RFC 8032 §5.1.6, by a signer who deviates from it as told. */
export function makeSignature({ seed, keyTorsion, nonceTorsion, addedOrders }: Recipe): Made {
  const secret = scalar(`secret ${seed}`);
  const nonce = scalar(`nonce ${seed}`);
  const message = utf8(`message ${seed}`);
  const publicRaw32 = Point.BASE.multiply(secret).add(torsion(keyTorsion)).toBytes();
  const r = Point.BASE.multiply(nonce).add(torsion(nonceTorsion)).toBytes();
  const k = reduced(sha512(concatBytes(r, publicRaw32, message)));
  const s = Point.Fn.create(nonce + k * secret) + BigInt(addedOrders) * Point.Fn.ORDER;
  // [S]B - [k]A is R when [k] of the key's torsion takes that of R away.
  const cancels = (Number(k & 7n) * keyTorsion + nonceTorsion) % 8 === 0;
  const signature = concatBytes(r, littleEndian32(s));
  return { publicRaw32, message, signature, holds: cancels && addedOrders === 0 };
}

function scalar(label: string): bigint {
  return reduced(sha512(utf8(label)));
}

function reduced(bytes: Uint8Array): bigint {
  let number = 0n;
  for (const byte of bytes.toReversed()) number = (number << 8n) | BigInt(byte);
  return Point.Fn.create(number);
}

function littleEndian32(number: bigint): Uint8Array {
  return fromHex(number.toString(16).padStart(64, '0')).toReversed();
}
