import { utf8 } from '@covey/codec';
import { CoveyError } from '@covey/errors';

const LEAST_CHARACTERS = 8;
const MOST_CHARACTERS = 1024;
const MASK = '[secret]';

/** What the keys of an account are put under. Does not show itself. */
export class Passphrase {
  readonly #bytes: Uint8Array;

  /** Of bytes that {@link parsePassphrase} made. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The bytes that a key is derived from. Every call is a place to look at in a review. */
  reveal(): Uint8Array {
    return this.#bytes;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }
}

/**
 * A passphrase is the UTF-8 of its text in normalization form C, so that it does not depend on how a
 * keyboard composes letters (RFC 8265 section 4.2.2, rule 4). 8 to 1024 characters; none is
 * forbidden, and none is mapped to another.
 * @throws {CoveyError} PASSPHRASE_MALFORMED
 */
export function parsePassphrase(text: string): Passphrase {
  const normal = text.normalize('NFC');
  // Half a surrogate pair has no UTF-8: many texts would become one.
  if (/\p{Surrogate}/u.test(normal)) {
    throw new CoveyError('PASSPHRASE_MALFORMED', 'a passphrase is well-formed Unicode');
  }
  const { length } = [...normal];
  if (length < LEAST_CHARACTERS || length > MOST_CHARACTERS) {
    const bounds = `${LEAST_CHARACTERS} to ${MOST_CHARACTERS}`;
    throw new CoveyError('PASSPHRASE_MALFORMED', `a passphrase has ${bounds} characters`);
  }
  return new Passphrase(utf8(normal));
}
