import { canonicalJson, fromBase64, toBase64 } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import {
  type GitObject,
  isCollisionAttack,
  isOid,
  type ObjectType,
  type Oid,
  objectHeader,
  oidOf,
} from '@covey/git-objects';
import type { Crypto } from '../papers.ts';

const FORMAT = 'covey-evidence';
const VERSION = 1;
const KEYS = 'account format objects one other version';
/** In UTF-16 units: some 30,000 commits. */
export const MAX_EVIDENCE_CHARACTERS = 32 * 1024 * 1024;
const TYPES: readonly string[] = ['blob', 'commit', 'tree'] satisfies ObjectType[];

/** Two contradictory commits of one account, and all that it takes to judge them (docs/protocol/evidence.md). */
export interface Evidence {
  readonly account: string;
  /** The lower of the two ids. */
  readonly one: Oid;
  readonly other: Oid;
  readonly objects: ReadonlyMap<Oid, GitObject>;
}

/** The one spelling: canonical JSON, objects in the order of their ids, a line break at the end. */
export function writeEvidence({ account, one, other, objects }: Evidence): string {
  const listed = [...objects]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { type, bytes }]) => ({ bytes: toBase64(bytes), type }));
  const file = { account, format: FORMAT, objects: listed, one, other, version: VERSION };
  return `${canonicalJson(file)}\n`;
}

/** Any other spelling of the same is refused, so that every byte of a file counts. @throws {CoveyError} EVIDENCE_MALFORMED, OBJECT_COLLISION */
export function readEvidence(text: string, { digests }: Crypto): Evidence {
  const { account, format, objects, one, other, version } = membersOf(text);
  if (format !== FORMAT) throw malformed('not a file of evidence');
  if (version !== VERSION) throw malformed('a version that this program does not know');
  if (typeof account !== 'string' || !isId(one) || !isId(other) || !Array.isArray(objects)) {
    throw malformed('a member of the wrong type');
  }
  const read = new Map<Oid, GitObject>();
  for (const listed of objects) {
    const object = objectIn(listed);
    const oid = oidOf(object, digests);
    if (isCollisionAttack(objectHeader(object), object.bytes)) {
      throw new CoveyError('OBJECT_COLLISION', 'an object was made to share its id with another');
    }
    read.set(oid, object);
  }
  const evidence = { account, one, other, objects: read };
  if (writeEvidence(evidence) !== text) throw malformed('not the one spelling');
  return evidence;
}

function membersOf(text: string): Record<string, unknown> {
  if (text.length > MAX_EVIDENCE_CHARACTERS) throw malformed('longer than any evidence');
  let value: unknown;
  try {
    // Its doubles and odd spellings are found when it is written again.
    value = JSON.parse(text);
  } catch (cause) {
    throw malformed('not JSON', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('not an object');
  }
  if (Object.keys(value).sort().join(' ') !== KEYS) throw malformed(`keys other than ${KEYS}`);
  return { ...value };
}

function objectIn(listed: unknown): GitObject {
  const { type, bytes } = (listed ?? {}) as { type?: unknown; bytes?: unknown };
  if (typeof type !== 'string' || !TYPES.includes(type) || typeof bytes !== 'string') {
    throw malformed('an object without type or bytes');
  }
  try {
    return { type: type as ObjectType, bytes: fromBase64(bytes) }; // One of the list just above.
  } catch (cause) {
    throw malformed('bytes that are not base64', cause);
  }
}

const isId = (value: unknown): value is Oid => typeof value === 'string' && isOid(value);

function malformed(why: string, cause?: unknown): CoveyError {
  return new CoveyError('EVIDENCE_MALFORMED', why, cause === undefined ? {} : { cause });
}
