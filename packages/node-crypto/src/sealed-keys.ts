import { createCipheriv, createDecipheriv, scrypt } from 'node:crypto';
import { concatBytes, equalBytes, utf8 } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { plainBytes } from './plain-bytes.ts';
import { nodeRandom } from './random.ts';

/*
 * header:  magic 12 bytes | version 1 | log2 N 1 | r 1 | p 1 | salt 16 | nonce 12
 * then:    ciphertext, as long as what was sealed | tag 16
 */
const MAGIC = utf8('covey-sealed');
const VERSION = 1;
const PARAMETERS_AT = MAGIC.length + 1;
const SALT_AT = PARAMETERS_AT + 3;
const SALT_BYTES = 16;
const NONCE_AT = SALT_AT + SALT_BYTES;
const NONCE_BYTES = 12;
const HEADER_BYTES = NONCE_AT + NONCE_BYTES;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const MOST_BYTES = 64 * 1024;

// 128 * r * N = 64 MiB (RFC 7914 section 2).
const LOG2_N = 16;
/** A file that somebody has altered must not ask for more memory than this machine has. */
const READABLE_LOG2_N = { least: 15, most: 17 };
const R = 8;
const P = 1;

/** What the key of a sealed text is derived with. */
export interface Derivation {
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  /** log2 of scrypt's cost parameter N: 16 takes 64 MiB. */
  readonly log2N: number;
}

/** Makes the 32 bytes of a key. */
export type DeriveKey = (derivation: Derivation) => Promise<Uint8Array>;

/** Whether these bytes came out of {@link seal}, as far as their beginning tells. */
export function isSealed(bytes: Uint8Array): boolean {
  return equalBytes(bytes.subarray(0, MAGIC.length), MAGIC);
}

/**
 * Puts bytes under a password: scrypt (RFC 7914) with N = 2^16, r = 8, p = 1, which takes 64 MiB and
 * a fraction of a second off the main thread, then AES-256-GCM with all that stands before the
 * ciphertext as associated data. Salt and nonce are new each time.
 */
export async function seal(
  plain: Uint8Array,
  password: Uint8Array,
  derive: DeriveKey = scryptKey,
): Promise<Uint8Array> {
  const salt = nodeRandom(SALT_BYTES);
  const nonce = nodeRandom(NONCE_BYTES);
  const numbers = Uint8Array.of(VERSION, LOG2_N, R, P);
  const header = concatBytes(MAGIC, numbers, salt, nonce);
  const key = await derive({ password, salt, log2N: LOG2_N });
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(header);
  const ciphertext = concatBytes(cipher.update(plain), cipher.final());
  key.fill(0);
  return concatBytes(header, ciphertext, cipher.getAuthTag());
}

/**
 * What was put under the password.
 * @throws {CoveyError} PASSPHRASE_WRONG also where salt, nonce, ciphertext or tag are damaged: nothing
 * tells the one from the other; ACCOUNT_UNREADABLE if the form is unknown or asks for too much work
 */
export async function unseal(
  sealed: Uint8Array,
  password: Uint8Array,
  derive: DeriveKey = scryptKey,
): Promise<Uint8Array> {
  const log2N = readLog2N(sealed);
  const header = sealed.subarray(0, HEADER_BYTES);
  const key = await derive({ password, salt: header.subarray(SALT_AT, NONCE_AT), log2N });
  try {
    const nonce = header.subarray(NONCE_AT);
    const cipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(header);
    cipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const body = cipher.update(sealed.subarray(HEADER_BYTES, -TAG_BYTES));
    return concatBytes(body, cipher.final());
  } catch (cause) {
    throw new CoveyError('PASSPHRASE_WRONG', 'the passphrase is wrong', { cause });
  } finally {
    key.fill(0);
  }
}

function readLog2N(sealed: Uint8Array): number {
  const [version, log2N = 0, r, p] = sealed.subarray(MAGIC.length, SALT_AT);
  if (!isSealed(sealed) || version !== VERSION)
    throw unreadable('are in a form of another version');
  const { least, most } = READABLE_LOG2_N;
  if (log2N < least || log2N > most || r !== R || p !== P) {
    throw unreadable('ask for an amount of work that is not accepted');
  }
  if (sealed.length < HEADER_BYTES + TAG_BYTES || sealed.length > MOST_BYTES) {
    throw unreadable('do not have the length of keys');
  }
  return log2N;
}

function unreadable(why: string): CoveyError {
  return new CoveyError('ACCOUNT_UNREADABLE', `the sealed keys ${why}`);
}

/** scrypt on a thread of libuv. */
function scryptKey({ password, salt, log2N }: Derivation): Promise<Uint8Array> {
  const N = 2 ** log2N;
  // What OpenSSL counts besides the 128 * r * N of the table is less than one table for N = 1024.
  const maxmem = 128 * R * (N + 1024);
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  scrypt(password, salt, KEY_BYTES, { N, r: R, p: P, maxmem }, (failure, key) => {
    if (failure) reject(failure);
    else resolve(plainBytes(key));
  });
  return promise;
}
