import { createHash, randomBytes } from 'node:crypto';
import type { DeviceId } from '@covey/identity';

const SALT_BYTES = 8;
const TAG_BYTES = 8;
const DEVICE_TAG = /^([0-9a-f]{16}):([0-9a-f]{16})$/;

/**
 * What a device shows of its id on the local network: `<salt>:<tag>`, where the tag is the first 8
 * bytes of SHA-256(salt ‖ device id), in hex. Who knows the id recognizes it; nobody else learns one,
 * and with a salt per start nobody follows a device from one network to the next.
 */
export function makeDeviceTag(deviceId: DeviceId): string {
  const salt = randomBytes(SALT_BYTES);
  return `${salt.toString('hex')}:${tag(salt, deviceId)}`;
}

/** Whether it has the form that {@link makeDeviceTag} gives it. */
export function isDeviceTag(text: string): boolean {
  return DEVICE_TAG.test(text);
}

/** Whether the device with this id may be the one that showed the tag. TLS has the last word. */
export function isTagOf(deviceTag: string, deviceId: DeviceId): boolean {
  const [, salt, shown] = DEVICE_TAG.exec(deviceTag) ?? [];
  return salt !== undefined && shown === tag(Buffer.from(salt, 'hex'), deviceId);
}

function tag(salt: Uint8Array, deviceId: DeviceId): string {
  const hash = createHash('sha256').update(salt).update(deviceId, 'utf8');
  return hash.digest().subarray(0, TAG_BYTES).toString('hex');
}
