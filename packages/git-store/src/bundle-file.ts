import { readFile, stat } from 'node:fs/promises';
import { CoveyError } from '@covey/errors';
import {
  type GitObject,
  LOCAL_PACK_LIMITS,
  type Oid,
  readBundle,
  readPack,
} from '@covey/git-objects';
import { nodeDigests, nodeInflate } from '@covey/node-crypto';
import { type ReadOnlyRepository, unreadable } from './git-directory.ts';

const CHUNK_BYTES = 1024 * 1024;

/**
 * Opens a Git bundle that holds a whole history, and takes all of it into memory.
 * @throws {CoveyError} REPOSITORY_UNREADABLE
 */
export async function openBundle(path: string): Promise<ReadOnlyRepository> {
  try {
    if ((await stat(path)).size > LOCAL_PACK_LIMITS.maxPackBytes) {
      throw unreadable('the bundle is too large');
    }
    const bytes = await readFile(path);
    const { refs, prerequisites, packOffset } = readBundle(bytes);
    if (prerequisites.length > 0) throw unreadable('the bundle builds on commits outside it');
    const objects = await readObjects(bytes.subarray(packOffset));
    return {
      objects: { read: async (oid) => objects.get(oid) },
      refs: new Map([...refs].filter(([name]) => name !== 'HEAD')),
      head: refs.get('HEAD') ?? refs.get('refs/heads/main'),
    };
  } catch (cause) {
    if (CoveyError.is(cause, 'REPOSITORY_UNREADABLE')) throw cause;
    const why = CoveyError.is(cause) ? cause.message : 'the file cannot be read';
    throw unreadable(why, cause);
  }
}

async function readObjects(pack: Uint8Array): Promise<Map<Oid, GitObject>> {
  async function* chunks() {
    for (let at = 0; at < pack.length; at += CHUNK_BYTES) yield pack.subarray(at, at + CHUNK_BYTES);
  }
  const options = { limits: LOCAL_PACK_LIMITS, digests: nodeDigests, inflate: nodeInflate };
  const objects = new Map<Oid, GitObject>();
  for await (const { oid, object } of readPack(chunks(), options)) objects.set(oid, object);
  return objects;
}
