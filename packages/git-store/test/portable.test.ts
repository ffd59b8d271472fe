import { promises, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { concatBytes, type Digests, utf8 } from '@covey/codec';
import { objectStoreConformance, refStoreConformance } from '@covey/conformance';
import {
  crc32,
  DEFAULT_PACK_LIMITS,
  type Oid,
  oidFromBytes,
  packIndex,
  writePack,
} from '@covey/git-objects';
import { nodeDeflate, nodeDigests } from '@covey/node-crypto';
import { GitStore } from '../src/index.ts';
import { PortableGitStore } from '../src/portable/index.ts';
import { emptyFolder } from './git.ts';
import { blob, history, oid } from './objects.ts';
import { portableAt } from './portable-stores.ts';

const newPath = () => join(emptyFolder(), 'store');
const create = (path = newPath()) => PortableGitStore.create(portableAt(path));
const fileOf = (path: string, id: Oid) => join(path, 'objects', id.slice(0, 2), id.slice(2));
const [FIRST, SECOND] = history(2).commits as [Oid, Oid]; // as many as were asked for
const DISK_ERROR = Object.assign(new Error('a disk that fails'), { code: 'EIO' });
const fails = (): Promise<never> => Promise.reject(DISK_ERROR);

objectStoreConformance('PortableGitStore', create);
refStoreConformance('PortableGitStore', create);

describe('objects', () => {
  test('the empty tree is there once it is written, for other stores as well', async () => {
    const path = newPath();
    const store = await create(path);
    const empty = { type: 'tree', bytes: new Uint8Array() } as const;
    expect(await store.has(oid(empty))).toBe(false);
    expect(await store.read(oid(empty))).toBeUndefined();
    await store.write([empty]);
    expect(await store.read(oid(empty))).toEqual(empty);
    expect(await (await GitStore.open(path)).read(oid(empty))).toEqual(empty);
  });

  test('a file that was torn anywhere, or in which a bit has flipped, is never taken for the object', async () => {
    const path = newPath();
    const store = await create(path);
    const [id = '' as Oid] = await store.write([blob('hello\n')]);
    const whole = readFileSync(fileOf(path, id));
    const torn = Array.from(whole, (_, length) => whole.subarray(0, length));
    const flipped = Array.from(whole, (byte, at) => whole.with(at, byte ^ 1));
    let damaged = 0;
    for (const bytes of [...torn, ...flipped, utf8('something else')]) {
      rmSync(fileOf(path, id));
      writeFileSync(fileOf(path, id), bytes);
      const isThere = await store.has(id);
      if (!isThere) {
        await expect(store.read(id)).rejects.toMatchObject({ code: 'OBJECT_DAMAGED' });
        damaged++;
      }
      await store.write([blob('hello\n')]);
      expect(await store.read(id)).toEqual(blob('hello\n'));
    }
    expect(damaged).toBeGreaterThan(whole.length);
  });

  test('an object under a name that is not its own is damaged', async () => {
    const path = newPath();
    const store = await create(path);
    const [mine = '' as Oid, other = '' as Oid] = await store.write([blob('mine'), blob('other')]);
    const bytes = readFileSync(fileOf(path, other));
    rmSync(fileOf(path, mine));
    writeFileSync(fileOf(path, mine), bytes);
    await expect(store.read(mine)).rejects.toMatchObject({ code: 'OBJECT_DAMAGED' });
  });

  test('an object that a pack has under a name that is not its own is damaged', async () => {
    const path = newPath();
    const store = await create(path);
    const id = await packUnderOtherName(path);
    await expect(store.read(id)).rejects.toMatchObject({ code: 'OBJECT_DAMAGED' });
    expect(await store.has(id)).toBe(false);
  });

  test('other bytes under an id that is taken raise an alarm, and the first ones stay', async () => {
    const path = newPath();
    await create(path);
    const id = await packUnderOtherName(path);
    const digests: Digests = { ...nodeDigests, sha1: () => new Uint8Array(20).fill(7) };
    const store = await PortableGitStore.open({ ...portableAt(path), digests });
    await expect(store.write([blob('second')])).rejects.toMatchObject({ code: 'OBJECT_COLLISION' });
    expect(await store.read(id)).toEqual(blob('first'));
  });

  test('who reads an object while it is written gets it whole', async () => {
    const path = newPath();
    await create(path);
    const half = Promise.withResolvers<void>();
    const halfWasRead = Promise.withResolvers<void>();
    const store = await PortableGitStore.open(
      portableAt(path, {
        writeFile: async (file: string, bytes: Uint8Array) => {
          await promises.writeFile(file, bytes.subarray(0, 5));
          half.resolve();
          await halfWasRead.promise;
          await promises.writeFile(file, bytes);
        },
        readFile: async (file: string) => {
          const bytes = await promises.readFile(file);
          if (file === fileOf(path, oid(blob('hello\n')))) halfWasRead.resolve();
          return bytes;
        },
      }),
    );
    const written = store.write([blob('hello\n')]);
    await half.promise;
    expect(await store.read(oid(blob('hello\n')))).toEqual(blob('hello\n'));
    await written;
  });

  test('an object that cannot be read right now is not written over', async () => {
    const path = newPath();
    await (await create(path)).write([blob('hello\n')]);
    const id = oid(blob('hello\n'));
    const readFile = async (file: string) =>
      file.includes('objects') ? fails() : promises.readFile(file);
    const unlink = async () => expect.unreachable('what may be whole stays');
    const failing = await PortableGitStore.open(portableAt(path, { readFile, unlink }));
    await expect(failing.write([blob('hello\n')])).rejects.toBe(DISK_ERROR);
    expect(await (await GitStore.open(path)).read(id)).toEqual(blob('hello\n'));
  });
});

describe('refs', () => {
  test('a rename that fails leaves the refs as they were', async () => {
    const path = newPath();
    const refs = new Map([['refs/heads/main', FIRST]]);
    await (await create(path)).replace(refs);
    const failing = await PortableGitStore.open(portableAt(path, { rename: fails }));
    await expect(failing.replace(new Map([['refs/heads/main', SECOND]]))).rejects.toBe(DISK_ERROR);
    expect(await failing.read()).toEqual(refs);
  });

  test.each([
    ['nonsense', utf8('nonsense\n')],
    ['a name that climbs', utf8(`${FIRST} refs/heads/../../config\n`)],
    ['a line that is cut short', utf8(`${FIRST} refs/heads/ma`)],
    ['what is no text', Uint8Array.of(0xff, 0x0a)],
    ['nothing, and no file', undefined],
  ])('refs that hold %s are not read', async (_, bytes) => {
    const path = newPath();
    await create(path);
    rmSync(join(path, 'packed-refs'));
    if (bytes) writeFileSync(join(path, 'packed-refs'), bytes);
    const store = await PortableGitStore.open(portableAt(path));
    await expect(store.read()).rejects.toMatchObject({ code: 'REPOSITORY_UNREADABLE' });
  });
});

describe('repositories', () => {
  test('a folder without a repository is not opened, and a repository is not created anew', async () => {
    const path = newPath();
    await create(path);
    await expect(create(path)).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(PortableGitStore.open(portableAt(emptyFolder()))).rejects.toMatchObject({
      code: 'REPOSITORY_UNREADABLE',
    });
  });

  test('a repository that cannot be looked at is not created anew: it keeps its refs', async () => {
    const path = newPath();
    const refs = new Map([['refs/heads/main', FIRST]]);
    const store = await create(path);
    await store.replace(refs);
    const failing = portableAt(path, { readFile: fails, stat: fails });
    await expect(PortableGitStore.create(failing)).rejects.toBe(DISK_ERROR);
    await expect(PortableGitStore.open(failing)).rejects.toMatchObject({
      code: 'REPOSITORY_UNREADABLE',
    });
    expect(await store.read()).toEqual(refs);
  });

  test('wherever its creation breaks off, a repository counts for nothing and can be created again', async () => {
    let breaks = 0;
    for (; ; breaks++) {
      const path = newPath();
      if (await isCreated(path, breaks)) break;
      const unreadable = { code: 'REPOSITORY_UNREADABLE' };
      await expect(GitStore.open(path)).rejects.toMatchObject(unreadable);
      await expect(PortableGitStore.open(portableAt(path))).rejects.toMatchObject(unreadable);
      await create(path);
      expect(await (await GitStore.open(path)).read()).toEqual(new Map());
    }
    expect(breaks).toBeGreaterThan(6); // folders, files and their renames
  });
});

test('SAFE-1: of a pack that is refused nothing reaches the disk', async () => {
  const path = newPath();
  const untouched = { writeFile: fails, mkdir: fails, unlink: fails, rename: fails };
  await create(path);
  const store = await PortableGitStore.open(portableAt(path, untouched));
  const quarantine = await store.quarantine();
  const pack = await packOf('first');
  const options = { limits: DEFAULT_PACK_LIMITS, signal: new AbortController().signal };
  async function* broken() {
    yield pack.with(20, (pack[20] ?? 0) ^ 1);
  }
  await expect(quarantine.receive(broken(), options)).rejects.toMatchObject({
    code: 'PACK_MALFORMED',
  });
  await expect(quarantine.admit(new Set([oid(blob('first'))]))).rejects.toMatchObject({
    code: 'OBJECT_MISSING',
  });
  await quarantine.drop();
  expect(await store.has(oid(blob('first')))).toBe(false);
});

/** Whether a repository could be created on a disk that takes so many changes. */
async function isCreated(path: string, changes: number): Promise<boolean> {
  let left = changes;
  const counted =
    <Args extends readonly unknown[]>(change: (...args: Args) => Promise<unknown>) =>
    async (...args: Args) => {
      if (left-- <= 0) throw DISK_ERROR;
      await change(...args);
    };
  const { mkdir, writeFile, rename } = promises;
  const failing = {
    ...{ mkdir: counted(mkdir), writeFile: counted(writeFile), rename: counted(rename) },
  };
  return PortableGitStore.create(portableAt(path, failing)).then(
    () => true,
    (reason) => {
      expect(reason).toBe(DISK_ERROR);
      return false;
    },
  );
}

async function packOf(text: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const options = { digests: nodeDigests, deflate: nodeDeflate };
  for await (const part of writePack([blob(text)], 1, options)) parts.push(part);
  return concatBytes(...parts);
}

/** A pack whose index has the blob `first` under an id that is not its own: isomorphic-git takes it as it is. */
async function packUnderOtherName(path: string): Promise<Oid> {
  const pack = await packOf('first');
  const id = oidFromBytes(new Uint8Array(20).fill(7));
  const [offset, checksum] = [12, pack.subarray(-20)];
  const entries = [{ oid: id, offset, crc32: crc32(pack.subarray(offset, -20)) }];
  writeFileSync(join(path, 'objects/pack/pack-1.pack'), pack);
  writeFileSync(join(path, 'objects/pack/pack-1.idx'), packIndex(entries, checksum, nodeDigests));
  return id;
}
