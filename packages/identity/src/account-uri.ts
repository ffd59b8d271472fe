import { type Digests, toHex } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import type { PublicKey } from './public-key.ts';

declare const accountUri: unique symbol;

/**
 * Names an account: SHA-1 of the account key (DER SubjectPublicKeyInfo), 40 lowercase hex digits.
 * It is a file name in every tree. Not a {@link DeviceId}, which names a device and is 64 digits long.
 */
export type AccountUri = string & { readonly [accountUri]: true };

const ACCOUNT_URI = /^[0-9a-f]{40}$/;

/** Upper case is refused, not folded: a URI is also a path, and two spellings would be two files. */
export function isAccountUri(text: string): text is AccountUri {
  return ACCOUNT_URI.test(text);
}

/** @throws {CoveyError} ACCOUNT_URI_MALFORMED */
export function parseAccountUri(text: string): AccountUri {
  if (!isAccountUri(text)) {
    throw new CoveyError(
      'ACCOUNT_URI_MALFORMED',
      `expected 40 lowercase hex digits, got ${text.length} characters`,
    );
  }
  return text;
}

/** First 8 digits, for logs and terminals only. Never compare or store this form. */
export function shortAccountUri(uri: AccountUri): string {
  return uri.slice(0, 8);
}

/** The account that has this key. A renewed certificate of the same key is the same account. */
export function accountUriOf(key: PublicKey, digests: Digests): AccountUri {
  return parseAccountUri(toHex(digests.sha1(key.spki)));
}
