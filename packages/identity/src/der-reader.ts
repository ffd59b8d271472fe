import { toHex } from '@covey/codec';
import { CoveyError, type ErrorCode } from '@covey/errors';

/** The DER tags that the certificate profile uses (X.690 §8), constructed bit included. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** `[number]` as EXPLICIT writes it. */
export function explicitTag(number: number): number {
  return 0xa0 | number;
}

/**
 * Reads DER (X.690 §10) element by element. Only the canonical spelling passes: definite lengths in
 * the fewest bytes, one-byte tags, nothing left over. Contents are views of the input.
 * All methods throw {@link CoveyError} with the code given to the constructor.
 */
export class DerReader {
  readonly #bytes: Uint8Array;
  readonly #code: ErrorCode;
  #at = 0;

  constructor(bytes: Uint8Array, code: ErrorCode) {
    this.#bytes = bytes;
    this.#code = code;
  }

  fail(why: string): never {
    throw new CoveyError(this.#code, why);
  }

  /** Whether the next element has this tag. */
  sees(tag: number): boolean {
    return this.#bytes[this.#at] === tag;
  }

  /** Content of the next element. */
  content(tag: number): Uint8Array {
    return this.#next(tag).content;
  }

  /** The next element with its header. */
  whole(tag: number): Uint8Array {
    return this.#next(tag).whole;
  }

  /** A reader over the content of the next element. */
  enter(tag: number): DerReader {
    return this.within(this.content(tag));
  }

  /** A reader over bytes found inside, which fails with the same code. */
  within(bytes: Uint8Array): DerReader {
    return new DerReader(bytes, this.#code);
  }

  atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Refuses anything left over. */
  finish(): void {
    if (!this.atEnd()) this.fail('bytes after the last element');
  }

  /** Content bytes of an INTEGER in two's complement, in the fewest bytes (X.690 §8.3.2). */
  integer(): Uint8Array {
    const content = this.content(TAG.integer);
    const [first, second] = content;
    if (first === undefined) this.fail('an INTEGER without content');
    const padded =
      second !== undefined &&
      ((first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80));
    if (padded) this.fail('an INTEGER longer than needed');
    return content;
  }

  /** A BOOLEAN that is TRUE; FALSE is the default wherever the profile has one, hence never written. */
  true(): void {
    const content = this.content(TAG.boolean);
    if (content.length !== 1 || content[0] !== 0xff) this.fail('a BOOLEAN other than TRUE');
  }

  /** Hex of the content of an OBJECT IDENTIFIER; compared with known ones only, so not decoded. */
  oid(): string {
    return toHex(this.content(TAG.oid));
  }

  /** A BIT STRING of whole bytes. */
  octets(): Uint8Array {
    const content = this.content(TAG.bitString);
    if (content[0] !== 0) this.fail('a BIT STRING that is not of whole bytes');
    return content.subarray(1);
  }

  #next(tag: number): { content: Uint8Array; whole: Uint8Array } {
    const start = this.#at;
    const found = this.#bytes[this.#at++];
    if (found !== tag) {
      const what = found === undefined ? 'the end' : `tag ${found.toString(16)}`;
      this.fail(`expected tag ${tag.toString(16)}, found ${what}`);
    }
    const length = this.#length();
    const end = this.#at + length;
    if (end > this.#bytes.length) this.fail('an element longer than what holds it');
    const content = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return { content, whole: this.#bytes.subarray(start, end) };
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    // 0 is BER's indefinite form; nothing here is longer than three bytes can say.
    if (count === 0 || count > 3) this.fail('a length in a form that is not accepted');
    let length = 0;
    for (let at = 0; at < count; at++) length = (length << 8) | this.#byte();
    const shortest = length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
    if (shortest !== count) this.fail('a length longer than needed');
    return length;
  }

  #byte(): number {
    return this.#bytes[this.#at++] ?? this.fail('the end inside a length');
  }
}
