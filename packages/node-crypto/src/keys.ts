import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { CoveyError } from '@covey/errors';
import { type PublicKey, readPublicKey, type Signer } from '@covey/identity';
import { plainBytes } from './plain-bytes.ts';

/** Makes an Ed25519 key. `pkcs8` is the private key in clear (DER, RFC 8410 §7): to be sealed before it is kept. */
export function makeEd25519Key(): { signer: Signer; pkcs8: Uint8Array } {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pkcs8 = plainBytes(privateKey.export({ format: 'der', type: 'pkcs8' }));
  return { signer: signerFromKeyObject(privateKey), pkcs8 };
}

/** @throws {CoveyError} KEY_MALFORMED when it is no Ed25519 private key */
export function signerFromPkcs8(pkcs8: Uint8Array): Signer {
  return signerFromKeyObject(readPrivateKey(pkcs8));
}

function readPrivateKey(pkcs8: Uint8Array): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  } catch (cause) {
    throw new CoveyError('KEY_MALFORMED', 'not a private key', { cause });
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new CoveyError('KEY_MALFORMED', 'not an Ed25519 private key');
  }
  return key;
}

function signerFromKeyObject(privateKey: KeyObject): Signer {
  return {
    publicKey: publicKeyOf(privateKey),
    sign: (message) =>
      new Promise((resolve, reject) => {
        sign(null, message, privateKey, (failure, signature) => {
          if (failure) reject(failure);
          else resolve(plainBytes(signature));
        });
      }),
  };
}

function publicKeyOf(privateKey: KeyObject): PublicKey {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return readPublicKey(spki);
}
