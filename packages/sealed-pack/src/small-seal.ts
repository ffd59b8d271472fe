import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8 } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import type { Aead } from '@covey/identity';

const SALT_BYTES = 32;
const TAG_BYTES = 16;
const LENGTH_BYTES = 4;
const INFO = utf8('covey/1 small');
/** A key of its own for each salt: it is never used twice. */
const NONCE = new Uint8Array(12);

/** Bytes that sealing adds to the room inside. */
export const SMALL_SEAL_BYTES = SALT_BYTES + TAG_BYTES;

/**
 * Seals a frame into so many bytes, whatever its length (relays.md, one notation: small): salt, then ciphertext and
 * tag of its length (4 bytes, big-endian), itself, and zeros.
 * @param salt32 32 random bytes, for this one alone
 * @throws {CoveyError} ENCODING_MALFORMED when the frame has no room
 */
export async function sealSmall(
  key: Uint8Array,
  frame: Uint8Array,
  {
    size,
    salt32,
    aead,
  }: { readonly size: number; readonly salt32: Uint8Array; readonly aead: Aead },
): Promise<Uint8Array> {
  const room = new Uint8Array(size - SMALL_SEAL_BYTES);
  if (LENGTH_BYTES + frame.length > room.length) {
    throw new CoveyError('ENCODING_MALFORMED', `a frame of ${frame.length} bytes has no room`);
  }
  new DataView(room.buffer).setUint32(0, frame.length);
  room.set(frame, LENGTH_BYTES);
  return concatBytes(salt32, await aead.seal(keyFor(key, salt32), NONCE, room, salt32));
}

/** The frame; `undefined` when it was sealed with another key or was changed. */
export async function openSmall(
  key: Uint8Array,
  sealed: Uint8Array,
  aead: Aead,
): Promise<Uint8Array | undefined> {
  const salt = sealed.subarray(0, SALT_BYTES);
  const room = await aead.open(keyFor(key, salt), NONCE, sealed.subarray(SALT_BYTES), salt);
  if (!room || room.length < LENGTH_BYTES) return undefined;
  const length = new DataView(room.buffer, room.byteOffset).getUint32(0);
  const rest = room.subarray(LENGTH_BYTES);
  const isPadded = length <= rest.length && rest.subarray(length).every((byte) => byte === 0);
  return isPadded ? rest.subarray(0, length) : undefined;
}

function keyFor(key: Uint8Array, salt: Uint8Array): Uint8Array {
  return hkdf(sha256, key, salt, INFO, 32);
}
