import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '@covey/durable-files';
import { CoveyError } from '@covey/errors';
import {
  type GitObject,
  isCollisionAttack,
  isOid,
  madeToCollide,
  type ObjectReader,
  type Oid,
  objectHeader,
  type Refs,
} from '@covey/git-objects';
import { nodeDigests } from '@covey/node-crypto';
import { LooseObjects } from './loose-objects.ts';
import { PackFolder } from './pack-folder.ts';
import { readPackedRefs } from './packed-refs.ts';

/** Somebody's repository, opened for reading. NOT trusted: every object is checked against its id as it is read. */
export interface ReadOnlyRepository {
  readonly objects: ObjectReader;
  /** All refs that point to an object, as they were when it was opened. */
  readonly refs: Refs;
  /** What `HEAD` points to, else `refs/heads/main`. */
  readonly head: Oid | undefined;
}

const MAX_REFS_BYTES = 64 * 1024 * 1024;
const MAX_REFS = 100_000;
const MAX_REF_DEPTH = 16;
const MAX_SYMBOLIC = 5;

/**
 * Opens any ordinary Git directory, bare or the work tree around a `.git` folder, without changing it. Loose and
 * packed refs and objects are read. Grafts, replace refs, alternates, shallow files and config are ignored: none of
 * them may change what a history says.
 * @throws {CoveyError} REPOSITORY_UNREADABLE
 */
export async function openGitDirectory(path: string): Promise<ReadOnlyRepository> {
  const folder = (await isGitDirectory(join(path, '.git'))) ? join(path, '.git') : path;
  if (!(await isGitDirectory(folder))) throw unreadable('not a Git directory');
  try {
    const loose = new LooseObjects(join(folder, 'objects'), nodeDigests);
    const packs = new PackFolder(join(folder, 'objects', 'pack'), nodeDigests);
    await packs.reload();
    const found = await readRefs(folder);
    return {
      objects: {
        read: async (oid) => harmless(oid, (await loose.read(oid)) ?? (await packs.read(oid))),
      },
      refs: resolveAll(found),
      head: resolve('HEAD', found) ?? resolve('refs/heads/main', found),
    };
  } catch (cause) {
    throw CoveyError.is(cause, 'REPOSITORY_UNREADABLE')
      ? cause
      : unreadable('a file cannot be read', cause);
  }
}

/** @throws {CoveyError} OBJECT_COLLISION */
function harmless(oid: Oid, object: GitObject | undefined): GitObject | undefined {
  if (object && isCollisionAttack(objectHeader(object), object.bytes)) throw madeToCollide(oid);
  return object;
}

/** The refusal of something that cannot be opened. */
export function unreadable(why: string, cause?: unknown): CoveyError {
  return new CoveyError('REPOSITORY_UNREADABLE', why, { cause });
}

/** As Git itself tells one: it has these two folders and a HEAD. */
async function isGitDirectory(path: string): Promise<boolean> {
  const isKind = async (name: string, kind: 'isDirectory' | 'isFile') =>
    stat(join(path, name)).then(
      (found) => found[kind](),
      () => false,
    );
  return (
    (await isKind('objects', 'isDirectory')) &&
    (await isKind('refs', 'isDirectory')) &&
    (await isKind('HEAD', 'isFile'))
  );
}

/** What each ref holds: an id, or `ref: ` and the name of another. Loose ones win over packed ones, as in Git. */
async function readRefs(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = ['HEAD', ...(await looseNames(folder, 'refs', 0))];
  if (names.length > MAX_REFS) throw unreadable('too many refs');
  const loose = new Map<string, string>();
  for (const name of names) {
    const text = await readRef(join(folder, name));
    if (text !== undefined) loose.set(name, text);
  }
  // After the loose ones: another program may be moving them there.
  return new Map([...(await readPacked(folder)), ...loose]);
}

/** `undefined` for one that has gone since it was listed. */
async function readRef(path: string): Promise<string | undefined> {
  try {
    if ((await stat(path)).size > 4096) throw unreadable('a ref cannot be read');
    const text = (await readFile(path, 'utf8')).trimEnd();
    if (!isOid(text) && !/^ref: \S+$/.test(text)) throw unreadable('a ref cannot be read');
    return text;
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw cause;
  }
}

async function readPacked(folder: string): Promise<Refs> {
  const path = join(folder, 'packed-refs');
  try {
    if ((await stat(path)).size > MAX_REFS_BYTES) throw unreadable('too many refs');
    const refs = readPackedRefs(await readFile(path, 'utf8'));
    if (!refs) throw unreadable('the packed refs cannot be read');
    return refs;
  } catch (cause) {
    if (isMissing(cause)) return new Map();
    throw cause;
  }
}

/** Links are not followed: they could lead anywhere on the machine. */
async function looseNames(folder: string, at: string, depth: number): Promise<readonly string[]> {
  if (depth > MAX_REF_DEPTH) throw unreadable('refs are nested too deeply');
  const names: string[] = [];
  for (const entry of await readdir(join(folder, at), { withFileTypes: true })) {
    const name = `${at}/${entry.name}`;
    if (entry.isDirectory()) names.push(...(await looseNames(folder, name, depth + 1)));
    // A lock is what another program is about to write.
    else if (entry.isFile() && !name.endsWith('.lock')) names.push(name);
    if (names.length > MAX_REFS) throw unreadable('too many refs');
  }
  return names;
}

function resolveAll(found: ReadonlyMap<string, string>): Refs {
  const refs = new Map<string, Oid>();
  for (const name of found.keys()) {
    const oid = name === 'HEAD' ? undefined : resolve(name, found);
    if (oid) refs.set(name, oid);
  }
  return refs;
}

/** Follows symbolic refs; `undefined` for one that leads nowhere or in a circle. */
function resolve(name: string, found: ReadonlyMap<string, string>): Oid | undefined {
  let text = found.get(name);
  for (let step = 0; text !== undefined && step < MAX_SYMBOLIC; step++) {
    if (isOid(text)) return text;
    text = found.get(text.slice('ref: '.length));
  }
  return undefined;
}
