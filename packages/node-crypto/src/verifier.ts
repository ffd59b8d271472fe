import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import {
  KeyHandles,
  type PublicKey,
  rawEd25519,
  type SignatureAlgorithm,
  type SignatureVerifier,
  strictEd25519,
} from '@covey/identity';

/** Names of OpenSSL's digests; none for Ed25519, which has its own. */
const DIGEST_NAMES: Readonly<Record<SignatureAlgorithm, string | null>> = {
  ed25519: null,
  'rsa-sha256': 'sha256',
  'rsa-sha384': 'sha384',
  'rsa-sha512': 'sha512',
};

/** A check that OpenSSL may be asked about: key and form of the signature were found good. */
export interface OpenSslCheck {
  readonly key: KeyObject;
  /** OpenSSL's name; `null` for Ed25519. */
  readonly digest: string | null;
}

/**
 * Checks signatures in OpenSSL, on libuv's threads. Ed25519 passes {@link strictEd25519} first, so
 * that the verdict is the browser's too. Foreign data never makes it throw.
 */
export function nodeVerifier(): SignatureVerifier {
  const checkOf = makeOpenSslChecks();
  return {
    async verify(key, algorithm, message, signature) {
      const check = checkOf(key, algorithm, signature);
      return check !== undefined && verifyOnThread(check, message, signature);
    },
  };
}

/** Decides what OpenSSL may be asked. `undefined`: the answer is no, whatever OpenSSL thinks. */
export function makeOpenSslChecks() {
  const keys = new KeyHandles(importKey);
  return (
    key: PublicKey,
    algorithm: SignatureAlgorithm,
    signature: Uint8Array,
  ): OpenSslCheck | undefined => {
    if ((algorithm === 'ed25519') !== (key.algorithm === 'ed25519')) return undefined;
    const handle = keys.of(key);
    if (handle?.raw) return strictEd25519(handle.raw, signature) ? handle : undefined;
    return handle && { key: handle.key, digest: DIGEST_NAMES[algorithm] };
  };
}

/** `raw`: the 32 bytes of an Ed25519 key; a check by it needs nothing else, so the handle is one. */
interface KeyHandle extends OpenSslCheck {
  readonly raw: Uint8Array | undefined;
}

function importKey(key: PublicKey): KeyHandle | undefined {
  const raw = key.algorithm === 'ed25519' ? rawEd25519(key) : undefined;
  try {
    const spki = Buffer.from(key.spki);
    return { key: createPublicKey({ key: spki, format: 'der', type: 'spki' }), digest: null, raw };
  } catch {
    // OpenSSL's reasons are many and its own; to the caller the key makes no sense.
    return undefined;
  }
}

/** Resolves to the verdict of a thread of libuv's. */
export function verifyOnThread(
  { key, digest }: OpenSslCheck,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  return new Promise((resolve) => {
    verify(digest, message, key, signature, (failure, holds) => {
      resolve(!failure && holds);
    });
  });
}
