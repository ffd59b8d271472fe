import { createCipheriv, createDecipheriv } from 'node:crypto';
import { concatBytes } from '@covey/codec';
import type { Aead } from '@covey/identity';
import { plainBytes } from './plain-bytes.ts';

const TAG_BYTES = 16;

/** AES-256-GCM by OpenSSL. */
export const nodeAead: Aead = {
  async seal(key, nonce, plain, aad) {
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    cipher.setAAD(aad);
    return concatBytes(cipher.update(plain), cipher.final(), cipher.getAuthTag());
  },
  async open(key, nonce, sealed, aad) {
    if (sealed.length < TAG_BYTES) return undefined;
    const at = sealed.length - TAG_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(aad);
    decipher.setAuthTag(sealed.subarray(at));
    const plain = decipher.update(sealed.subarray(0, at));
    try {
      decipher.final();
    } catch {
      return undefined; // The tag doesn't hold.
    }
    return plainBytes(plain);
  },
};
