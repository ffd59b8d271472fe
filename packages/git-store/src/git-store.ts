import { access, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digests, utf8 } from '@covey/codec';
import { createDirectory, isMissing, replaceDurably, TEMPORARY } from '@covey/durable-files';
import { CoveyError, invariant } from '@covey/errors';
import {
  collision,
  type GitObject,
  isRefName,
  type ObjectReader,
  type ObjectStore,
  type Oid,
  oidOf,
  type PackReader,
  type ReceivedPack,
  type RefStore,
  type Refs,
  sameObject,
} from '@covey/git-objects';
import { nodeDigests } from '@covey/node-crypto';
import { installPack, installPackFiles } from './install-pack.ts';
import { LooseObjects } from './loose-objects.ts';
import type { PackFile } from './pack-file.ts';
import { PackFolder } from './pack-folder.ts';
import { inlinePackReader } from './pack-worker/inline-pack-reader.ts';
import { readPackedRefs, writePackedRefs } from './packed-refs.ts';
import { MemoryQuarantine, type Quarantine } from './quarantine.ts';
import { RecentObjects } from './recent-objects.ts';
import { entryOf, type StoredEntry } from './stored-entry.ts';

/** Larger batches become a pack: two files to sync instead of two, file and shelf, for each object. */
const MOST_LOOSE_AT_ONCE = 4;
/** Of what is written at once, so many objects of so many bytes are kept for the next reader. */
const MOST_REMEMBERED = 256;
const LARGEST_REMEMBERED = 4096;
const CONFIG = '[core]\n\trepositoryformatversion = 0\n\tbare = true\n[gc]\n\tauto = 0\n';

export interface GitStoreOptions {
  /** Reads the packs of strangers; without one that happens on this thread. */
  readonly packReader?: PackReader;
  /** Only tests change it. */
  readonly digests?: Digests;
}

/**
 * The objects and refs of one conversation in an ordinary bare Git directory: `git` itself reads it. All refs are in
 * `packed-refs`, so that one rename changes them together. One process at a time may write; readers never wait.
 */
export class GitStore implements ObjectStore, RefStore {
  readonly #path: string;
  readonly #digests: Digests;
  readonly #packReader: PackReader;
  readonly #loose: LooseObjects;
  readonly #packs: PackFolder;
  readonly #recent = new RecentObjects();
  /** The last write of objects. The next one waits: finding an object must mean that it is durable. */
  #writing: Promise<unknown> = Promise.resolve();

  #packing: Promise<unknown> = Promise.resolve();

  private constructor(path: string, { digests = nodeDigests, packReader }: GitStoreOptions) {
    this.#path = path;
    this.#digests = digests;
    this.#packReader = packReader ?? inlinePackReader;
    this.#loose = new LooseObjects(join(path, 'objects'), digests);
    this.#packs = new PackFolder(join(path, 'objects', 'pack'), digests);
  }

  /** Makes an empty repository. `HEAD` comes last: until then a crash leaves a folder that counts for nothing. */
  static async create(path: string, options: GitStoreOptions = {}): Promise<GitStore> {
    if (await exists(join(path, 'HEAD'))) {
      throw new CoveyError('INTERNAL', 'a repository is there already');
    }
    for (const folder of ['objects/pack', 'objects/info', 'refs/heads']) {
      await createDirectory(join(path, folder));
    }
    await replaceDurably(join(path, 'config'), utf8(CONFIG));
    await replaceDurably(join(path, 'packed-refs'), writePackedRefs(new Map()));
    await replaceDurably(join(path, 'HEAD'), utf8('ref: refs/heads/main\n'));
    return GitStore.open(path, options);
  }

  /** Opens a repository and removes what a crash has left half done. @throws {CoveyError} REPOSITORY_UNREADABLE */
  static async open(path: string, options: GitStoreOptions = {}): Promise<GitStore> {
    if (!(await exists(join(path, 'HEAD')))) {
      throw new CoveyError('REPOSITORY_UNREADABLE', 'no repository is there');
    }
    for (const folder of ['', 'objects', 'objects/pack']) {
      await removeTemporaries(join(path, folder));
    }
    return new GitStore(path, options);
  }

  /** All refs. @throws {CoveyError} REPOSITORY_UNREADABLE */
  read(): Promise<Refs>;
  /** The object with this id. @throws {CoveyError} OBJECT_DAMAGED */
  read(oid: Oid): Promise<GitObject | undefined>;
  read(oid?: Oid): Promise<Refs | GitObject | undefined> {
    return oid === undefined ? this.#readRefs() : this.#readObject(oid);
  }

  async has(oid: Oid): Promise<boolean> {
    return (await this.#loose.has(oid)) || (await this.#packs.has(oid));
  }

  async write(objects: readonly GitObject[]): Promise<readonly Oid[]> {
    const oids = objects.map((object) => oidOf(object, this.#digests));
    const byOid = new Map<Oid, GitObject>();
    for (const [at, object] of objects.entries()) {
      const oid = oids[at]!; // one id per object
      const twin = byOid.get(oid);
      if (twin && !sameObject(twin, object)) throw collision(oid);
      byOid.set(oid, object);
    }
    await this.#take([...byOid.keys()], (oid) => byOid.get(oid)!); // the keys are its own
    return oids;
  }

  async replace(refs: Refs): Promise<void> {
    for (const name of refs.keys()) invariant(isRefName(name), 'ref names are ours');
    await replaceDurably(join(this.#path, 'packed-refs'), writePackedRefs(refs));
  }

  /** A place for one exchange with a peer. {@link Quarantine.drop} it in the end. */
  async quarantine(): Promise<Quarantine> {
    return new MemoryQuarantine(this.#packReader, {
      has: (oid) => this.has(oid),
      read: (oid) => this.#readObject(oid),
      take: (oids, read, whole) => this.#take(oids, read, whole),
    });
  }

  /**
   * Gathers the loose objects and the smaller packs into one pack. Readers and writers go on; an object is always
   * in one place or both.
   */
  pack(): Promise<void> {
    // One after another: each takes away what the other would be copying.
    const packed = this.#packing.then(() => this.#packNow());
    this.#packing = packed.catch(() => undefined); // The caller hears of it.
    return packed;
  }

  async #packNow(): Promise<void> {
    const loose = await this.#loose.list();
    const small = await this.#packs.toGather(loose.length);
    if (loose.length === 0 && small.length < 2) return;
    const packs = small.map(({ pack }) => pack);
    const oids = new Set([...loose, ...packs.flatMap((pack) => [...pack.oids()])]);
    const folder = join(this.#path, 'objects', 'pack');
    const made = await installPack(folder, this.#gathered(loose, packs), oids.size);
    await this.#packs.reload();
    await this.#loose.remove(loose);
    // The same objects in the same order make a pack of the same name.
    await this.#packs.remove(small.map(({ name }) => name).filter((name) => name !== made));
  }

  /** Each object once. What lies in a pack is copied as it is: nothing is inflated to be deflated again. */
  async *#gathered(loose: readonly Oid[], packs: readonly PackFile[]): AsyncGenerator<StoredEntry> {
    const given = new Set<Oid>();
    for (const pack of packs) {
      for await (const entry of pack.entries()) {
        if (given.has(entry.oid)) continue;
        given.add(entry.oid);
        yield entry;
      }
    }
    for (const oid of loose) {
      if (given.has(oid)) continue;
      const object = await this.#loose.read(oid);
      invariant(object, 'only packing removes objects, and it packs them first');
      yield entryOf(oid, object);
    }
  }

  /** Reads everything from the disk; resolves to the ids of objects that are damaged. */
  async scrub(): Promise<readonly Oid[]> {
    const oids = new Set<Oid>(await this.#loose.list());
    for await (const oid of this.#packs.oids()) oids.add(oid);
    const bad: Oid[] = [];
    for (const oid of oids) {
      const copies = await Promise.allSettled([this.#loose.read(oid), this.#packs.read(oid)]);
      if (copies.some(({ status }) => status === 'rejected')) bad.push(oid);
    }
    return bad;
  }

  /** Waits for the writes that have begun. No file stays open between calls. */
  async close(): Promise<void> {
    await Promise.all([this.#writing, this.#packing]);
  }

  async #readRefs(): Promise<Refs> {
    const refs = readPackedRefs(await readFile(join(this.#path, 'packed-refs'), 'utf8'));
    // Nothing else is ever written here.
    if (refs && [...refs.keys()].every(isRefName)) return refs;
    throw new CoveyError('REPOSITORY_UNREADABLE', 'the refs cannot be read');
  }

  async #readObject(oid: Oid): Promise<GitObject | undefined> {
    return this.#recent.find(oid) ?? this.#readStored(oid);
  }

  /** From a pack that is known to have it, else loose first; a damaged copy does not hide a good one. */
  async #readStored(oid: Oid): Promise<GitObject | undefined> {
    const places: readonly ObjectReader[] = this.#packs.hadListed(oid)
      ? [this.#packs, this.#loose]
      : [this.#loose, this.#packs];
    let damage: unknown;
    for (const place of places) {
      try {
        const object = await place.read(oid);
        if (!object) continue;
        // Of a pack whole blocks are kept; a loose object is a file to open.
        if (place === this.#loose) this.#recent.add(oid, object);
        return object;
      } catch (cause) {
        damage ??= cause;
      }
    }
    if (damage !== undefined) throw damage;
    return undefined;
  }

  #take(
    oids: readonly Oid[],
    read: (oid: Oid) => GitObject,
    whole?: ReceivedPack | undefined,
  ): Promise<void> {
    const taken = this.#writing.then(() => this.#takeNow(oids, read, whole));
    this.#writing = taken.catch(() => undefined); // The caller hears of it; the next write is another matter.
    return taken;
  }

  async #takeNow(
    oids: readonly Oid[],
    read: (oid: Oid) => GitObject,
    whole: ReceivedPack | undefined,
  ): Promise<void> {
    const stored = await this.#storedAmong(oids);
    const fresh: Oid[] = [];
    for (const oid of oids) {
      if (!stored.has(oid) || !(await this.#isIntact(oid, read))) fresh.push(oid);
    }
    if (fresh.length === 0) return;
    if (fresh.length <= MOST_LOOSE_AT_ONCE) {
      await this.#loose.write(new Map(fresh.map((oid) => [oid, read(oid)])));
    } else {
      // A pack that is new as a whole is kept as it came: its checksums were checked, and its bytes are one spelling.
      const asItCame = whole && fresh.length === whole.oids.length ? whole : undefined;
      await this.#writePack(fresh, read, asItCame);
      await this.#packs.reload();
    }
    // What is new is what others ask for next. Not before it is durable: then it counts.
    for (const oid of fresh.slice(-MOST_REMEMBERED)) {
      const { type, bytes } = read(oid);
      // A copy: the bytes are the caller's.
      if (bytes.length <= LARGEST_REMEMBERED) this.#recent.add(oid, { type, bytes: bytes.slice() });
    }
  }

  async #writePack(
    oids: readonly Oid[],
    read: (oid: Oid) => GitObject,
    asItCame: ReceivedPack | undefined,
  ): Promise<void> {
    const folder = join(this.#path, 'objects', 'pack');
    if (asItCame) {
      await installPackFiles(folder, { pack: asItCame.bytes, index: () => asItCame.index });
      return;
    }
    async function* entries() {
      for (const oid of oids) yield entryOf(oid, read(oid));
    }
    await installPack(folder, entries(), oids.length);
  }

  /** Asks the disk once for many: most of what arrives is new. */
  async #storedAmong(oids: readonly Oid[]): Promise<ReadonlySet<Oid>> {
    await this.#packs.reload();
    const loose = oids.length > MOST_LOOSE_AT_ONCE ? new Set(await this.#loose.list()) : undefined;
    const stored = new Set<Oid>();
    for (const oid of oids) {
      const isLoose = loose ? loose.has(oid) : await this.#loose.has(oid);
      if (isLoose || this.#packs.hadListed(oid)) stored.add(oid);
    }
    return stored;
  }

  /** Never overwrites: a stored object is compared. One that is damaged is to be written anew. */
  async #isIntact(oid: Oid, read: (oid: Oid) => GitObject): Promise<boolean> {
    const stored = await this.#readStored(oid).catch((cause: unknown) => {
      if (CoveyError.is(cause, 'OBJECT_DAMAGED')) return undefined;
      throw cause;
    });
    if (stored && !sameObject(stored, read(oid))) throw collision(oid);
    return stored !== undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function removeTemporaries(folder: string): Promise<void> {
  const names = await readdir(folder).catch((cause: unknown) => {
    if (isMissing(cause)) return [];
    throw cause;
  });
  const left = names.filter((name) => name.startsWith(TEMPORARY));
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true })));
}
