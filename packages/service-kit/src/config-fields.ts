import { type TObject, type TSchema, type TUnsafe, Type } from 'typebox';
import type { Secret } from './secret.ts';

const SECRET = 'x-secret';

/** A field whose value stands in a file; the variable `<NAME>_FILE` holds the path of that file. */
export function secretField(options: { description: string }): TUnsafe<Secret> {
  return Type.Unsafe<Secret>({ type: 'string', [SECRET]: true, ...options });
}

/** One field of a configuration, as its documents and its reader need it. */
export interface ConfigField {
  /** Key in the typed configuration, such as `dataFolder`. */
  readonly key: string;
  /** Environment variable that is read, such as `PEER_DATA_FOLDER`; of a secret, the `_FILE` one. */
  readonly variable: string;
  readonly schema: TSchema;
  readonly kind: 'text' | 'integer' | 'number' | 'boolean' | 'secret';
  readonly description: string;
  readonly default: string | number | boolean | undefined;
  /** Has no default and is not optional. */
  readonly isRequired: boolean;
}

/** The fields of a configuration schema, in its order. */
export function configFields(schema: TObject, prefix: string): ConfigField[] {
  const required = new Set<string>(schema.required);
  return Object.entries(schema.properties).map(([key, field]) => {
    // A TypeBox schema is JSON Schema: these keywords are plain properties of it.
    const keywords = field as TSchema & Partial<Keywords>;
    const isSecret = keywords[SECRET] === true;
    const name = prefix + key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
    return {
      key,
      variable: isSecret ? `${name}_FILE` : name,
      schema: field,
      kind: isSecret ? 'secret' : kindOf(keywords.type),
      description: keywords.description ?? '',
      default: keywords.default,
      isRequired: required.has(key) && keywords.default === undefined,
    };
  });
}

interface Keywords {
  type: string;
  description: string;
  default: string | number | boolean;
  [SECRET]: boolean;
}

/** A union of literals has no `type`; its values are texts. */
function kindOf(type: string | undefined): ConfigField['kind'] {
  return type === 'integer' || type === 'number' || type === 'boolean' ? type : 'text';
}
