import * as git from 'isomorphic-git';
import { type Digests, utf8Text } from '@covey/codec';
import { CoveyError, invariant } from '@covey/errors';
import {
  collision,
  type GitObject,
  isRefName,
  type ObjectStore,
  type Oid,
  oidOf,
  type PackReader,
  type RefStore,
  type Refs,
  sameObject,
} from '@covey/git-objects';
import { checked, damaged } from '../damaged.ts';
import { readPackedRefs, writePackedRefs } from '../packed-refs.ts';
import { MemoryQuarantine, type Quarantine } from '../quarantine.ts';

/** A file system as isomorphic-git takes it, and a rename that replaces. */
export interface PortableFs extends git.PromiseFsClient {
  readonly promises: git.PromiseFsClient['promises'] & {
    rename(from: string, to: string): Promise<void>;
  };
}

export interface PortableGitStoreOptions {
  readonly fs: PortableFs;
  /** The Git directory. Its parent exists. */
  readonly path: string;
  readonly digests: Digests;
  /** Reads the packs of strangers: isomorphic-git never sees them. */
  readonly packReader: PackReader;
}

const TYPES: readonly string[] = ['commit', 'tree', 'blob'];

/**
 * The objects and refs of one conversation in an ordinary bare Git directory, by isomorphic-git, for hosts without Node.
 * It promises what `GitStore` does but for power losses: such hosts have no way to sync. Refs are written after what they
 * lead to, and whatever was torn is found by its id: it counts as missing, and is written anew when it comes again.
 */
export class PortableGitStore implements ObjectStore, RefStore {
  readonly #fs: PortableFs;
  readonly #path: string;
  readonly #digests: Digests;
  readonly #packReader: PackReader;
  /** One write after another: isomorphic-git looks whether a file is there, and then writes it. */
  #writing: Promise<unknown> = Promise.resolve();

  private constructor({ fs, path, digests, packReader }: PortableGitStoreOptions) {
    this.#fs = fs;
    this.#path = path;
    this.#digests = digests;
    this.#packReader = packReader;
  }

  /** Makes an empty repository. Until its refs are there a crash leaves a folder that counts for nothing. */
  static async create(options: PortableGitStoreOptions): Promise<PortableGitStore> {
    const { fs, path } = options;
    if (await isThere(fs, `${path}/packed-refs`)) {
      throw new CoveyError('INTERNAL', 'a repository is there already');
    }
    await git.init({ fs, gitdir: path, bare: true, defaultBranch: 'main' });
    const store = new PortableGitStore(options);
    await store.replace(new Map());
    return store;
  }

  /** @throws {CoveyError} REPOSITORY_UNREADABLE */
  static async open(options: PortableGitStoreOptions): Promise<PortableGitStore> {
    const { fs, path } = options;
    if (await isThere(fs, `${path}/packed-refs`)) return new PortableGitStore(options);
    throw new CoveyError('REPOSITORY_UNREADABLE', 'no repository is there');
  }

  /** All refs. @throws {CoveyError} REPOSITORY_UNREADABLE */
  read(): Promise<Refs>;
  /** The object with this id. @throws {CoveyError} OBJECT_DAMAGED */
  read(oid: Oid): Promise<GitObject | undefined>;
  read(oid?: Oid): Promise<Refs | GitObject | undefined> {
    return oid === undefined ? this.#readRefs() : this.#readObject(oid);
  }

  async has(oid: Oid): Promise<boolean> {
    return (await this.#readWhole(oid)) !== undefined;
  }

  write(objects: readonly GitObject[]): Promise<readonly Oid[]> {
    const own = objects.map(({ type, bytes }) => ({ type, bytes: bytes.slice() }));
    return this.#afterOthers(async () => {
      const oids: Oid[] = [];
      for (const object of own) oids.push(await this.#writeObject(object));
      return oids;
    });
  }

  async replace(refs: Refs): Promise<void> {
    for (const name of refs.keys()) invariant(isRefName(name), 'ref names are ours');
    const bytes = writePackedRefs(refs);
    await this.#afterOthers(async () => {
      const incoming = `${this.#path}/packed-refs.new`;
      await this.#fs.promises.writeFile(incoming, bytes);
      // One rename, so that all of them change together; isomorphic-git would write a file for each.
      await this.#fs.promises.rename(incoming, `${this.#path}/packed-refs`);
    });
  }

  /** A place for one exchange with a peer. {@link Quarantine.drop} it in the end. */
  async quarantine(): Promise<Quarantine> {
    return new MemoryQuarantine(this.#packReader, {
      has: (oid) => this.has(oid),
      read: (oid) => this.#readObject(oid),
      take: async (oids, read) => void (await this.write(oids.map(read))),
    });
  }

  /** Resolves when what was begun is written. */
  async close(): Promise<void> {
    await this.#writing;
  }

  async #readRefs(): Promise<Refs> {
    const bytes: Uint8Array = await this.#fs.promises.readFile(`${this.#path}/packed-refs`);
    const refs = readPackedRefs(utf8Text(bytes));
    if (refs) return refs;
    throw new CoveyError('REPOSITORY_UNREADABLE', 'packed-refs cannot be read');
  }

  async #readObject(oid: Oid): Promise<GitObject | undefined> {
    let found: git.ReadObjectResult;
    try {
      found = await git.readObject({ ...this.#place, oid, format: 'content' });
    } catch (cause) {
      if (cause instanceof git.Errors.NotFoundError) return undefined;
      throw damaged(oid, cause);
    }
    const { type, object: bytes } = found;
    if (!isType(type) || !(bytes instanceof Uint8Array)) throw damaged(oid);
    // A plain array of the object alone: what it came in may be a Buffer, or part of one.
    return checked(oid, { type, bytes: new Uint8Array(bytes) }, this.#digests);
  }

  /** What is damaged is as good as missing. */
  async #readWhole(oid: Oid): Promise<GitObject | undefined> {
    try {
      return await this.#readObject(oid);
    } catch (reason) {
      if (CoveyError.is(reason, 'OBJECT_DAMAGED')) return undefined;
      throw reason;
    }
  }

  async #writeObject(object: GitObject): Promise<Oid> {
    const oid = oidOf(object, this.#digests);
    const held = await this.#readWhole(oid);
    if (held && !sameObject(held, object)) throw collision(oid);
    if (held) return oid;
    // A file that was torn would be taken for the object, which is then not written.
    const file = `${this.#path}/objects/${oid.slice(0, 2)}/${oid.slice(2)}`;
    if (await isThere(this.#fs, file)) await this.#fs.promises.unlink(file);
    const { type, bytes } = object;
    await git.writeObject({ ...this.#place, type, object: bytes, format: 'content' });
    return oid;
  }

  #afterOthers<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#writing.then(work);
    this.#writing = done.catch(() => undefined); // The caller hears of it.
    return done;
  }

  get #place() {
    return { fs: this.#fs, gitdir: this.#path };
  }
}

function isType(type: string | undefined): type is GitObject['type'] {
  return type !== undefined && TYPES.includes(type);
}

async function isThere(fs: PortableFs, path: string): Promise<boolean> {
  try {
    await fs.promises.stat(path);
    return true;
  } catch {
    // Whatever the reason: it is not to be had.
    return false;
  }
}
