import * as git from 'isomorphic-git';
import { type Digests, utf8, utf8Text } from '@covey/codec';
import { CoveyError, invariant } from '@covey/errors';
import {
  collision,
  type GitObject,
  isRefName,
  type ObjectStore,
  type Oid,
  oidOf,
  type PackReader,
  parseOid,
  type RefStore,
  type Refs,
  sameObject,
} from '@covey/git-objects';
import { checked, damaged } from '../damaged.ts';
import { readPackedRefs, writePackedRefs } from '../packed-refs.ts';
import { MemoryQuarantine, type Quarantine } from '../quarantine.ts';
import { makeFolder, type PortableFs, readIfThere, replaceFile } from './portable-fs.ts';

export interface PortableGitStoreOptions {
  readonly fs: PortableFs;
  /** The Git directory, separated by slashes. Its parent exists. */
  readonly path: string;
  readonly digests: Digests;
  /** Reads the packs of strangers: isomorphic-git never sees them. */
  readonly packReader: PackReader;
}

const TYPES: readonly string[] = ['commit', 'tree', 'blob'];
const FOLDERS = ['', '/objects', '/objects/info', '/objects/pack', '/refs', '/refs/heads'];
const CONFIG = '[core]\n\trepositoryformatversion = 0\n\tbare = true\n[gc]\n\tauto = 0\n';
/** isomorphic-git says that it has this one, whether or not anybody wrote it. */
const EMPTY_TREE = parseOid('4b825dc642cb6eb9a060e54bf8d69288fbee4904');

/**
 * The objects and refs of one conversation in an ordinary bare Git directory, by isomorphic-git, for hosts without Node.
 * `GitStore` opens what it wrote, and the other way round. One store at a time may write.
 *
 * It promises less than `GitStore`, because such hosts have no way to sync. What was acknowledged last may be gone after
 * a power loss, and refs may lead to objects that are. A file that was torn is never taken for the object: it counts as
 * missing, and is written anew when it comes again. Refs change in one rename, which is whole as far as the file system
 * makes it so. It does not pack and does not scrub; a pack that is read stays in memory; a damaged loose object hides
 * a good copy in a pack until it is written again.
 */
export class PortableGitStore implements ObjectStore, RefStore {
  readonly #fs: PortableFs;
  readonly #path: string;
  readonly #digests: Digests;
  readonly #packReader: PackReader;
  /** One write after another: isomorphic-git looks whether a file is there, and then writes it. */
  #writing: Promise<unknown> = Promise.resolve();
  /** The packs, by isomorphic-git: without it each read reads all indexes, and each pack whole. */
  readonly #cache = {};

  private constructor({ fs, path, digests, packReader }: PortableGitStoreOptions) {
    this.#fs = fs;
    this.#path = path;
    this.#digests = digests;
    this.#packReader = packReader;
  }

  /** Makes an empty repository. `HEAD` comes last: until then a crash leaves a folder that counts for nothing. */
  static async create(options: PortableGitStoreOptions): Promise<PortableGitStore> {
    const { fs, path } = options;
    if (await readIfThere(fs, `${path}/HEAD`)) {
      throw new CoveyError('INTERNAL', 'a repository is there already');
    }
    // Not git.init: it takes a folder that has a config for whole.
    for (const folder of FOLDERS) await makeFolder(fs, path + folder);
    const store = new PortableGitStore(options);
    await replaceFile(fs, path, 'config', utf8(CONFIG));
    await store.replace(new Map());
    await replaceFile(fs, path, 'HEAD', utf8('ref: refs/heads/main\n'));
    return store;
  }

  /** @throws {CoveyError} REPOSITORY_UNREADABLE */
  static async open(options: PortableGitStoreOptions): Promise<PortableGitStore> {
    const { fs, path } = options;
    const head = await readIfThere(fs, `${path}/HEAD`).catch((cause: unknown) => {
      throw unreadable('the repository cannot be read', cause);
    });
    if (!head) throw unreadable('no repository is there');
    return new PortableGitStore(options);
  }

  /** All refs. @throws {CoveyError} REPOSITORY_UNREADABLE */
  read(): Promise<Refs>;
  /** The object with this id. @throws {CoveyError} OBJECT_DAMAGED */
  read(oid: Oid): Promise<GitObject | undefined>;
  read(oid?: Oid): Promise<Refs | GitObject | undefined> {
    return oid === undefined ? this.#readRefs() : this.#readObject(oid);
  }

  /** False for one that is damaged. */
  async has(oid: Oid): Promise<boolean> {
    return (await unlessDamaged(this.#readObject(oid))) !== undefined;
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
    // One file, so that all of them change together; isomorphic-git would write one for each.
    await this.#afterOthers(() => replaceFile(this.#fs, this.#path, 'packed-refs', bytes));
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
    let refs: Refs | undefined;
    try {
      const bytes = await readIfThere(this.#fs, `${this.#path}/packed-refs`);
      refs = bytes && readPackedRefs(utf8Text(bytes));
    } catch (cause) {
      throw unreadable('the refs cannot be read', cause);
    }
    // Nothing else is ever written here.
    if (refs && [...refs.keys()].every(isRefName)) return refs;
    throw unreadable('the refs cannot be read');
  }

  async #readObject(oid: Oid): Promise<GitObject | undefined> {
    try {
      return await this.#readNow(oid);
    } catch {
      // It may be half written, for a file is written in place. What is damaged is still so afterwards.
      await this.#writing;
      return this.#readNow(oid);
    }
  }

  /** @throws {CoveyError} OBJECT_DAMAGED */
  async #readNow(oid: Oid): Promise<GitObject | undefined> {
    let found: git.ReadObjectResult;
    try {
      if (oid === EMPTY_TREE) await git.expandOid({ ...this.#place, oid });
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

  async #writeObject(object: GitObject): Promise<Oid> {
    const oid = oidOf(object, this.#digests);
    const held = await unlessDamaged(this.#readNow(oid));
    if (held && !sameObject(held, object)) throw collision(oid);
    if (held) return oid;
    // A file that was torn would be taken for the object, which is then not written. One that can't be read right now
    // may be whole: this throws, and it stays.
    const file = `${this.#path}/objects/${oid.slice(0, 2)}/${oid.slice(2)}`;
    if (await readIfThere(this.#fs, file)) await this.#fs.promises.unlink(file);
    const { type, bytes } = object;
    const written = await git.writeObject({
      ...{ fs: this.#fs, gitdir: this.#path },
      ...{ type, object: bytes, format: 'content' }, // as it is: 'parsed' would write it in other words
    });
    invariant(written === oid, 'SHA-1 is the same for both');
    return oid;
  }

  #afterOthers<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#writing.then(work);
    this.#writing = done.catch(() => undefined); // The caller hears of it.
    return done;
  }

  get #place() {
    return { fs: this.#fs, gitdir: this.#path, cache: this.#cache };
  }
}

function isType(type: string | undefined): type is GitObject['type'] {
  return type !== undefined && TYPES.includes(type);
}

/** What is damaged is as good as missing. */
async function unlessDamaged<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (reason) {
    if (CoveyError.is(reason, 'OBJECT_DAMAGED')) return undefined;
    throw reason;
  }
}

function unreadable(why: string, cause?: unknown): CoveyError {
  return new CoveyError('REPOSITORY_UNREADABLE', why, { cause });
}
