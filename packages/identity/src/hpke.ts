import { x25519 } from '@noble/curves/ed25519.js';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, fromHex, utf8 } from '@covey/codec';
import type { Aead } from './aead.ts';

/**
 * HPKE in base mode, one message for each encapsulation (RFC 9180 §6.1), suite 0020/0001/0002: X25519, HKDF-SHA256,
 * AES-256-GCM. Nothing else of the RFC is here.
 */

/** Length of an encapsulated key, in front of every ciphertext. */
export const ENCAPSULATED_BYTES = 32;

const KEM_SUITE = concatBytes(utf8('KEM'), fromHex('0020'));
const HPKE_SUITE = concatBytes(utf8('HPKE'), fromHex('002000010002'));
const VERSION = utf8('HPKE-v1');
const TAG_BYTES = 16;
const NOTHING = new Uint8Array();
const BASE_MODE = Uint8Array.of(0);

/** What a message is bound to: it opens for no other `info` and no other `aad`. */
export interface HpkeBinding {
  readonly info: Uint8Array;
  readonly aad: Uint8Array;
}

/** A private X25519 key, wherever it is kept. */
export interface HpkeRecipient {
  readonly publicKey: Uint8Array;
  /** X25519 with another's key; `undefined` when that is of small order (RFC 7748 §6.1). */
  agree(publicKey: Uint8Array): Uint8Array | undefined;
}

/** A recipient whose key lies in memory. */
export function hpkeRecipient(secretKey32: Uint8Array): HpkeRecipient {
  return {
    publicKey: x25519.getPublicKey(secretKey32),
    agree: (publicKey) => agreed(secretKey32, publicKey),
  };
}

/**
 * Encapsulated key (32 bytes), then ciphertext and tag. `undefined` when the recipient's key is of small order.
 * @param ephemeral32 32 random bytes, for this message alone
 */
export async function hpkeSeal(
  recipient: Uint8Array,
  plain: Uint8Array,
  { info, aad }: HpkeBinding,
  { aead, ephemeral32 }: { readonly aead: Aead; readonly ephemeral32: Uint8Array },
): Promise<Uint8Array | undefined> {
  const encapsulated = x25519.getPublicKey(ephemeral32);
  const shared = agreed(ephemeral32, recipient);
  if (!shared) return undefined;
  const { key, nonce } = schedule(sharedSecret(shared, encapsulated, recipient), info);
  return concatBytes(encapsulated, await aead.seal(key, nonce, plain, aad));
}

/** What nobody can tell from a message of so many bytes, and nobody opens. @param random so many random bytes */
export function hpkeDecoy(length: number, random: (n: number) => Uint8Array): Uint8Array {
  return concatBytes(x25519.getPublicKey(random(32)), random(length + TAG_BYTES));
}

/** What was sealed; `undefined` when it was sealed to another, for something else, or was changed. */
export async function hpkeOpen(
  recipient: HpkeRecipient,
  sealed: Uint8Array,
  { info, aad }: HpkeBinding,
  aead: Aead,
): Promise<Uint8Array | undefined> {
  const encapsulated = sealed.subarray(0, ENCAPSULATED_BYTES);
  if (encapsulated.length < ENCAPSULATED_BYTES) return undefined;
  const shared = recipient.agree(encapsulated);
  if (!shared) return undefined;
  const { key, nonce } = schedule(sharedSecret(shared, encapsulated, recipient.publicKey), info);
  return aead.open(key, nonce, sealed.subarray(ENCAPSULATED_BYTES), aad);
}

/** RFC 9180 §4.1, ExtractAndExpand over what both sides have agreed on. */
export function sharedSecret(
  agreedOn: Uint8Array,
  encapsulated: Uint8Array,
  recipient: Uint8Array,
): Uint8Array {
  const key = labeledExtract(KEM_SUITE, NOTHING, 'eae_prk', agreedOn);
  return labeledExpand(KEM_SUITE, key, 'shared_secret', concatBytes(encapsulated, recipient), 32);
}

/** RFC 9180 §5.1, without a shared key of before. */
function schedule(shared: Uint8Array, info: Uint8Array) {
  const context = concatBytes(
    BASE_MODE,
    labeledExtract(HPKE_SUITE, NOTHING, 'psk_id_hash', NOTHING),
    labeledExtract(HPKE_SUITE, NOTHING, 'info_hash', info),
  );
  const secret = labeledExtract(HPKE_SUITE, shared, 'secret', NOTHING);
  return {
    key: labeledExpand(HPKE_SUITE, secret, 'key', context, 32),
    nonce: labeledExpand(HPKE_SUITE, secret, 'base_nonce', context, 12),
  };
}

function labeledExtract(suite: Uint8Array, salt: Uint8Array, label: string, ikm: Uint8Array) {
  return extract(sha256, concatBytes(VERSION, suite, utf8(label), ikm), salt);
}

function labeledExpand(
  suite: Uint8Array,
  key: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
) {
  const labeled = concatBytes(Uint8Array.of(0, length), VERSION, suite, utf8(label), info);
  return expand(sha256, key, labeled, length);
}

function agreed(secretKey32: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined {
  try {
    return x25519.getSharedSecret(secretKey32, publicKey);
  } catch {
    return undefined; // What was agreed on would be zero.
  }
}
