import {
  canonicalJson,
  fromHex,
  type JsonObject,
  type JsonValue,
  readJson,
  toHex,
} from '@covey/codec';
import { CoveyError } from '@covey/errors';
import type { SignatureVerifier } from '@covey/identity';
import {
  contradictionIn,
  type MirrorProof,
  type MirrorStatement,
  readStatement,
  type Signed,
} from './mirror-statements.ts';

/** Says what the file is, to programs and to people. */
const TYPE = 'covey mirror proof';
const MOST_BYTES = 16 * 1024;

/** What a file proves. */
export interface MirrorVerdict {
  readonly proves: MirrorProof;
  /** The mirror's own key, in hex. */
  readonly mirror: string;
  readonly statements: readonly [MirrorStatement, MirrorStatement];
}

/** Two statements of one mirror that contradict each other, for others to judge. */
export function writeMirrorProof(
  mirror: Uint8Array,
  one: MirrorStatement,
  other: MirrorStatement,
): string {
  const lineOf = ({ kind, signed }: MirrorStatement): JsonObject => ({
    ...{ kind, statement: toHex(signed.statement), signature: toHex(signed.signature) },
  });
  const statements = [lineOf(one), lineOf(other)];
  return canonicalJson({ type: TYPE, version: 1, mirror: toHex(mirror), statements });
}

/**
 * Judges a file by itself: no clock, no network, no conversation. What it proves, the mirror has signed.
 * @throws {CoveyError} EVIDENCE_MALFORMED; EVIDENCE_UNPROVEN when the mirror hasn't signed both, or they agree
 */
export async function judgeMirrorProof(
  file: string,
  verifier: SignatureVerifier,
): Promise<MirrorVerdict> {
  const { mirror, statements } = readProof(file);
  const read = await Promise.all(
    statements.map(({ kind, signed }) => statementOf(kind, signed, fromHex(mirror), verifier)),
  );
  const [one, other] = read as [MirrorStatement, MirrorStatement]; // Two were in the file.
  const proves = contradictionIn(one, other);
  if (!proves) throw new CoveyError('EVIDENCE_UNPROVEN', 'the two statements agree');
  return { proves, mirror, statements: [one, other] };
}

async function statementOf(
  kind: MirrorStatement['kind'],
  signed: Signed,
  mirror: Uint8Array,
  verifier: SignatureVerifier,
): Promise<MirrorStatement> {
  try {
    const statement = await readStatement(kind, signed, mirror, verifier);
    if (statement) return statement;
  } catch (cause) {
    if (!CoveyError.is(cause, 'ENCODING_MALFORMED')) throw cause;
    throw new CoveyError('EVIDENCE_MALFORMED', 'a statement that can’t be read', { cause });
  }
  throw new CoveyError('EVIDENCE_UNPROVEN', 'the mirror hasn’t signed both statements');
}

function readProof(file: string) {
  const { type, version, mirror, statements } = objectIn(jsonIn(file));
  if (type !== TYPE || version !== 1) throw malformed('another kind of file, or a newer one');
  if (!Array.isArray(statements) || statements.length !== 2) throw malformed('not two statements');
  return {
    mirror: hexIn(mirror, 32),
    statements: statements.map((each: JsonValue) => {
      const { kind, statement, signature } = objectIn(each);
      if (kind !== 'receipt' && kind !== 'head') throw malformed('an unknown kind of statement');
      const signed = {
        statement: fromHex(hexIn(statement)),
        signature: fromHex(hexIn(signature, 64)),
      };
      return { kind, signed } as const;
    }),
  };
}

function jsonIn(file: string): JsonValue {
  if (file.length > MOST_BYTES) throw malformed('longer than any proof');
  try {
    return readJson(file);
  } catch (cause) {
    if (!CoveyError.is(cause)) throw cause;
    throw new CoveyError('EVIDENCE_MALFORMED', 'not JSON', { cause });
  }
}

function objectIn(value: JsonValue): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as JsonObject; // Neither null nor an array.
  throw malformed('not an object');
}

function hexIn(value: JsonValue | undefined, bytes?: number): string {
  const isHex = typeof value === 'string' && /^(?:[0-9a-f]{2})*$/.test(value);
  if (!isHex || (bytes !== undefined && value.length !== 2 * bytes)) throw malformed('not hex');
  return value;
}

function malformed(why: string): CoveyError {
  return new CoveyError('EVIDENCE_MALFORMED', `not a proof about a mirror: ${why}`);
}
