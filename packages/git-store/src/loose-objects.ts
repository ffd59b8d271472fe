import { access, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { concatBytes, type Digests } from '@covey/codec';
import {
  ensureDirectory,
  isMissing,
  syncDirectory,
  temporaryPath,
  writeSynced,
} from '@covey/durable-files';
import { CoveyError } from '@covey/errors';
import {
  type GitObject,
  isOid,
  LOCAL_PACK_LIMITS,
  longestDeflated,
  type ObjectType,
  type Oid,
  objectHeader,
} from '@covey/git-objects';
import { checked, damaged } from './damaged.ts';

const MAX_OBJECT_BYTES = LOCAL_PACK_LIMITS.maxObjectBytes.blob;
const MAX_HEADER_BYTES = 32;
const MAX_FILE_BYTES = longestDeflated(MAX_OBJECT_BYTES + MAX_HEADER_BYTES);
const HEADER = /^(commit|tree|blob) (0|[1-9][0-9]*)$/;
/** Enough to keep a disk busy; more only costs memory. */
const PARALLEL_WRITES = 16;

/** One object per file, `objects/<first two digits>/<the other 38>`, as Git lays them out. */
export class LooseObjects {
  readonly #folder: string;
  readonly #digests: Digests;

  constructor(folder: string, digests: Digests) {
    this.#folder = folder;
    this.#digests = digests;
  }

  async has(oid: Oid): Promise<boolean> {
    return access(this.#path(oid)).then(
      () => true,
      () => false,
    );
  }

  /** @throws {CoveyError} OBJECT_DAMAGED */
  async read(oid: Oid): Promise<GitObject | undefined> {
    const path = this.#path(oid);
    let stored: Uint8Array;
    try {
      // The size first: a file that is too large for an object is never taken into memory.
      if ((await stat(path)).size > MAX_FILE_BYTES) throw damaged(oid);
      stored = await readFile(path);
    } catch (cause) {
      if (isMissing(cause)) return undefined;
      throw CoveyError.is(cause) ? cause : damaged(oid, cause);
    }
    return checked(oid, parseLoose(oid, stored), this.#digests);
  }

  /** Resolves once all files, and their names, would survive a crash. Puts the right bytes over damaged ones. */
  async write(objects: ReadonlyMap<Oid, GitObject>): Promise<void> {
    const shelves = [...new Set([...objects.keys()].map((oid) => this.#shelf(oid)))];
    const isNew = await Promise.all(shelves.map(ensureDirectory));
    const queue = [...objects];
    const worker = async () => {
      for (let next = queue.pop(); next; next = queue.pop()) await this.#writeOne(...next);
    };
    await Promise.all(Array.from({ length: PARALLEL_WRITES }, worker));
    await Promise.all(shelves.map(syncDirectory));
    if (isNew.includes(true)) await syncDirectory(this.#folder);
  }

  /** The ids of all files that look like objects, in order. */
  async list(): Promise<readonly Oid[]> {
    const shelves = (await readdir(this.#folder)).filter((name) => /^[0-9a-f]{2}$/.test(name));
    const ids = await Promise.all(
      shelves.map(async (shelf) =>
        (await readdir(join(this.#folder, shelf))).map((name) => shelf + name),
      ),
    );
    return ids.flat().filter(isOid).toSorted();
  }

  /** Only for objects that a pack holds durably. */
  async remove(oids: readonly Oid[]): Promise<void> {
    for (const oid of oids) await rm(this.#path(oid), { force: true });
  }

  async #writeOne(oid: Oid, object: GitObject): Promise<void> {
    const temporary = temporaryPath(this.#folder);
    try {
      await writeSynced(temporary, deflateSync(concatBytes(objectHeader(object), object.bytes)));
      await rename(temporary, this.#path(oid));
    } catch (cause) {
      await rm(temporary, { force: true });
      throw cause;
    }
  }

  #shelf(oid: Oid): string {
    return join(this.#folder, oid.slice(0, 2));
  }

  #path(oid: Oid): string {
    return join(this.#shelf(oid), oid.slice(2));
  }
}

function parseLoose(oid: Oid, stored: Uint8Array): GitObject {
  let whole: Uint8Array;
  try {
    whole = inflateSync(stored, { maxOutputLength: MAX_OBJECT_BYTES + MAX_HEADER_BYTES });
  } catch (cause) {
    throw damaged(oid, cause);
  }
  const end = whole.indexOf(0);
  if (end < 0) throw damaged(oid);
  const header = HEADER.exec(
    Buffer.from(whole.subarray(0, Math.min(end, MAX_HEADER_BYTES))).toString('latin1'),
  );
  if (!header || Number(header[2]) !== whole.length - end - 1) throw damaged(oid);
  const type = header[1] as ObjectType; // the pattern allows these three words only
  return { type, bytes: Uint8Array.from(whole.subarray(end + 1)) };
}
