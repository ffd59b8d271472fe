import { canonicalJson, fromBase64url, readJson, toBase64url, utf8, utf8Text } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import type { Papers } from './ports.ts';

type Bundle = Pick<Papers, 'accountPkcs8' | 'authorityPkcs8' | 'displayName'>;

/** What a new device is given besides its certificate. It travels inside the pinned connection only. */
export function writeBundle({ accountPkcs8, authorityPkcs8, displayName }: Bundle): Uint8Array {
  return utf8(
    canonicalJson({
      accountKey: toBase64url(accountPkcs8),
      authorityKey: toBase64url(authorityPkcs8),
      displayName,
    }),
  );
}

/** @throws {CoveyError} LINK_REFUSED, JSON_MALFORMED */
export function readBundle(bytes: Uint8Array): Bundle {
  const { accountKey, authorityKey, displayName } = readJson(utf8Text(bytes)) as Record<
    string,
    unknown
  >;
  if (
    typeof accountKey !== 'string' ||
    typeof authorityKey !== 'string' ||
    typeof displayName !== 'string'
  ) {
    throw new CoveyError('LINK_REFUSED', 'the other device gave no account');
  }
  return {
    accountPkcs8: fromBase64url(accountKey),
    authorityPkcs8: fromBase64url(authorityKey),
    displayName,
  };
}
