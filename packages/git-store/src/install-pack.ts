import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { toHex } from '@covey/codec';
import { ensureDirectory, syncDirectory, temporaryPath, writeSynced } from '@covey/durable-files';
import { type PackIndexEntry, packIndex } from '@covey/git-objects';
import { nodeDigests } from '@covey/node-crypto';
import { packOf, type StoredEntry } from './stored-entry.ts';

/** A pack in the making: its bytes, and its index once they have all been taken. */
interface PackFiles {
  readonly pack: Uint8Array | AsyncIterable<Uint8Array>;
  index(): Uint8Array;
}

/** Writes a pack of these entries, see {@link installPackFiles}. */
export function installPack(
  folder: string,
  entries: AsyncIterable<StoredEntry>,
  count: number,
): Promise<string> {
  const indexed: PackIndexEntry[] = [];
  let checksum: Uint8Array = new Uint8Array();
  async function* rememberingEnd() {
    for await (const part of packOf(entries, count, (entry) => indexed.push(entry))) {
      checksum = part; // The last part is the checksum.
      yield part;
    }
  }
  const index = () => packIndex(indexed, checksum, nodeDigests);
  return installPackFiles(folder, { pack: rememberingEnd(), index });
}

/**
 * Puts a pack and its index into an `objects/pack` folder. Resolves once both would survive a crash. The index
 * gets its name last: a pack without one counts for nobody. Resolves to the name of both, without ending.
 */
export async function installPackFiles(folder: string, files: PackFiles): Promise<string> {
  if (await ensureDirectory(folder)) await syncDirectory(dirname(folder));
  const packPath = temporaryPath(folder);
  const indexPath = temporaryPath(folder);
  try {
    await writeSynced(packPath, files.pack);
    const index = files.index();
    await writeSynced(indexPath, index);
    // After its entries an index holds the pack's checksum, then its own.
    const name = `pack-${toHex(index.subarray(-40, -20))}`;
    await rename(packPath, join(folder, `${name}.pack`));
    await rename(indexPath, join(folder, `${name}.idx`));
    await syncDirectory(folder);
    return name;
  } finally {
    await Promise.all([packPath, indexPath].map((path) => rm(path, { force: true })));
  }
}
