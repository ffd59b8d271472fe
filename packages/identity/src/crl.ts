import { equalBytes, toHex } from '@covey/codec';
import type { AccountChain } from './account-chain.ts';
import { isSignedByKind, readSerial } from './certificate.ts';
import { DerReader, explicitTag, TAG } from './der-reader.ts';
import { readTime } from './der-time.ts';
import { readName } from './distinguished-name.ts';
import { readExtensionMap, refuseRest, take } from './extensions.ts';
import { accepted, type Judged, judged, refused } from './judged.ts';
import { OID } from './object-identifiers.ts';
import { readPem } from './pem.ts';
import type { JudgePorts } from './profile.ts';
import { readSignatureIdentifier, readSigned } from './signature-identifiers.ts';
import type { SignatureAlgorithm } from './signatures.ts';

/** A revocation list (X.509 CRL v2) of an account: the devices that it has disowned. */
export interface Crl {
  readonly der: Uint8Array;
  /** What the account signed. */
  readonly tbs: Uint8Array;
  /** Rises with every list of the account (RFC 5280 §5.2.3). */
  readonly number: bigint;
  /** DER name of the issuer, and the UID in it. */
  readonly issuer: Uint8Array;
  readonly issuerUid: string;
  /** Serials, as {@link Certificate.serialHex} has them. */
  readonly revoked: ReadonlySet<string>;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly authorityKeyIdentifier?: Uint8Array;
  readonly signature: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithm;
}

/** Bytes of DER: some 1,800 revoked devices. */
export const MAX_CRL_BYTES = 64 * 1024;
const MAX_NUMBER_BYTES = 20;
/** `INTEGER 1`, which means v2. */
const VERSION_2 = '01';
/** SEQUENCE { [0] OCTET STRING of 20 bytes }, the only AuthorityKeyIdentifier in the profile. */
const KEY_ID_HEAD = '30168014';

/**
 * Judges `CRLs/<uri>`: one PEM block, signed by the account's key. Whether its number rises is the
 * caller's question, who knows the lists before it; dates never count.
 */
export async function judgeCrl(
  pem: Uint8Array,
  chain: AccountChain,
  { verifier }: JudgePorts,
): Promise<Judged<Crl>> {
  const read = judged(() => readPem(pem, 'X509 CRL').map(readCrl));
  if (!read.ok) return read;
  const [crl] = read.value;
  if (!crl || read.value.length !== 1) return refused(`${read.value.length} lists, not one`);
  const { publicKey, subject, subjectKeyIdentifier } = chain.account;
  if (!equalBytes(crl.issuer, subject)) return refused('an issuer name not that of the account');
  if (!isSignedByKind(publicKey, crl.signatureAlgorithm)) return refused('a chain of mixed keys');
  const keyId = crl.authorityKeyIdentifier;
  if (keyId && !(subjectKeyIdentifier && equalBytes(keyId, subjectKeyIdentifier))) {
    return refused('an authority key identifier not that of the account');
  }
  const { signatureAlgorithm, tbs, signature } = crl;
  const holds = await verifier.verify(publicKey, signatureAlgorithm, tbs, signature);
  return holds ? accepted(crl) : refused('a signature not by the account');
}

/**
 * Reads a list: RFC 5280 §5 narrowed to one profile, strict DER. It has a number and a next update;
 * entries are serial and date, each serial once. Says nothing about who issued it.
 * @throws {CoveyError} CRL_MALFORMED
 */
export function readCrl(bytes: Uint8Array): Crl {
  const der = new Uint8Array(bytes);
  const outer = new DerReader(der, 'CRL_MALFORMED');
  if (der.length > MAX_CRL_BYTES) outer.fail(`more than ${MAX_CRL_BYTES} bytes`);
  const { tbs, signatureAlgorithm, signature } = readSigned(outer);

  const reader = outer.within(tbs).enter(TAG.sequence);
  if (toHex(reader.integer()) !== VERSION_2) reader.fail('a version other than 2');
  if (readSignatureIdentifier(reader) !== signatureAlgorithm) {
    reader.fail('two signature algorithms that differ');
  }
  const { der: issuer, userId: issuerUid } = readName(reader);
  const thisUpdate = readTime(reader);
  const nextUpdate = readTime(reader);
  if (nextUpdate < thisUpdate) reader.fail('a next update before this one');
  const revoked = reader.sees(TAG.sequence)
    ? readRevoked(reader, signatureAlgorithm)
    : new Set<string>();
  const extensions = readExtensionMap(reader.enter(explicitTag(0)));
  reader.finish();

  const number = take(extensions, OID.crlNumber, { critical: false }, reader);
  const keyId = take(extensions, OID.authorityKeyIdentifier, { critical: false }, reader);
  refuseRest(extensions, reader);
  if (!number) return reader.fail('no list number');
  return {
    ...{ der, tbs, issuer, issuerUid, revoked, thisUpdate, nextUpdate },
    ...{ signature, signatureAlgorithm },
    number: readNumber(reader.within(number)),
    ...(keyId && { authorityKeyIdentifier: readKeyId(reader.within(keyId)) }),
  };
}

/** The list is left out when nothing is revoked (RFC 5280 §5.1.2.6), so here it is not empty. */
function readRevoked(outer: DerReader, algorithm: SignatureAlgorithm): Set<string> {
  const reader = outer.enter(TAG.sequence);
  const revoked = new Set<string>();
  do {
    const entry = reader.enter(TAG.sequence);
    const serial = readSerial(entry);
    readTime(entry);
    entry.finish();
    if (algorithm === 'ed25519' && (serial[0] ?? 0) >= 0x80)
      entry.fail('a serial that is negative');
    const serialHex = toHex(serial);
    if (revoked.has(serialHex)) entry.fail('a serial that stands twice');
    revoked.add(serialHex);
  } while (!reader.atEnd());
  return revoked;
}

function readNumber(reader: DerReader): bigint {
  const content = reader.integer();
  reader.finish();
  if (content.length > MAX_NUMBER_BYTES) reader.fail('a list number of more than 20 bytes');
  if ((content[0] ?? 0) >= 0x80) reader.fail('a list number that is negative');
  return BigInt(`0x${toHex(content)}`);
}

function readKeyId(reader: DerReader): Uint8Array {
  const whole = reader.whole(TAG.sequence);
  reader.finish();
  if (whole.length !== 24 || toHex(whole.subarray(0, 4)) !== KEY_ID_HEAD) {
    reader.fail('an authority key identifier in an odd form');
  }
  return whole.subarray(4);
}
