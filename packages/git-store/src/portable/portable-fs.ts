import type { PromiseFsClient } from 'isomorphic-git';

/**
 * A file system as isomorphic-git takes it, and a rename that replaces. What it throws for a file that is not there has
 * the `code` ENOENT.
 */
export interface PortableFs extends PromiseFsClient {
  readonly promises: PromiseFsClient['promises'] & {
    rename(from: string, to: string): Promise<void>;
  };
}

/** Only what is not there is missing: after any other failure nothing may be written over it. */
export async function readIfThere(fs: PortableFs, path: string): Promise<Uint8Array | undefined> {
  try {
    return await fs.promises.readFile(path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw cause;
  }
}

/** Writes under a name that `GitStore` clears away, then puts the file in place by one rename. Nothing is synced. */
export async function replaceFile(
  fs: PortableFs,
  folder: string,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  const incoming = `${folder}/tmp_${name}`;
  await fs.promises.writeFile(incoming, bytes);
  await fs.promises.rename(incoming, `${folder}/${name}`);
}

/** Makes one level, as every file system can. Succeeds when it is there. */
export async function makeFolder(fs: PortableFs, path: string): Promise<void> {
  try {
    await fs.promises.mkdir(path);
  } catch (cause) {
    const found = await fs.promises.stat(path).catch(() => undefined); // The first failure says more.
    if (!found?.isDirectory()) throw cause;
  }
}
