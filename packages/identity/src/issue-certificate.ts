import { type Digests, toHex } from '@covey/codec';
import { invariant } from '@covey/errors';
import { accountUriOf } from './account-uri.ts';
import type { Certificate } from './certificate.ts';
import { writeTime } from './der-time.ts';
import { bitString, explicit, integer, sequence, unsignedContent } from './der-writer.ts';
import { deviceIdOf } from './device-id.ts';
import { writeName } from './distinguished-name.ts';
import { writeAuthorityExtensions, writeDeviceExtensions } from './extensions.ts';
import { isSameKey, type PublicKey } from './public-key.ts';
import { writeSignatureIdentifier } from './signature-identifiers.ts';
import type { Signer } from './signatures.ts';

/** What every certificate is made with. Ed25519 only. */
export interface IssueSettings {
  /** Common name, 1 to 64 characters. Everyone in a conversation sees it: no person's name belongs here. */
  readonly name?: string;
  readonly now: Date;
  /** n bytes that nobody can guess. */
  readonly random: (n: number) => Uint8Array;
  readonly digests: Digests;
}

const HOUR_MS = 3_600_000;
/** As Jami: ten years of 365 days. */
const LIFETIME_MS = 3650 * 24 * HOUR_MS;
/** Begins a day early, so that a device whose clock is behind takes it at once. */
const BACKDATE_MS = 24 * HOUR_MS;

/** Issues a CA certificate for the signer's own key: self-signed DER. */
export async function issueAuthority(
  settings: IssueSettings & { readonly signer: Signer },
): Promise<Uint8Array> {
  const { signer, digests, name = 'Covey CA' } = settings;
  const subject = writeName(name, accountUriOf(signer.publicKey, digests));
  const keyHash = digests.sha1(signer.publicKey.spki);
  const extensions = writeAuthorityExtensions(keyHash);
  return issue(settings, { issuer: subject, subject, key: signer.publicKey, extensions, signer });
}

/** Issues an account certificate, by the CA. The account's URI is that of its key; renewing keeps it. */
export async function issueAccount(
  settings: IssueSettings & {
    readonly authority: Certificate;
    readonly authoritySigner: Signer;
    readonly accountKey: PublicKey;
  },
): Promise<Uint8Array> {
  const { authority, authoritySigner: signer, accountKey: key, digests, name = 'Covey' } = settings;
  checkIssuer(authority, signer, key);
  const subject = writeName(name, accountUriOf(key, digests));
  const extensions = writeAuthorityExtensions(digests.sha1(key.spki));
  return issue(settings, { issuer: authority.subject, subject, key, extensions, signer });
}

/** Issues a device certificate, by the account. It serves for commits and as a TLS certificate. */
export async function issueDevice(
  settings: IssueSettings & {
    readonly account: Certificate;
    readonly accountSigner: Signer;
    readonly deviceKey: PublicKey;
  },
): Promise<Uint8Array> {
  const {
    account,
    accountSigner: signer,
    deviceKey: key,
    digests,
    name = 'Covey device',
  } = settings;
  checkIssuer(account, signer, key);
  const subject = writeName(name, deviceIdOf(key, digests));
  const extensions = writeDeviceExtensions();
  return issue(settings, { issuer: account.subject, subject, key, extensions, signer });
}

/** Signs what is to be signed and frames it (RFC 5280 §4.1, §5.1). */
export async function signAndFrame(tbs: Uint8Array, signer: Signer): Promise<Uint8Array> {
  const signature = await signer.sign(tbs);
  return sequence(tbs, writeSignatureIdentifier('ed25519'), bitString(signature));
}

interface Subject {
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly key: PublicKey;
  readonly extensions: Uint8Array;
  readonly signer: Signer;
}

async function issue(settings: IssueSettings, parts: Subject): Promise<Uint8Array> {
  const { issuer, subject, key, extensions, signer } = parts;
  const at = settings.now.getTime();
  const tbs = sequence(
    explicit(0, integer(Uint8Array.of(2))),
    integer(randomSerial(settings.random)),
    writeSignatureIdentifier('ed25519'),
    issuer,
    sequence(writeTime(new Date(at - BACKDATE_MS)), writeTime(new Date(at + LIFETIME_MS))),
    subject,
    key.spki,
    explicit(3, extensions),
  );
  return signAndFrame(tbs, signer);
}

/** 63 random bits; never zero, which RFC 5280 §4.1.2.2 forbids. */
function randomSerial(random: (n: number) => Uint8Array): Uint8Array {
  const bits = BigInt(`0x${toHex(random(8))}`) >> 1n;
  return unsignedContent(bits === 0n ? 1n : bits);
}

function checkIssuer(issuer: Certificate, signer: Signer, key: PublicKey): void {
  invariant(isSameKey(issuer.publicKey, signer.publicKey), 'the signer has the key of the issuer');
  invariant(issuer.isAuthority, 'the issuer may issue');
  invariant(key.algorithm === 'ed25519', 'we issue for Ed25519 keys only');
  invariant(!isSameKey(key, signer.publicKey), 'no key stands in two places of a chain');
}
