import { utf8Text } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { type DerReader, TAG } from './der-reader.ts';
import { directoryString, oid, sequence, setOfOne } from './der-writer.ts';
import { OID } from './object-identifiers.ts';

/** The one form of name in the profile: a common name, then a user id, which is a key hash in hex. */
export interface DistinguishedName {
  readonly commonName: string;
  readonly userId: string;
  /** The whole element: names are compared as bytes, never as text. */
  readonly der: Uint8Array;
}

/** 1 to 64 characters (RFC 5280 ub-common-name) without controls and NUL, where readers part ways. */
const COMMON_NAME = /^[^\p{Cc}\p{Cs}]{1,64}$/u;
const USER_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const PRINTABLE = /^[A-Za-z0-9 '()+,./:=?-]*$/;

export function readName(reader: DerReader): DistinguishedName {
  const der = reader.whole(TAG.sequence);
  const parts = reader.within(der).enter(TAG.sequence);
  const commonName = readAttribute(parts, OID.commonName);
  const userId = readAttribute(parts, OID.userId);
  parts.finish();
  if (!COMMON_NAME.test(commonName)) reader.fail('a common name that is not accepted');
  if (!USER_ID.test(userId)) reader.fail('a user id that is no key hash');
  return { commonName, userId, der };
}

/** @throws {CoveyError} CERTIFICATE_MALFORMED when the name is empty, too long or has controls */
export function writeName(commonName: string, userId: string): Uint8Array {
  if (!COMMON_NAME.test(commonName)) {
    throw new CoveyError('CERTIFICATE_MALFORMED', 'a common name that is not accepted');
  }
  return sequence(writeAttribute(OID.commonName, commonName), writeAttribute(OID.userId, userId));
}

function readAttribute(parts: DerReader, type: string): string {
  const set = parts.enter(TAG.set);
  const pair = set.enter(TAG.sequence);
  set.finish();
  if (pair.oid() !== type) pair.fail('a name with other parts than common name and user id');
  const printable = pair.sees(TAG.printableString);
  const text = decode(pair, pair.content(printable ? TAG.printableString : TAG.utf8String));
  if (printable && !PRINTABLE.test(text)) pair.fail('a PrintableString that is not printable');
  pair.finish();
  return text;
}

function decode(reader: DerReader, bytes: Uint8Array): string {
  try {
    return utf8Text(bytes);
  } catch (reason) {
    if (!CoveyError.is(reason)) throw reason;
    return reader.fail('a name that is not UTF-8');
  }
}

function writeAttribute(type: string, text: string): Uint8Array {
  return setOfOne(sequence(oid(type), directoryString(text)));
}
