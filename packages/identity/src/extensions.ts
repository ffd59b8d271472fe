import { toHex } from '@covey/codec';
import { type DerReader, TAG } from './der-reader.ts';
import { bitString, octetString, oid, sequence, TRUE } from './der-writer.ts';
import { OID } from './object-identifiers.ts';

/** Bits of KeyUsage in their order (RFC 5280 §4.2.1.3). */
const KEY_USAGES = [
  'digitalSignature',
  'contentCommitment',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
] as const;

/** What a certificate allows its key to do. */
export type KeyUsage = (typeof KEY_USAGES)[number];

/** The extensions of a certificate that the profile knows. There are no others. */
export interface CertificateExtensions {
  readonly isAuthority: boolean;
  readonly keyUsage?: readonly KeyUsage[];
  readonly subjectKeyIdentifier?: Uint8Array;
}

interface Extension {
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** BasicConstraints with CA:TRUE and no path length: the only content in the profile. */
const CA_TRUE = '30030101ff';

/** Reads the SEQUENCE OF Extension of a certificate; any unknown one is refused, critical or not. */
export function readCertificateExtensions(reader: DerReader): CertificateExtensions {
  const found = readExtensionMap(reader);
  const constraints = take(found, OID.basicConstraints, { critical: true }, reader);
  const usage = take(found, OID.keyUsage, { critical: true }, reader);
  const keyId = take(found, OID.subjectKeyIdentifier, { critical: false }, reader);
  refuseRest(found, reader);
  if (constraints && toHex(constraints) !== CA_TRUE) {
    reader.fail('basic constraints other than CA:TRUE');
  }
  return {
    isAuthority: constraints !== undefined,
    ...(usage && { keyUsage: readKeyUsage(reader.within(usage)) }),
    ...(keyId && { subjectKeyIdentifier: readKeyId(reader.within(keyId)) }),
  };
}

/** Extensions by the hex of their identifier, each once; used by certificates and lists. */
export function readExtensionMap(outer: DerReader): Map<string, Extension> {
  const reader = outer.enter(TAG.sequence);
  outer.finish();
  const found = new Map<string, Extension>();
  do {
    const extension = reader.enter(TAG.sequence);
    const id = extension.oid();
    const critical = extension.sees(TAG.boolean);
    if (critical) extension.true();
    const value = extension.content(TAG.octetString);
    extension.finish();
    if (found.has(id)) reader.fail('an extension that stands twice');
    found.set(id, { critical, value });
  } while (!reader.atEnd());
  return found;
}

/** Takes an extension out of the map, so that what is left is unknown. */
export function take(
  found: Map<string, Extension>,
  id: string,
  { critical }: { critical: boolean },
  reader: DerReader,
): Uint8Array | undefined {
  const extension = found.get(id);
  if (!extension) return undefined;
  if (extension.critical !== critical) reader.fail('an extension wrongly critical or not critical');
  found.delete(id);
  return extension.value;
}

export function refuseRest(found: ReadonlyMap<string, Extension>, reader: DerReader): void {
  if (found.size > 0) reader.fail('an extension that is not accepted');
}

export function writeExtension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  return critical
    ? sequence(oid(id), TRUE, octetString(value))
    : sequence(oid(id), octetString(value));
}

/** For CA and account: may sign certificates and lists, and nothing else. */
export function writeAuthorityExtensions(subjectKeyIdentifier: Uint8Array): Uint8Array {
  return sequence(
    writeExtension(OID.subjectKeyIdentifier, false, octetString(subjectKeyIdentifier)),
    writeExtension(OID.basicConstraints, true, sequence(TRUE)),
    writeExtension(OID.keyUsage, true, bitString(Uint8Array.of(0x06), 1)),
  );
}

/** For devices: may sign, and nothing else; so they serve for TLS and commits, never as an issuer. */
export function writeDeviceExtensions(): Uint8Array {
  return sequence(writeExtension(OID.keyUsage, true, bitString(Uint8Array.of(0x80), 7)));
}

function readKeyId(reader: DerReader): Uint8Array {
  const id = reader.content(TAG.octetString);
  reader.finish();
  if (id.length !== 20) reader.fail('a key identifier that is not 20 bytes long');
  return id;
}

/** A named bit list: no zero bits at its end (X.690 §11.2.2), and at least one that is set. */
function readKeyUsage(reader: DerReader): KeyUsage[] {
  const [unused = 8, bits = 0, ...more] = reader.content(TAG.bitString);
  reader.finish();
  const lowest = 31 - Math.clz32(bits & -bits);
  if (more.length > 0 || bits === 0 || unused !== lowest) reader.fail('a key usage in an odd form');
  return KEY_USAGES.filter((_, at) => bits & (0x80 >> at));
}
