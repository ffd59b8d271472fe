import { type Digests, toHex } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import type { PublicKey } from './public-key.ts';

declare const deviceId: unique symbol;

/**
 * Names a device: SHA-256 of its key (DER SubjectPublicKeyInfo), 64 lowercase hex digits. It is the
 * e-mail of every author line and the file name under `devices/`. Not an {@link AccountUri}.
 */
export type DeviceId = string & { readonly [deviceId]: true };

const DEVICE_ID = /^[0-9a-f]{64}$/;

/** Upper case is refused, not folded: an id is also a path, and two spellings would be two files. */
export function isDeviceId(text: string): text is DeviceId {
  return DEVICE_ID.test(text);
}

/** @throws {CoveyError} DEVICE_ID_MALFORMED */
export function parseDeviceId(text: string): DeviceId {
  if (!isDeviceId(text)) {
    throw new CoveyError(
      'DEVICE_ID_MALFORMED',
      `expected 64 lowercase hex digits, got ${text.length} characters`,
    );
  }
  return text;
}

/** First 8 digits, for logs and terminals only. Never compare or store this form. */
export function shortDeviceId(id: DeviceId): string {
  return id.slice(0, 8);
}

/** The device that has this key. */
export function deviceIdOf(key: PublicKey, digests: Digests): DeviceId {
  return parseDeviceId(toHex(digests.sha256(key.spki)));
}
