import { fromHex, toHex } from '@covey/codec';
import { type DerReader, TAG } from './der-reader.ts';
import type { SignatureAlgorithm } from './signatures.ts';

/** Whole AlgorithmIdentifiers of signatures: RFC 8410 §3 (no parameters), RFC 8017 appendix A.2.4 (NULL). */
const IDENTIFIERS: Readonly<Record<SignatureAlgorithm, string>> = {
  ed25519: '300506032b6570',
  'rsa-sha256': '300d06092a864886f70d01010b0500',
  'rsa-sha384': '300d06092a864886f70d01010c0500',
  'rsa-sha512': '300d06092a864886f70d01010d0500',
};
const ALGORITHMS = new Map(
  // Object.entries forgets that the keys are the algorithms.
  (Object.entries(IDENTIFIERS) as [SignatureAlgorithm, string][]).map(([name, hex]) => [hex, name]),
);

export function readSignatureIdentifier(reader: DerReader): SignatureAlgorithm {
  const found = ALGORITHMS.get(toHex(reader.whole(TAG.sequence)));
  return found ?? reader.fail('a signature of an algorithm that is not accepted');
}

export function writeSignatureIdentifier(algorithm: SignatureAlgorithm): Uint8Array {
  return fromHex(IDENTIFIERS[algorithm]);
}

/** Reads `tbs, signatureAlgorithm, signature`, the frame that certificates and lists share (RFC 5280 §4.1, §5.1). */
export function readSigned(outer: DerReader): {
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
} {
  const reader = outer.enter(TAG.sequence);
  outer.finish();
  const tbs = reader.whole(TAG.sequence);
  const signatureAlgorithm = readSignatureIdentifier(reader);
  const signature = reader.octets();
  reader.finish();
  return { tbs, signatureAlgorithm, signature };
}
