import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { CoveyError } from '@covey/errors';
import {
  type PublicKey,
  rawEd25519,
  readPublicKey,
  type SignatureAlgorithm,
  type SignatureVerifier,
  strictEd25519,
} from '@covey/identity';
import { RecentMap } from './recent-map.ts';

/** Keys kept ready; some 2 KB each. */
const CACHED_KEYS = 4096;
/** Names of OpenSSL's digests; none for Ed25519, which has its own. */
const DIGEST_NAMES: Readonly<Record<SignatureAlgorithm, string | null>> = {
  ed25519: null,
  'rsa-sha256': 'sha256',
  'rsa-sha384': 'sha384',
  'rsa-sha512': 'sha512',
};

/**
 * Checks signatures in OpenSSL, on libuv's threads. Ed25519 passes {@link strictEd25519} first, so
 * that the verdict is the browser's too. Foreign data never makes it throw.
 */
export function nodeVerifier(): SignatureVerifier {
  const keys = new RecentMap<KeyObject>(CACHED_KEYS);
  return {
    async verify(key, algorithm, message, signature) {
      if ((algorithm === 'ed25519') !== (key.algorithm === 'ed25519')) return false;
      // With the algorithm: what a key claims to be is checked when it is imported.
      const id = `${key.algorithm} ${Buffer.from(key.spki).toString('latin1')}`;
      const keyObject = keys.find(id) ?? importKey(key);
      if (!keyObject) return false;
      keys.keep(id, keyObject);
      if (algorithm === 'ed25519' && !strictEd25519(rawEd25519(key), signature)) return false;
      return verifyOnThread(keyObject, algorithm, message, signature);
    },
  };
}

/** Reads the key by the profile of certificates first: OpenSSL takes more spellings and sizes. */
function importKey({ algorithm, spki }: PublicKey): KeyObject | undefined {
  try {
    if (readPublicKey(spki).algorithm !== algorithm) return undefined;
  } catch (reason) {
    if (!CoveyError.is(reason)) throw reason;
    return undefined;
  }
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    // OpenSSL's reasons are many and its own; to the caller the key makes no sense.
    return undefined;
  }
}

function verifyOnThread(
  key: KeyObject,
  algorithm: SignatureAlgorithm,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  return new Promise((resolve) => {
    verify(DIGEST_NAMES[algorithm], message, key, signature, (failure, holds) => {
      resolve(!failure && holds);
    });
  });
}
