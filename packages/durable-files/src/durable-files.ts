import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** Starts the name of every file that does not count yet. Git's own clean-up knows it too. */
export const TEMPORARY = 'tmp_';

/** The name of a file in `folder` that does not count yet. */
export function temporaryPath(folder: string): string {
  return join(folder, `${TEMPORARY}obj_${randomUUID()}`);
}

/** Writes a new file and syncs it. Its name is durable only after {@link syncDirectory}. */
export async function writeSynced(
  path: string,
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    if (bytes instanceof Uint8Array) await file.writeFile(bytes);
    else for await (const part of bytes) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Puts a file in place at once and for good: after a crash either the old one or the new one is there. */
export async function replaceDurably(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  const temporary = temporaryPath(folder);
  try {
    await writeSynced(temporary, bytes);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
  await syncDirectory(folder);
}

/** A created, renamed or removed name is durable only once its directory is synced. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return; // Directories cannot be opened there; NTFS journals names.
  const directory = await open(path, 'r');
  await directory.sync().finally(() => directory.close());
}

/** Makes all names below a folder durable that somebody may have left unsynced who was killed. */
export async function syncFolders(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await syncFolders(join(path, entry.name));
  }
  await syncDirectory(path);
}

/** Makes a folder that only its owner may enter. Tells whether it is new: then its parent needs a sync. */
export async function ensureDirectory(path: string): Promise<boolean> {
  return (await mkdir(path, { recursive: true, mode: 0o700 })) !== undefined;
}

/** Makes a folder and those above it that are missing, for good. */
export async function createDirectory(path: string): Promise<void> {
  const highest = await mkdir(path, { recursive: true, mode: 0o700 });
  if (highest === undefined) return;
  for (let at = resolve(path); at.length >= highest.length; at = dirname(at)) {
    await syncDirectory(dirname(at));
  }
}

/** Tells whether an error of `node:fs` says that there is no such file. */
export function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}
