import {
  isReadableKey,
  KeyHandles,
  type PublicKey,
  rawEd25519,
  type SignatureAlgorithm,
  type SignatureVerifier,
  strictEd25519,
} from '@covey/identity';
import { knowsEd25519 } from './knows-ed25519.ts';
import { portableEd25519 } from './portable-ed25519.ts';
import { plainBytes, type WebSubtle } from './web-subtle.ts';

/** Parameters of import and verification (W3C Web Cryptography API §20, §25; Secure Curves §3). */
const PARAMETERS = {
  ed25519: { name: 'Ed25519' },
  'rsa-sha256': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  'rsa-sha384': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' },
  'rsa-sha512': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' },
} as const satisfies Record<SignatureAlgorithm, object>;

/**
 * Checks signatures on WebCrypto: `crypto.subtle` of a page, a worker or Node. Its verdict is that of
 * every other adapter. An engine that has no Ed25519, or gets a known signature wrong, isn't asked
 * for it: {@link portableEd25519} answers. RSA is the engine's always. Foreign data never makes it throw.
 */
export function webVerifier<Key>(subtle: WebSubtle<Key>): SignatureVerifier {
  // One cache for each algorithm: an RSA key is imported for one hash.
  const handlesFor = (algorithm: SignatureAlgorithm) =>
    new KeyHandles((key) => importKey(subtle, key, algorithm));
  const handles = {
    ed25519: handlesFor('ed25519'),
    'rsa-sha256': handlesFor('rsa-sha256'),
    'rsa-sha384': handlesFor('rsa-sha384'),
    'rsa-sha512': handlesFor('rsa-sha512'),
  };
  const askEngine: SignatureVerifier['verify'] = async (key, algorithm, message, signature) => {
    const handle = await handles[algorithm].of(key);
    if (handle === undefined) return false;
    const parameters = PARAMETERS[algorithm];
    return subtle.verify(parameters, handle, plainBytes(signature), plainBytes(message));
  };
  let engineKnows: Promise<boolean> | undefined;
  return {
    async verify(key, algorithm, message, signature) {
      if ((algorithm === 'ed25519') !== (key.algorithm === 'ed25519')) return false;
      if (algorithm !== 'ed25519') return askEngine(key, algorithm, message, signature);
      if (!isReadableKey(key) || !strictEd25519(rawEd25519(key), signature)) return false;
      engineKnows ??= knowsEd25519(subtle);
      if (await engineKnows) return askEngine(key, algorithm, message, signature);
      return portableEd25519(rawEd25519(key), message, signature);
    },
  };
}

/** Resolves to `undefined` where the engine doesn't take the key, whatever its reason is called. */
function importKey<Key>(
  subtle: WebSubtle<Key>,
  key: PublicKey,
  algorithm: SignatureAlgorithm,
): Promise<Key | undefined> {
  const bytes = algorithm === 'ed25519' ? rawEd25519(key) : key.spki;
  const format = algorithm === 'ed25519' ? 'raw' : 'spki';
  const parameters = PARAMETERS[algorithm];
  return subtle
    .importKey(format, plainBytes(bytes), parameters, false, ['verify'])
    .catch(() => undefined);
}
