import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Digests, toHex } from '@covey/codec';
import { type GitObject, type PackIndexEntry, packIndex, writePack } from '@covey/git-objects';
import { nodeDeflate } from '@covey/node-crypto';
import { ensureDirectory, syncDirectory, temporaryPath, writeSynced } from './durable-files.ts';

/**
 * Writes a pack and its index into an `objects/pack` folder. Resolves once both would survive a crash. The index
 * gets its name last: a pack without one counts for nobody. Resolves to the name of both, without ending.
 */
export async function installPack(
  folder: string,
  objects: AsyncIterable<GitObject>,
  count: number,
  digests: Digests,
): Promise<string> {
  if (await ensureDirectory(folder)) await syncDirectory(dirname(folder));
  const packPath = temporaryPath(folder);
  const indexPath = temporaryPath(folder);
  const entries: PackIndexEntry[] = [];
  let checksum: Uint8Array = new Uint8Array();
  const onEntry = (entry: PackIndexEntry) => void entries.push(entry);
  const parts = writePack(objects, count, { digests, deflate: nodeDeflate, onEntry });
  async function* rememberingEnd() {
    for await (const part of parts) {
      checksum = part.subarray(-20); // The last part ends in the checksum, and has all of it.
      yield part;
    }
  }
  try {
    await writeSynced(packPath, rememberingEnd());
    await writeSynced(indexPath, packIndex(entries, checksum, digests));
    await rename(packPath, join(folder, `pack-${toHex(checksum)}.pack`));
    await rename(indexPath, join(folder, `pack-${toHex(checksum)}.idx`));
  } finally {
    await Promise.all([packPath, indexPath].map((path) => rm(path, { force: true })));
  }
  await syncDirectory(folder);
  return `pack-${toHex(checksum)}`;
}
