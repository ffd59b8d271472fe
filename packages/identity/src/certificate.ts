import { toHex } from '@covey/codec';
import { DerReader, explicitTag, TAG } from './der-reader.ts';
import { readTime } from './der-time.ts';
import { type DistinguishedName, readName } from './distinguished-name.ts';
import { type CertificateExtensions, readCertificateExtensions } from './extensions.ts';
import { type PublicKey, readPublicKey } from './public-key.ts';
import { readSignatureIdentifier, readSigned } from './signature-identifiers.ts';
import type { SignatureAlgorithm } from './signatures.ts';

/** An X.509 certificate of the one accepted profile, read but not yet believed. */
export interface Certificate extends CertificateExtensions {
  readonly der: Uint8Array;
  /** What the issuer signed. */
  readonly tbs: Uint8Array;
  readonly publicKey: PublicKey;
  /** DER names. A child's issuer has to be its parent's subject, byte for byte. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** UID of the issuer: key hash in hex. */
  readonly issuerUid: string;
  readonly subjectUid: string;
  /** CN of the subject. Anybody's words: not to be shown as a name. */
  readonly subjectName: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Content of the serial's INTEGER, so a negative one stays itself. Lists revoke by it. */
  readonly serialHex: string;
  readonly signature: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithm;
}

/** Bytes of DER. A Jami certificate has about 1,400. */
export const MAX_CERTIFICATE_BYTES = 8 * 1024;
const MAX_SERIAL_BYTES = 20;
/** `[0] EXPLICIT INTEGER 2`, which means v3. */
const VERSION_3 = 'a003020102';

/**
 * Reads a certificate: RFC 5280 narrowed to one profile, strict DER. Names are CN and UID, keys are
 * Ed25519, or RSA as Jami has it, signed with the same kind of key; extensions are basic
 * constraints, key usage and subject key identifier. Says nothing about who issued it.
 * @throws {CoveyError} CERTIFICATE_MALFORMED
 */
export function readCertificate(bytes: Uint8Array): Certificate {
  // Not `slice`: the bytes may be a Node Buffer, whose slice is a view.
  const der = new Uint8Array(bytes);
  const outer = new DerReader(der, 'CERTIFICATE_MALFORMED');
  if (der.length > MAX_CERTIFICATE_BYTES) outer.fail(`more than ${MAX_CERTIFICATE_BYTES} bytes`);
  const { tbs, signatureAlgorithm, signature } = readSigned(outer);

  const reader = outer.within(tbs).enter(TAG.sequence);
  if (toHex(reader.whole(explicitTag(0))) !== VERSION_3) reader.fail('a version other than 3');
  const serial = readSerial(reader);
  if (readSignatureIdentifier(reader) !== signatureAlgorithm) {
    reader.fail('two signature algorithms that differ');
  }
  const issuer = readName(reader);
  const { notBefore, notAfter } = readValidity(reader);
  const subject = readName(reader);
  const publicKey = readPublicKey(reader.whole(TAG.sequence));
  const extensions = reader.atEnd()
    ? { isAuthority: false }
    : readCertificateExtensions(reader.enter(explicitTag(3)));
  reader.finish();

  if (!isSignedByKind(publicKey, signatureAlgorithm)) {
    reader.fail('a key and a signature of different kinds');
  }
  // Jami's random serials are negative half of the time (RFC 5280 §4.1.2.2 forbids it).
  if (publicKey.algorithm === 'ed25519' && (serial[0] ?? 0) >= 0x80) {
    reader.fail('a serial that is negative');
  }
  return {
    ...{ der, tbs, publicKey, notBefore, notAfter, signature, signatureAlgorithm },
    ...names(issuer, subject),
    ...extensions,
    serialHex: toHex(serial),
  };
}

/** A serial: 1 to 20 bytes, not zero. Its sign is for the caller to judge. */
export function readSerial(reader: DerReader): Uint8Array {
  const serial = reader.integer();
  if (serial.length > MAX_SERIAL_BYTES) reader.fail('a serial of more than 20 bytes');
  if (serial.every((byte) => byte === 0)) reader.fail('a serial that is zero');
  return serial;
}

/** Whether a key of this kind can have made, or belongs beside, such a signature: chains never mix. */
export function isSignedByKind(key: PublicKey, algorithm: SignatureAlgorithm): boolean {
  return (key.algorithm === 'ed25519') === (algorithm === 'ed25519');
}

/**
 * Whether the certificate is within its dates at `now`, both ends included. For admission and TLS
 * only: validity of what is in a repository never looks at a clock.
 */
export function isWithinDates(certificate: Certificate, now: Date): boolean {
  return certificate.notBefore <= now && now <= certificate.notAfter;
}

function readValidity(outer: DerReader): { notBefore: Date; notAfter: Date } {
  const reader = outer.enter(TAG.sequence);
  const notBefore = readTime(reader);
  const notAfter = readTime(reader);
  reader.finish();
  if (notAfter < notBefore) reader.fail('a validity that ends before it begins');
  return { notBefore, notAfter };
}

function names(issuer: DistinguishedName, subject: DistinguishedName) {
  return {
    issuer: issuer.der,
    subject: subject.der,
    issuerUid: issuer.userId,
    subjectUid: subject.userId,
    subjectName: subject.commonName,
  };
}
