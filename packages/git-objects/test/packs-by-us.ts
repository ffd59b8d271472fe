import { CoveyError } from '@covey/errors';
import { nodeDigests, nodeInflate } from '@covey/node-crypto';
import {
  crc32,
  DEFAULT_PACK_LIMITS,
  type GitObject,
  type Oid,
  oidFromBytes,
  oidOf,
  type PackedObject,
  packIndex,
  readCommit,
  readPack,
  readTree,
} from '../src/index.ts';
import type { SentPack } from './packs-by-git.ts';

/** What we make of a pack. */
export interface PackByUs {
  /** None when it is refused. */
  readonly objects: readonly PackedObject[];
  readonly refusal?: string;
}

/** Judges a pack as the steps after its arrival do: its form, its objects one by one, and their links. */
export async function packByUs(pack: SentPack, chunkBytes: number): Promise<PackByUs> {
  try {
    const objects = await readSent(pack, chunkBytes);
    expectSound(objects, pack.outside);
    return { objects };
  } catch (reason) {
    if (!(reason instanceof CoveyError)) throw reason;
    return { objects: [], refusal: reason.data['defect'] ?? reason.code };
  }
}

/** All objects of a pack, which arrives in pieces. @throws {CoveyError} what the pack reader throws */
export async function readSent(
  { bytes, outside }: SentPack,
  chunkBytes: number,
): Promise<readonly PackedObject[]> {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.slice(at, at + chunkBytes);
  }
  const known = new Map(outside.map((object) => [oidOf(object, nodeDigests), object]));
  const base = async (oid: Oid) => known.get(oid);
  const options = { limits: DEFAULT_PACK_LIMITS, digests: nodeDigests, inflate: nodeInflate, base };
  const objects: PackedObject[] = [];
  for await (const packed of readPack(chunks(), options)) objects.push(packed);
  return objects;
}

function expectSound(objects: readonly PackedObject[], outside: readonly GitObject[]): void {
  const there = new Set([
    ...objects.map(({ oid }) => oid),
    ...outside.map((object) => oidOf(object, nodeDigests)),
  ]);
  for (const { object } of objects) {
    if (!links(object).every((oid) => there.has(oid))) throw unsound('a link to nowhere');
  }
}

function links({ type, bytes }: GitObject): readonly Oid[] {
  if (type === 'blob') return [];
  if (type === 'tree') return readTree(bytes).map(({ oid }) => oid);
  const { commit, defects } = readCommit(bytes);
  if (!commit || defects.length > 0) throw unsound(`${defects[0]}`);
  return [commit.tree, ...commit.parents];
}

function unsound(defect: string): CoveyError {
  return new CoveyError('GIT_OBJECT_MALFORMED', defect, { data: { defect } });
}

/** The index that we would write beside a pack. */
export function indexByUs(objects: readonly PackedObject[], bytes: Uint8Array): Uint8Array {
  const entries = objects.map(({ oid, offset, length }) => {
    return { oid, offset, crc32: crc32(bytes.subarray(offset, offset + length)) };
  });
  return packIndex(entries, bytes.subarray(-20), nodeDigests);
}

/** The ids in an index of version 2, in its order. */
export function oidsIn(index: Uint8Array): readonly Oid[] {
  const start = 8 + 4 * 256;
  const count = new DataView(index.buffer, index.byteOffset).getUint32(start - 4);
  return Array.from({ length: count }, (_, at) =>
    oidFromBytes(index.subarray(start + 20 * at, start + 20 * at + 20)),
  );
}
