import type { PublicKey } from './public-key.ts';

/** RSA is PKCS #1 v1.5 (RFC 8017 §8.2), which is what Jami writes; Ed25519 is RFC 8032 §5.1. */
export type SignatureAlgorithm = 'ed25519' | 'rsa-sha256' | 'rsa-sha384' | 'rsa-sha512';

/**
 * Port: checks signatures. Every adapter gives the same verdict on the same bytes, hostile ones
 * included: Ed25519 only past {@link strictEd25519}, then by the equation without cofactor. Foreign
 * data never makes it throw: a key or signature that makes no sense is `false`.
 */
export interface SignatureVerifier {
  verify(
    key: PublicKey,
    algorithm: SignatureAlgorithm,
    message: Uint8Array,
    signature: Uint8Array,
  ): Promise<boolean>;
}

/** Port: an Ed25519 key that signs without showing itself. */
export interface Signer {
  readonly publicKey: PublicKey;
  /** 64 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** How a device with this key signs commits: by the key alone, so that nobody has a choice. */
export function commitSignatureAlgorithm(key: PublicKey): SignatureAlgorithm {
  return key.algorithm === 'ed25519' ? 'ed25519' : 'rsa-sha512';
}
