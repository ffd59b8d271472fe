import { createReadStream } from 'node:fs';
import { link, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  createDirectory,
  isMissing,
  syncDirectory,
  temporaryPath,
  writeSynced,
} from '@covey/durable-files';
import { CoveyError, invariant } from '@covey/errors';
import {
  type ByteRange,
  checkPackName,
  contentOf,
  type PackContent,
  type PackStore,
} from '@covey/sealed-pack';

/** Holds what isn't whole yet. No name of an object begins so. */
const UNFINISHED = '.unfinished';
const PROBE = 'probe/create-once';

/** A folder on a local disk, each object a file of its name. */
export class FsPackStore implements PackStore {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  /**
   * Opens a store, and makes it where there is none. What a crash left unfinished is cleared away, so there must be one
   * opener at a time.
   * @throws {CoveyError} STORE_NOT_ATOMIC when two may create the same name there
   */
  static async open(root: string): Promise<FsPackStore> {
    await createDirectory(root);
    await rm(join(root, UNFINISHED), { recursive: true, force: true });
    await mkdir(join(root, UNFINISHED), { mode: 0o700 });
    const store = new FsPackStore(root);
    await store.#probe();
    return store;
  }

  async create(name: string, content: PackContent): Promise<boolean> {
    const path = this.#path(name);
    const folder = dirname(path);
    const temporary = temporaryPath(join(this.#root, UNFINISHED));
    try {
      await writeSynced(temporary, counted(content));
      await createDirectory(folder);
      // Unlike a rename this never takes the place of another file.
      await link(temporary, path);
    } catch (cause) {
      if (!isThere(cause)) throw cause;
      return false;
    } finally {
      await rm(temporary, { force: true });
    }
    await syncDirectory(folder);
    return true;
  }

  async read(name: string, range?: ByteRange): Promise<AsyncIterable<Uint8Array> | undefined> {
    const size = await this.size(name);
    if (size === undefined) return undefined;
    const { start = 0, end = size } = range ?? {};
    // The stream's own end is the last byte that is part of it.
    if (start >= Math.min(end, size)) return contentOf(new Uint8Array()).bytes();
    return createReadStream(this.#path(name), { start, end: end - 1 });
  }

  async size(name: string): Promise<number | undefined> {
    try {
      return (await stat(this.#path(name))).size;
    } catch (cause) {
      if (isMissing(cause)) return undefined;
      throw cause;
    }
  }

  async *list(folder: string): AsyncGenerator<string> {
    const path = this.#path(folder);
    try {
      const entries = await readdir(path, { withFileTypes: true });
      const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
      for (const name of names.sort()) yield `${folder}/${name}`;
    } catch (cause) {
      if (!isMissing(cause)) throw cause;
    }
  }

  async remove(name: string): Promise<void> {
    const path = this.#path(name);
    await rm(path, { force: true });
    try {
      await syncDirectory(dirname(path));
    } catch (cause) {
      if (!isMissing(cause)) throw cause;
    }
  }

  #path(name: string): string {
    checkPackName(name);
    return join(this.#root, name);
  }

  /** Does this file system let only one create a name? */
  async #probe(): Promise<void> {
    await this.remove(PROBE);
    const content = contentOf(new Uint8Array(1));
    const tries = await Promise.all([1, 2, 3].map(() => this.create(PROBE, content)));
    await this.remove(PROBE);
    if (tries.filter(Boolean).length === 1) return;
    throw new CoveyError('STORE_NOT_ATOMIC', 'two may create the same name on this file system');
  }
}

/** As many bytes as it says, else nothing is kept. */
async function* counted({ size, bytes }: PackContent): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const part of bytes()) {
    length += part.length;
    yield part;
  }
  invariant(length === size, 'content is as long as it says');
}

function isThere(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
}
