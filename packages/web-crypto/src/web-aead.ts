import type { Aead } from '@covey/identity';
import { plainBytes } from './web-subtle.ts';

/** What is used of `SubtleCrypto`; `crypto.subtle` of every engine is one. */
export interface WebAeadSubtle<Key> {
  importKey(
    format: 'raw',
    keyData: Uint8Array<ArrayBuffer>,
    algorithm: 'AES-GCM',
    extractable: boolean,
    keyUsages: ('encrypt' | 'decrypt')[],
  ): Promise<Key>;
  encrypt(parameters: AesGcm, key: Key, data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>;
  decrypt(parameters: AesGcm, key: Key, data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>;
}

/** Parameters of AES-GCM (W3C Web Cryptography API §29). */
interface AesGcm {
  readonly name: 'AES-GCM';
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly additionalData: Uint8Array<ArrayBuffer>;
}

const TAG_BYTES = 16;

/** AES-256-GCM on WebCrypto, whose keys are imported for each call: none is used twice. */
export function webAead<Key>(subtle: WebAeadSubtle<Key>): Aead {
  const keyFor = (key: Uint8Array, usage: 'encrypt' | 'decrypt') =>
    subtle.importKey('raw', plainBytes(key), 'AES-GCM', false, [usage]);
  const parametersFor = (nonce: Uint8Array, aad: Uint8Array): AesGcm => ({
    ...{ name: 'AES-GCM', iv: plainBytes(nonce), additionalData: plainBytes(aad) },
  });
  return {
    async seal(key, nonce, plain, aad) {
      const handle = await keyFor(key, 'encrypt');
      return new Uint8Array(
        await subtle.encrypt(parametersFor(nonce, aad), handle, plainBytes(plain)),
      );
    },
    async open(key, nonce, sealed, aad) {
      if (sealed.length < TAG_BYTES) return undefined;
      const handle = await keyFor(key, 'decrypt');
      try {
        const plain = subtle.decrypt(parametersFor(nonce, aad), handle, plainBytes(sealed));
        return new Uint8Array(await plain);
      } catch {
        return undefined; // The tag doesn't hold: engines have no other word for it.
      }
    },
  };
}
