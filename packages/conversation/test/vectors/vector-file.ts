import { concatBytes, fromBase64, toBase64 } from '@covey/codec';
import type { Profile } from '@covey/conversation';
import {
  MemoryObjectStore,
  type ObjectReader,
  type ObjectType,
  type Oid,
} from '@covey/git-objects';
import { namedIn, TEST_CRYPTO } from '@covey/testkit';

/** Id -> type and content: base64 in parts, `*n` behind a byte that stands n times (vectors/README.md). */
export type PackedObjects = Readonly<Record<string, string>>;

/** What becomes of the commit of a vector. */
export type Expectation =
  | 'accepted'
  | { readonly refused: string; readonly path?: string }
  /** Accepted by profile `jami`, which reports these rules. */
  | { readonly reported: readonly string[] };

/** One commit that keeps a rule, or breaks it and no other before it. */
export interface RuleVector {
  readonly rule: string;
  readonly name: string;
  readonly profile: Profile;
  /** The id of the conversation: its root. */
  readonly conversation: Oid;
  /** Tips that are judged before, with their ancestors; all of that is accepted. */
  readonly given?: readonly Oid[];
  readonly commit: Oid;
  readonly expect: Expectation;
}

export interface RuleVectorFile {
  readonly about: string;
  readonly vectors: readonly RuleVector[];
  readonly objects: PackedObjects;
}

/** Shorter runs of one byte cost less as they are. */
const SHORTEST_RUN = 600;

/** Adds all that the tips reach to what is packed. Objects that are not there are left out. */
export async function packReachable(
  tips: readonly Oid[],
  reader: ObjectReader,
  packed: Map<string, string>,
): Promise<void> {
  const open = [...tips];
  for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
    const object = packed.has(oid) ? undefined : await reader.read(oid);
    if (!object) continue;
    packed.set(oid, `${object.type} ${pack(object.bytes)}`.trimEnd());
    open.push(...namedIn(object));
  }
}

/** A store with the objects of a file. Fails when an id is not that of its bytes. */
export async function unpack(objects: PackedObjects): Promise<MemoryObjectStore> {
  const store = new MemoryObjectStore(TEST_CRYPTO.digests);
  for (const [id, packed] of Object.entries(objects)) {
    const [type, ...parts] = packed.split(' ');
    const bytes = concatBytes(...parts.map(unpackPart));
    const [oid] = await store.write([{ type: type as ObjectType, bytes }]); // As the id tells.
    if (oid !== id) throw new Error(`${id} is not the id of what stands there`);
  }
  return store;
}

/** JSON with one line for each vector and each object. */
export function writeFile(file: {
  readonly about: string;
  readonly vectors: readonly unknown[];
  readonly objects: PackedObjects;
}): string {
  const vectors = file.vectors.map((vector) => `    ${JSON.stringify(vector)}`);
  const objects = Object.entries(file.objects)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([oid, packed]) => `    ${JSON.stringify(oid)}: ${JSON.stringify(packed)}`);
  return `{\n  "about": ${JSON.stringify(file.about)},\n  "vectors": [\n${vectors.join(',\n')}\n  ],\n  "objects": {\n${objects.join(',\n')}\n  }\n}\n`;
}

function pack(bytes: Uint8Array): string {
  const parts: string[] = [];
  let plainFrom = 0;
  for (let at = 0; at < bytes.length; ) {
    let end = at + 1;
    while (end < bytes.length && bytes[end] === bytes[at]) end++;
    if (end - at >= SHORTEST_RUN) {
      if (at > plainFrom) parts.push(toBase64(bytes.subarray(plainFrom, at)));
      parts.push(`${toBase64(bytes.subarray(at, at + 1))}*${end - at}`);
      plainFrom = end;
    }
    at = end;
  }
  if (plainFrom < bytes.length) parts.push(toBase64(bytes.subarray(plainFrom)));
  return parts.join(' ');
}

function unpackPart(part: string): Uint8Array {
  const [base64 = '', times] = part.split('*');
  const bytes = fromBase64(base64);
  return times === undefined ? bytes : new Uint8Array(Number(times)).fill(bytes[0] ?? 0);
}
