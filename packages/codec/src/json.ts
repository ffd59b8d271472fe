import { CoveyError } from '@covey/errors';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/**
 * The one spelling that we write: keys in byte order, no white space, everything outside printable
 * ASCII as lower-case `\uXXXX`, so that any program gets the same bytes for the same value.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value as JsonObject)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${quote(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** In UTF-16 units. A commit has at most 64 KiB. */
const MOST_CHARACTERS = 256 * 1024;

/**
 * Reads JSON (RFC 8259) strictly: no duplicate keys, no lone surrogates, numbers are safe integers
 * in their shortest spelling, bounded depth, at most 256 Ki characters. Objects come without a
 * prototype, so `__proto__` is a key like any other.
 * @throws {CoveyError} JSON_MALFORMED
 */
export function readJson(text: string, { maxDepth = 8 }: { maxDepth?: number } = {}): JsonValue {
  const reader = new Reader(text, maxDepth);
  if (text.length > MOST_CHARACTERS) reader.fail(`more than ${MOST_CHARACTERS} characters`);
  const value = reader.value(0);
  reader.space();
  if (!reader.atEnd()) reader.fail('text after the value');
  return value;
}

const CODE = { quote: 0x22, minus: 0x2d, zero: 0x30, nine: 0x39, backslash: 0x5c } as const;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * Makes objects that inherit nothing: what they come from is empty for ever. `Object.create(null)` says the same, but
 * engines keep such objects as hash tables, of three times the size; a device keeps one for each message.
 */
class Bare {
  [key: string]: JsonValue;
}
Reflect.deleteProperty(Bare.prototype, 'constructor');
Object.freeze(Object.setPrototypeOf(Bare.prototype, null));

class Reader {
  readonly #text: string;
  readonly #maxDepth: number;
  #at = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  fail(why: string): never {
    throw new CoveyError('JSON_MALFORMED', `${why} at character ${this.#at}`);
  }

  atEnd(): boolean {
    return this.#at === this.#text.length;
  }

  space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  value(depth: number): JsonValue {
    if (depth > this.#maxDepth) this.fail(`deeper than ${this.#maxDepth} levels`);
    this.space();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #object(depth: number): JsonObject {
    const object = new Bare();
    this.#at++;
    this.space();
    if (this.#take('}')) return object;
    do {
      this.space();
      if (this.#text[this.#at] !== '"') this.fail('expected a key');
      const key = this.#string();
      if (key in object) this.fail('a key stands twice');
      this.space();
      if (!this.#take(':')) this.fail('expected a colon');
      object[key] = this.value(depth + 1);
      this.space();
    } while (this.#take(','));
    if (!this.#take('}')) this.fail('expected a comma or a closing brace');
    return object;
  }

  #array(depth: number): JsonValue[] {
    const array: JsonValue[] = [];
    this.#at++;
    this.space();
    if (this.#take(']')) return array;
    do {
      array.push(this.value(depth + 1));
      this.space();
    } while (this.#take(','));
    if (!this.#take(']')) this.fail('expected a comma or a closing bracket');
    return array;
  }

  #string(): string {
    let value = '';
    let start = ++this.#at;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === CODE.quote) break;
      if (code === CODE.backslash) {
        value += this.#text.slice(start, this.#at++) + this.#escape();
        start = this.#at;
      } else {
        // Also NaN, which is the end.
        if (!(code >= 0x20)) this.fail('unfinished text');
        this.#at++;
      }
    }
    value += this.#text.slice(start, this.#at++);
    if (!value.isWellFormed()) this.fail('a lone surrogate');
    return value;
  }

  #escape(): string {
    const letter = this.#text.charAt(this.#at++);
    if (letter !== 'u') return ESCAPES[letter] ?? this.fail('an unknown escape');
    const digits = this.#text.slice(this.#at, this.#at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.fail('an unknown escape');
    this.#at += 4;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #number(): number {
    const start = this.#at;
    if (this.#text.charCodeAt(this.#at) === CODE.minus) this.#at++;
    const first = this.#at;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (!(code >= CODE.zero && code <= CODE.nine)) break;
      this.#at++;
    }
    const digits = this.#text.slice(start, this.#at);
    if (this.#at === first || digits === '-0') this.fail('expected a value');
    if (this.#at > first + 1 && this.#text[first] === '0') this.fail('a number that begins with 0');
    if (/[.eE]/.test(this.#text.charAt(this.#at))) this.fail('a number that is no integer');
    const value = Number(digits);
    if (!Number.isSafeInteger(value)) this.fail('an integer beyond 2^53');
    return value;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.fail('expected a value');
    this.#at += word.length;
    return value;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }
}
