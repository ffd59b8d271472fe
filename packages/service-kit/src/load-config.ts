import { readFileSync } from 'node:fs';
import type { Static, TObject } from 'typebox';
import { Errors } from 'typebox/value';
import { CoveyError } from '@covey/errors';
import { type ConfigField, configFields } from './config-fields.ts';
import { Secret } from './secret.ts';

/** Where a configuration comes from and what it must look like. */
export interface ConfigSource<S extends TObject> {
  /** Of every variable of the program, such as `PEER_`; unknown ones that begin so are refused. */
  readonly prefix: string;
  /** Fields are texts, integers, numbers, booleans, unions of literals and `secretField`s. */
  readonly schema: S;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Says what of a well-formed configuration cannot be true at once, one line each. */
  readonly contradictions?: (config: Readonly<Static<S>>) => readonly string[];
}

/**
 * Reads a configuration from environment variables: `dataFolder` from `<PREFIX>DATA_FOLDER`. An
 * empty variable counts as absent. The result is frozen.
 * @throws {CoveyError} CONFIG_INVALID that lists all that is wrong: unknown, missing, malformed
 * and contradictory variables, by name and without their values; `data` has them one by one
 */
export function loadConfig<S extends TObject>(source: ConfigSource<S>): Readonly<Static<S>> {
  const { prefix, schema, env, contradictions } = source;
  const fields = configFields(schema, prefix);
  const problems = new Map<string, string>(unknownVariables(fields, prefix, env));
  const config: Record<string, unknown> = {};
  for (const field of fields) {
    const read = readField(field, env[field.variable]);
    if ('problem' in read) problems.set(field.variable, read.problem);
    else if (read.value !== undefined) config[field.key] = read.value;
  }
  // Every field was judged by its own part of the schema, so together they are its static type.
  const result = Object.freeze(config) as Readonly<Static<S>>;
  if (problems.size === 0) {
    for (const [n, line] of (contradictions?.(result) ?? []).entries()) {
      problems.set(`contradiction ${n + 1}`, line);
    }
  }
  if (problems.size === 0) return result;
  const lines = [...problems].map(([variable, problem]) => `${variable}: ${problem}`);
  throw new CoveyError('CONFIG_INVALID', lines.join('; '), { data: Object.fromEntries(problems) });
}

type Read = { readonly value: unknown } | { readonly problem: string };

function unknownVariables(
  fields: readonly ConfigField[],
  prefix: string,
  env: ConfigSource<TObject>['env'],
): [string, string][] {
  const known = new Set(fields.map(({ variable }) => variable));
  return Object.keys(env)
    .filter((name) => name.startsWith(prefix) && env[name] && !known.has(name))
    .sort()
    .map((name) => [
      name,
      known.has(`${name}_FILE`)
        ? `a secret is read from a file: name the file in ${name}_FILE`
        : 'there is no such setting',
    ]);
}

function readField(field: ConfigField, text: string | undefined): Read {
  if (text === undefined || text === '') {
    return field.isRequired ? { problem: 'is missing' } : { value: field.default };
  }
  if (field.kind === 'secret') return readSecret(text);
  const value = parse(field.kind, text);
  if (value === undefined) return { problem: EXPECTED[field.kind] };
  const [error] = Errors(field.schema, value);
  return error ? { problem: error.message } : { value };
}

const EXPECTED = {
  text: 'is not a text',
  integer: 'is not a whole number',
  number: 'is not a number',
  boolean: 'is neither true nor false',
} as const;

function parse(kind: keyof typeof EXPECTED, text: string): string | number | boolean | undefined {
  if (kind === 'text') return text;
  if (kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  const isNumeral = kind === 'integer' ? /^-?\d{1,15}$/ : /^-?\d{1,15}(\.\d{1,15})?$/;
  return isNumeral.test(text) ? Number(text) : undefined;
}

function readSecret(path: string): Read {
  try {
    // Editors and `echo` end a file with a line feed that is no part of the secret.
    const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    return text === '' ? { problem: 'the file is empty' } : { value: new Secret(text) };
  } catch {
    // The reason would name a path, and the variable says enough to whoever set it.
    return { problem: 'the file cannot be read' };
  }
}
