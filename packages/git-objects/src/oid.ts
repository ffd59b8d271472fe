import { toHex } from '@covey/codec';
import { CoveyError } from '@covey/errors';

declare const oid: unique symbol;

/** Names a Git object: SHA-1 of its header and bytes, 40 lower-case hex digits. */
export type Oid = string & { readonly [oid]: true };

const OID = /^[0-9a-f]{40}$/;

/** The id that Git writes for "nothing". No object has it. */
export const NULL_OID = '0'.repeat(40) as Oid; // 40 digits by construction

/** Tells whether the text is an object id in its one spelling. */
export function isOid(text: string): text is Oid {
  return OID.test(text);
}

/** @throws {CoveyError} OID_MALFORMED */
export function parseOid(text: string): Oid {
  // Upper case is refused, not folded: the id is also a path, and two spellings would be two files.
  if (!isOid(text)) {
    throw new CoveyError(
      'OID_MALFORMED',
      `expected 40 lower-case hex digits, got ${text.length} characters`,
    );
  }
  return text;
}

/** The 20 bytes of an id as trees, packs and indexes hold it. */
export function oidBytes(id: Oid): Uint8Array {
  const bytes = new Uint8Array(20);
  writeOid(id, bytes, 0);
  return bytes;
}

/** Writes the 20 bytes of an id to a place among others. */
export function writeOid(id: Oid, to: Uint8Array, at: number): void {
  for (let n = 0; n < 20; n++) to[at + n] = (digit(id, 2 * n) << 4) | digit(id, 2 * n + 1);
}

/** Of an id, whose digits were checked when it became one. */
function digit(id: Oid, at: number): number {
  const code = id.charCodeAt(at);
  return code <= 0x39 ? code - 0x30 : code - 0x57;
}

/** Reads 20 raw bytes as an id. @throws {CoveyError} OID_MALFORMED */
export function oidFromBytes(bytes: Uint8Array): Oid {
  if (bytes.length !== 20) {
    throw new CoveyError('OID_MALFORMED', `expected 20 bytes, got ${bytes.length}`);
  }
  return toHex(bytes) as Oid; // 20 bytes make 40 lower-case digits
}
