import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digests } from '@covey/codec';
import { isMissing } from '@covey/durable-files';
import { CoveyError, invariant } from '@covey/errors';
import type { GitObject, Oid } from '@covey/git-objects';
import { FirstWords } from './first-words.ts';
import { PackFile } from './pack-file.ts';
import { PackIndexFile } from './pack-index-file.ts';

/** The coarsest clock of the file systems that are in use (FAT). */
const CLOCK_TICK_MS = 2000;
/** To find an object in a pack that is not gathered into another one before it is read. */
const MOST_ATTEMPTS = 20;
const MAX_INDEX_BYTES = 1024 * 1024 * 1024;

/** A pack and its file name without ending. */
interface NamedPack {
  readonly name: string;
  readonly pack: PackFile;
}

/** All packs of an `objects/pack` folder, their indexes in memory. Notices packs that come and go. */
export class PackFolder {
  readonly #folder: string;
  readonly #digests: Digests;
  #packs: ReadonlyMap<string, PackFile> = new Map();
  /** Of the folder when it was last listed; it changes with every pack. */
  #listedAt = -1;
  #reloading: Promise<void> = Promise.resolve();
  /** Of all packs that were ever listed. */
  readonly #words = new FirstWords();
  /** What is read together came together: the pack that had the last object is asked first. */
  #lastFound: PackFile | undefined;

  constructor(folder: string, digests: Digests) {
    this.#folder = folder;
    this.#digests = digests;
  }

  async has(oid: Oid): Promise<boolean> {
    return (await this.#find(oid)) !== undefined;
  }

  /** Like {@link has}, as of the last listing: never touches the disk. */
  hadListed(oid: Oid): boolean {
    return this.#search(oid) !== undefined;
  }

  /** @throws {CoveyError} OBJECT_DAMAGED */
  async read(oid: Oid): Promise<GitObject | undefined> {
    let failure: unknown;
    let failed: PackFile | undefined;
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const pack = await this.#find(oid);
      if (failure !== undefined && pack === failed) break;
      if (pack) {
        try {
          return await pack.read(oid);
        } catch (cause) {
          // Another program may have packed anew: then the file is gone, and the object is elsewhere. It may do so again.
          failure = cause;
          failed = pack;
        }
      } else if (failure === undefined) return undefined;
      await this.reload();
    }
    throw failure;
  }

  /** Every id in every pack; one that is in several comes several times. */
  async *oids(): AsyncGenerator<Oid> {
    await this.reload();
    for (const pack of this.#packs.values()) yield* pack.oids();
  }

  /**
   * The smallest packs, so many that of those that stay, and of the one that is made of these and of `loose`
   * objects, each has at least twice as many objects as the next (git: Documentation/git-repack, --geometric).
   * So an object is written anew a few times in all, however often it is packed. `.keep` files are respected.
   */
  async toGather(loose: number): Promise<readonly NamedPack[]> {
    await this.reload();
    const kept = new Set(await namesIn(this.#folder));
    const packs = [...this.#packs]
      .map(([index, pack]) => ({ name: index.replace(/\.idx$/, ''), pack }))
      .filter(({ name }) => !kept.has(`${name}.keep`))
      .sort((a, b) => a.pack.size - b.pack.size);
    const sizes = packs.map(({ pack }) => pack.size);
    let count = Math.max(0, sizes.length - 1);
    while (count > 0 && (sizes[count] ?? 0) >= 2 * (sizes[count - 1] ?? 0)) count--;
    let objects = sizes.slice(0, count).reduce((sum, size) => sum + size, loose);
    for (let next = sizes[count]; next !== undefined && next < 2 * objects; next = sizes[count]) {
      objects += next;
      count++;
    }
    return packs.slice(0, count);
  }

  /** Only for packs whose objects others hold durably. The index goes first: without it a pack counts for nobody. */
  async remove(names: readonly string[]): Promise<void> {
    for (const ending of ['idx', 'pack']) {
      await Promise.all(
        names.map((name) => rm(join(this.#folder, `${name}.${ending}`), { force: true })),
      );
    }
    await this.reload();
  }

  /** Lists the folder anew. A pack counts once both of its files are there. @throws {CoveyError} OBJECT_DAMAGED */
  reload(): Promise<void> {
    // One after another: two at once would open a new pack twice and forget one of them.
    const reloaded = this.#reloading.then(() => this.#list());
    this.#reloading = reloaded.catch(() => undefined); // The caller hears of it.
    return reloaded;
  }

  async #list(): Promise<void> {
    const changedAt = await this.#changedAt();
    // A pack that comes within the same tick of the disk's clock would not show in its time.
    const settled = Date.now() - changedAt > CLOCK_TICK_MS;
    const all = new Set(await namesIn(this.#folder));
    // After a power loss the name of an index may be there and that of its pack not.
    const names = [...all].filter(
      (name) => /^pack-.*\.idx$/.test(name) && all.has(name.replace(/idx$/, 'pack')),
    );
    const packs = new Map<string, PackFile>();
    for (const name of names) {
      const pack = this.#packs.get(name) ?? (await this.#openPack(name));
      if (pack) packs.set(name, pack);
    }
    this.#packs = packs;
    this.#lastFound = undefined;
    // What another program has gathered while this was listing is in a pack that may not be listed yet.
    this.#listedAt = settled && packs.size === names.length ? changedAt : -1;
  }

  async #find(oid: Oid): Promise<PackFile | undefined> {
    const pack = this.#search(oid);
    if (pack) return pack;
    // Another reader may be listing the folder right now: searched again in any case.
    if ((await this.#changedAt()) !== this.#listedAt) await this.reload();
    return this.#search(oid);
  }

  #search(oid: Oid): PackFile | undefined {
    if (!this.#words.mayHave(oid)) return undefined;
    if (this.#lastFound?.has(oid)) return this.#lastFound;
    for (const pack of this.#packs.values()) {
      if (!pack.has(oid)) continue;
      this.#lastFound = pack;
      return pack;
    }
    return undefined;
  }

  async #changedAt(): Promise<number> {
    const found = await stat(this.#folder).catch((cause: unknown) => {
      if (isMissing(cause)) return undefined;
      throw cause;
    });
    return found?.mtimeMs ?? 0;
  }

  /** `undefined` for one that has gone since it was listed. */
  async #openPack(name: string): Promise<PackFile | undefined> {
    const path = join(this.#folder, name);
    let index: PackIndexFile;
    try {
      const { size } = await stat(path);
      invariant(size <= MAX_INDEX_BYTES, 'an index fits into memory');
      index = new PackIndexFile(await readFile(path));
      for (const word of index.firstWords()) this.#words.add(word);
    } catch (cause) {
      if (isMissing(cause)) return undefined;
      throw new CoveyError('OBJECT_DAMAGED', 'a pack index cannot be read', { cause });
    }
    return new PackFile(path.replace(/idx$/, 'pack'), index, this.#digests, (base) =>
      this.read(base),
    );
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((cause: unknown) => {
    if (isMissing(cause)) return [];
    throw cause;
  });
}
