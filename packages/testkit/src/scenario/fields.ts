import type { JsonObject, JsonValue } from '@covey/codec';
import { CoveyError } from '@covey/errors';

/** The keys of one JSON object of a file, each with the path by which a person finds it. */
export class Fields {
  readonly path: string;
  readonly #object: JsonObject;

  private constructor(object: JsonObject, path: string) {
    this.#object = object;
    this.path = path;
  }

  /** @throws {CoveyError} SCENARIO_MALFORMED when it is no object, or has other keys than these */
  static of(value: JsonValue | undefined, path: string, allowed?: readonly string[]): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw malformed(path, 'expected an object');
    }
    const object = value as JsonObject; // No array, as was just checked.
    const fields = new Fields(object, path);
    const stray = allowed && Object.keys(object).find((key) => !allowed.includes(key));
    if (stray !== undefined) throw malformed(fields.at(stray), 'unknown key');
    return fields;
  }

  /** The path of a key. */
  at(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }

  get keys(): readonly string[] {
    return Object.keys(this.#object);
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#object, key);
  }

  value(key: string): JsonValue | undefined {
    return this.has(key) ? this.#object[key] : undefined;
  }

  /** A text that may be empty. */
  text(key: string): string {
    return textAt(this.value(key), this.at(key));
  }

  /** A text that is a name, hence not empty. */
  name(key: string): string {
    return nameAt(this.value(key), this.at(key));
  }

  oneOf<const T extends string>(key: string, known: readonly T[]): T {
    const text = this.text(key);
    const found = known.find((each) => each === text);
    if (found === undefined) throw malformed(this.at(key), `expected ${known.join(', ')}`);
    return found;
  }

  boolean(key: string): boolean {
    const value = this.value(key);
    if (typeof value !== 'boolean') throw malformed(this.at(key), 'expected true or false');
    return value;
  }

  /** Names, none of them twice. */
  names(key: string, { atLeast = 0 }: { atLeast?: number } = {}): readonly string[] {
    const names = this.list(key).map((value, at) => nameAt(value, `${this.at(key)}[${at}]`));
    const again = names.findIndex((name, at) => names.indexOf(name) < at);
    if (again >= 0) throw malformed(`${this.at(key)}[${again}]`, 'stands twice');
    if (names.length < atLeast) throw malformed(this.at(key), `expected at least ${atLeast}`);
    return names;
  }

  list(key: string): readonly JsonValue[] {
    const value = this.value(key);
    if (!Array.isArray(value)) throw malformed(this.at(key), 'expected a list');
    return value;
  }

  object(key: string, allowed?: readonly string[]): Fields {
    return Fields.of(this.value(key), this.at(key), allowed);
  }
}

/** `path` is that of the offending key, as in `steps[3].kind`; empty for the file as a whole. */
export function malformed(path: string, found: string, cause?: unknown): CoveyError {
  const message = path === '' ? found : `${path}: ${found}`;
  return new CoveyError('SCENARIO_MALFORMED', message, { data: { path, found }, cause });
}

function textAt(value: JsonValue | undefined, path: string): string {
  if (typeof value !== 'string') throw malformed(path, 'expected a text');
  return value;
}

function nameAt(value: JsonValue | undefined, path: string): string {
  const name = textAt(value, path);
  if (name === '') throw malformed(path, 'expected a name');
  return name;
}
