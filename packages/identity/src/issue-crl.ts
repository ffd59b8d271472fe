import { fromHex } from '@covey/codec';
import { invariant } from '@covey/errors';
import type { Certificate } from './certificate.ts';
import { writeTime } from './der-time.ts';
import { element, explicit, integer, sequence, unsignedContent } from './der-writer.ts';
import { writeExtension } from './extensions.ts';
import { signAndFrame } from './issue-certificate.ts';
import { OID } from './object-identifiers.ts';
import { isSameKey } from './public-key.ts';
import { writeSignatureIdentifier } from './signature-identifiers.ts';
import type { Signer } from './signatures.ts';

const YEAR_MS = 365 * 24 * 3_600_000;

/**
 * Issues a revocation list, DER, by the account's key. `number` has to be higher than that of every
 * list before it, and `revoked` holds what those held and more: a list replaces the one before.
 * A device that was renewed has several certificates; all their serials belong in.
 */
export async function issueCrl(settings: {
  readonly account: Certificate;
  readonly accountSigner: Signer;
  readonly number: bigint;
  /** Serials, as {@link Certificate.serialHex} has them. */
  readonly revoked: Iterable<string>;
  readonly now: Date;
}): Promise<Uint8Array> {
  const { account, accountSigner, number, revoked, now } = settings;
  const { publicKey, subject, subjectKeyIdentifier } = account;
  invariant(isSameKey(publicKey, accountSigner.publicKey), 'the signer has the key of the account');
  invariant(subjectKeyIdentifier, 'an account certificate has a subject key identifier');
  const thisUpdate = writeTime(now);
  // Sorted, so that the same revocations give the same list whatever order they were learnt in.
  const entries = [...new Set(revoked)]
    .sort()
    .map((serialHex) => sequence(integer(fromHex(serialHex)), thisUpdate));
  const tbs = sequence(
    integer(Uint8Array.of(1)),
    writeSignatureIdentifier('ed25519'),
    subject,
    thisUpdate,
    // A list holds until the next one. The date is there because RFC 5280 §5.1.2.5 wants one.
    writeTime(new Date(now.getTime() + 10 * YEAR_MS)),
    ...(entries.length > 0 ? [sequence(...entries)] : []),
    explicit(
      0,
      sequence(
        writeExtension(
          OID.authorityKeyIdentifier,
          false,
          sequence(element(0x80, subjectKeyIdentifier)),
        ),
        writeExtension(OID.crlNumber, false, integer(unsignedContent(number))),
      ),
    ),
  );
  return signAndFrame(tbs, accountSigner);
}
