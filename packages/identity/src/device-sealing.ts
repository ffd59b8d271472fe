import { ed25519 } from '@noble/curves/ed25519.js';
import { type HpkeRecipient, hpkeRecipient } from './hpke.ts';

/**
 * The key that something is sealed to for a device: the one of its certificate, mapped to X25519 (RFC 7748 section 4.1).
 * `undefined` when it is no point of the curve.
 */
export function sealingKeyOf(publicRaw32: Uint8Array): Uint8Array | undefined {
  try {
    return ed25519.utils.toMontgomery(publicRaw32);
  } catch {
    return undefined; // No point, or one that the map has no place for.
  }
}

/** The device that opens what was sealed to it. @param seed32 its private key (RFC 8032 section 5.1.5) */
export function deviceRecipient(seed32: Uint8Array): HpkeRecipient {
  return hpkeRecipient(ed25519.utils.toMontgomerySecret(seed32));
}
