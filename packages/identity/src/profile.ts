import { type Digests, equalBytes, toHex } from '@covey/codec';
import { accountUriOf } from './account-uri.ts';
import type { Certificate } from './certificate.ts';
import { deviceIdOf } from './device-id.ts';
import type { KeyUsage } from './extensions.ts';
import { isSameKey } from './public-key.ts';
import type { SignatureVerifier } from './signatures.ts';

/** The ports that judging needs. */
export interface JudgePorts {
  readonly digests: Digests;
  readonly verifier: SignatureVerifier;
}

/** What keeps a certificate from being a CA or an account, or undefined. */
export function authorityFault(certificate: Certificate, digests: Digests): string | undefined {
  const keyHash = digests.sha1(certificate.publicKey.spki);
  const { isAuthority, keyUsage, subjectKeyIdentifier, subjectUid } = certificate;
  if (!isAuthority) return 'a certificate that may not issue others';
  if (!isExactly(keyUsage, ['keyCertSign', 'cRLSign'])) return 'a key usage not that of an issuer';
  if (!subjectKeyIdentifier || !equalBytes(subjectKeyIdentifier, keyHash)) {
    return 'a subject key identifier not that of the key';
  }
  return subjectUid === toHex(keyHash) ? undefined : 'a subject UID not that of the key';
}

/**
 * What keeps a certificate from being a device, or undefined. Ours have the device id as UID and may
 * sign. Jami's have the SHA-1 and no extensions, in later releases a key identifier and key usage.
 */
export function deviceFault(certificate: Certificate, digests: Digests): string | undefined {
  const { isAuthority, keyUsage, publicKey, subjectKeyIdentifier, subjectUid } = certificate;
  if (isAuthority) return 'a certificate that may issue others';
  const keyHash = digests.sha1(publicKey.spki);
  if (publicKey.algorithm === 'ed25519') {
    if (!isExactly(keyUsage, ['digitalSignature'])) return 'a key usage not that of a device';
    if (subjectKeyIdentifier) return 'a subject key identifier on a device';
    const isOwnUid = subjectUid === deviceIdOf(publicKey, digests);
    return isOwnUid ? undefined : 'a subject UID not that of the key';
  }
  if (keyUsage && !isExactly(keyUsage, ['digitalSignature', 'dataEncipherment'])) {
    return 'a key usage not that of a device';
  }
  if (subjectKeyIdentifier && !equalBytes(subjectKeyIdentifier, keyHash)) {
    return 'a subject key identifier not that of the key';
  }
  return subjectUid === accountUriOf(publicKey, digests)
    ? undefined
    : 'a subject UID not that of the key';
}

/** What keeps `child` from being issued by `parent`, or undefined. A chain never mixes kinds of key. */
export async function issueFault(
  child: Certificate,
  parent: Certificate,
  { verifier }: JudgePorts,
): Promise<string | undefined> {
  if (child.publicKey.algorithm !== parent.publicKey.algorithm) return 'a chain of mixed keys';
  if (!equalBytes(child.issuer, parent.subject)) return 'an issuer name not that of the issuer';
  if (child !== parent && isSameKey(child.publicKey, parent.publicKey)) {
    return 'one key in two places of a chain';
  }
  const { signatureAlgorithm, tbs, signature } = child;
  const holds = await verifier.verify(parent.publicKey, signatureAlgorithm, tbs, signature);
  return holds ? undefined : 'a signature not by the issuer';
}

function isExactly(found: readonly KeyUsage[] | undefined, wanted: readonly KeyUsage[]): boolean {
  return found?.length === wanted.length && wanted.every((usage) => found.includes(usage));
}
