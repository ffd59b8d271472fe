import { CoveyError } from '@covey/errors';
import { concatBytes, utf8, utf8Text } from './bytes.ts';

/** How a value is written, and the one spelling of it that is read. */
export interface Form<T> {
  encode(value: T): Uint8Array;
  /** @throws {CoveyError} ENCODING_MALFORMED */
  decode(bytes: Uint8Array): T;
}

/** What a form reads. */
export type FormValue<F> = F extends Form<infer T> ? T : never;

/** A form of whatever. */
interface AnyForm {
  encode(value: never): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}
type Fields = Readonly<Record<string, AnyForm>>;
type ValueOf<F extends Fields> = { readonly [Name in keyof F]: FormValue<F[Name]> };

const LENGTH_BYTES = 4;

/**
 * A frame: its fields in the order in which they are named here, each behind its length (4 bytes, big-endian), and
 * nothing else. What is read and written again is the same to the byte, so that a frame can be signed and named by
 * its digest. A field may be a frame itself. The bytes that are read are not copied.
 */
export function frameOf<const F extends Fields>(fields: F): Form<ValueOf<F>> {
  const names = Object.keys(fields) as (keyof F & string)[];
  return {
    encode: (value) =>
      concatBytes(
        ...names.flatMap((name) => parts((fields[name] as Form<unknown>).encode(value[name]))),
      ),
    decode: (bytes) => {
      const cursor = new Cursor(bytes);
      const value: Partial<Record<keyof F, unknown>> = {};
      for (const name of names) {
        value[name] = within(name, () => (fields[name] as Form<unknown>).decode(cursor.next()));
      }
      if (!cursor.atEnd) throw malformed('something follows the last field');
      return value as ValueOf<F>; // Every field has been read by its form.
    },
  };
}

/** Exactly so many bytes. */
export function bytesOf(length: number): Form<Uint8Array> {
  const checked = (bytes: Uint8Array) => {
    if (bytes.length !== length) throw malformed(`not ${length} bytes`);
    return bytes;
  };
  return { encode: checked, decode: checked };
}

/** Up to so many bytes. */
export function bytesUpTo(most: number): Form<Uint8Array> {
  const checked = (bytes: Uint8Array) => {
    if (bytes.length > most) throw malformed(`more than ${most} bytes`);
    return bytes;
  };
  return { encode: checked, decode: checked };
}

/** A well-formed text of up to so many bytes of UTF-8. */
export function textUpTo(mostBytes: number): Form<string> {
  const bytes = bytesUpTo(mostBytes);
  return {
    encode: (text) => {
      if (!text.isWellFormed()) throw malformed('half a surrogate pair');
      return bytes.encode(utf8(text));
    },
    decode: (encoded) => utf8Text(bytes.decode(encoded)),
  };
}

/** One of some words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): Form<Word> {
  const known = (word: string): Word => {
    const found = words.find((each) => each === word);
    if (found === undefined) throw malformed('none of the known words');
    return found;
  };
  return { encode: (word) => utf8(known(word)), decode: (bytes) => known(utf8Text(bytes)) };
}

/** A whole number from 0 to 2^53 - 1, in 8 bytes, big-endian. */
export const NUMBER: Form<number> = {
  encode: (value) => {
    if (!Number.isSafeInteger(value) || value < 0)
      throw malformed('no whole number up to 2^53 - 1');
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
    return bytes;
  },
  decode: (bytes) => {
    if (bytes.length !== 8) throw malformed('a number has 8 bytes');
    const value = viewOf(bytes).getBigUint64(0);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed('a number above 2^53 - 1');
    return Number(value);
  },
};

/** Up to so many of one form, each behind its length; `sorted`: in ascending order of their bytes, none twice. */
export function listOf<T>(
  item: Form<T>,
  { most, sorted = false }: { readonly most: number; readonly sorted?: boolean },
): Form<readonly T[]> {
  const checked = (items: readonly Uint8Array[]) => {
    if (items.length > most) throw malformed(`more than ${most} of a list`);
    const isOutOfOrder = items.some((each, at) => at > 0 && compare(items[at - 1]!, each) >= 0); // at > 0
    if (sorted && isOutOfOrder) throw malformed('a list is out of order');
    return items;
  };
  return {
    encode: (values) =>
      concatBytes(...checked(values.map((value) => item.encode(value))).flatMap(parts)),
    decode: (bytes) => {
      const cursor = new Cursor(bytes);
      const items: Uint8Array[] = [];
      // One more than allowed is enough to refuse it.
      while (!cursor.atEnd && items.length <= most) items.push(cursor.next());
      return checked(items).map((each) => item.decode(each));
    },
  };
}

/** Something, or nothing. */
export function optional<T>(form: Form<T>): Form<T | undefined> {
  const list = listOf(form, { most: 1 });
  return {
    encode: (value) => list.encode(value === undefined ? [] : [value]),
    decode: (bytes) => list.decode(bytes)[0],
  };
}

class Cursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  next(): Uint8Array {
    const start = this.#at + LENGTH_BYTES;
    if (start > this.#bytes.length) throw malformed('cut short');
    const end = start + viewOf(this.#bytes).getUint32(this.#at);
    if (end > this.#bytes.length) throw malformed('cut short');
    this.#at = end;
    return this.#bytes.subarray(start, end);
  }
}

function parts(bytes: Uint8Array): readonly Uint8Array[] {
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return [length, bytes];
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at < 0 || at >= b.length ? a.length - b.length : a[at]! - b[at]!; // Within both.
}

/** Says in which field it was. */
function within<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (reason) {
    if (!CoveyError.is(reason, 'ENCODING_MALFORMED')) throw reason;
    const inner = reason.data['field'];
    const field = inner === undefined ? name : `${name}.${inner}`;
    throw new CoveyError('ENCODING_MALFORMED', reason.message, { data: { field }, cause: reason });
  }
}

function malformed(defect: string): CoveyError {
  return new CoveyError('ENCODING_MALFORMED', `not a frame: ${defect}`);
}
