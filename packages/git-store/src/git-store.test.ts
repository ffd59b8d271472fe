import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Digests, utf8 } from '@covey/codec';
import { objectStoreConformance, refStoreConformance } from '@covey/conformance';
import { nodeDigests } from '@covey/node-crypto';
import { emptyFolder } from '../test/git.ts';
import { blob, history, oid } from '../test/objects.ts';
import { GitStore } from './index.ts';

const create = () => GitStore.create(join(emptyFolder(), 'store'));

objectStoreConformance('GitStore', create);
objectStoreConformance('GitStore, packed after each write', async () => {
  const store = await create();
  return {
    has: (id) => store.has(id),
    read: (id) => store.read(id),
    write: async (objects) => {
      const oids = await store.write(objects);
      await store.pack();
      return oids;
    },
  };
});
refStoreConformance('GitStore', create);

async function createAt() {
  const path = join(emptyFolder(), 'store');
  return { path, store: await GitStore.create(path) };
}

const packCount = (path: string) =>
  readdirSync(join(path, 'objects/pack')).filter((name) => name.endsWith('.idx')).length;
const looseCount = (path: string) =>
  readdirSync(join(path, 'objects'))
    .filter((name) => name.length === 2 && !/^\./.test(name))
    .flatMap((shelf) => readdirSync(join(path, 'objects', shelf))).length;

test('what was written is there when the store is opened again', async () => {
  const { path, store } = await createAt();
  const { objects, commits } = history(20);
  await store.write(objects);
  await store.write([blob('one more')]);
  await store.replace(new Map([['refs/heads/main', commits.at(-1)!]]));
  await store.close();

  const again = await GitStore.open(path);
  for (const object of [...objects, blob('one more')]) {
    expect(await again.read(oid(object))).toEqual(object);
  }
  expect(await again.read()).toEqual(new Map([['refs/heads/main', commits.at(-1)]]));
});

test('a folder without a repository is not opened, and a repository is not created anew', async () => {
  const { path } = await createAt();
  await expect(GitStore.create(path)).rejects.toMatchObject({ code: 'INTERNAL' });
  await expect(GitStore.open(emptyFolder())).rejects.toMatchObject({
    code: 'REPOSITORY_UNREADABLE',
  });
});

test('other bytes under an id that is taken raise an alarm, and the first ones stay', async () => {
  const digests: Digests = { ...nodeDigests, sha1: () => new Uint8Array(20).fill(7) };
  const store = await GitStore.create(join(emptyFolder(), 'store'), { digests });
  const [id] = await store.write([blob('first')]);
  await expect(store.write([blob('second')])).rejects.toMatchObject({ code: 'OBJECT_COLLISION' });
  expect(await store.read(id!)).toEqual(blob('first'));
  await expect(store.write([blob('third'), blob('fourth')])).rejects.toMatchObject({
    code: 'OBJECT_COLLISION',
  });
});

test('leftovers of a crash are removed when the store is opened; other files are not', async () => {
  const { path, store } = await createAt();
  await store.close();
  const left = ['tmp_obj_1', 'objects/tmp_obj_2', 'objects/pack/tmp_obj_3'];
  for (const name of left) writeFileSync(join(path, name), 'half');
  writeFileSync(join(path, 'objects/pack/pack-1.keep'), '');

  await GitStore.open(path);
  for (const name of left) expect(() => statSync(join(path, name))).toThrow();
  expect(statSync(join(path, 'objects/pack/pack-1.keep')).isFile()).toBe(true);
});

describe('packing', () => {
  test('gathers the loose objects, and everything stays readable', async () => {
    const { path, store } = await createAt();
    const { objects } = history(9);
    for (let at = 0; at < 27; at += 3) await store.write(objects.slice(at, at + 3));
    expect(looseCount(path)).toBe(27);
    await store.pack();
    expect(looseCount(path)).toBe(0);
    for (const object of objects) expect(await store.read(oid(object))).toEqual(object);
    await store.pack(); // nothing left to do
  });

  test('gathers small packs, so that one is left', async () => {
    const { path, store } = await createAt();
    const { objects } = history(30);
    for (let at = 0; at < 90; at += 9) await store.write(objects.slice(at, at + 9));
    await store.write([blob('loose')]);
    expect(packCount(path)).toBe(10);
    await store.pack();
    expect(packCount(path)).toBe(1);
    expect(looseCount(path)).toBe(0);
    const fresh = await GitStore.open(path);
    for (const object of [...objects, blob('loose')]) {
      expect(await store.read(oid(object))).toEqual(object);
      expect(await fresh.read(oid(object))).toEqual(object);
    }
    await store.pack(); // nothing left to do
    expect(packCount(path)).toBe(1);
  });

  test('packs, writes and reads at the same time: nothing is lost, nobody waits for the packing', async () => {
    const { path, store } = await createAt();
    const { objects } = history(120);
    const work: Promise<unknown>[] = [];
    for (let at = 0; at < 360; at += 9) {
      work.push(store.write(objects.slice(at, at + 9)), store.pack());
    }
    await Promise.all(work);
    for (const object of objects) expect(await store.read(oid(object))).toEqual(object);
    expect(await store.scrub()).toEqual([]);
    await store.pack();
    expect(packCount(path)).toBeLessThan(8);
  });

  test('leaves a pack alone that is much larger than what is gathered', async () => {
    const { path, store } = await createAt();
    const { objects } = history(20);
    await store.write(objects.slice(0, 45));
    const [large = ''] = readdirSync(join(path, 'objects/pack'));
    for (const at of [45, 51]) await store.write(objects.slice(at, at + 6));
    await store.write([blob('loose')]);
    expect(packCount(path)).toBe(3);
    await store.pack();
    expect(readdirSync(join(path, 'objects/pack'))).toContain(large);
    expect(packCount(path)).toBe(2);
    for (const object of objects.slice(0, 57))
      expect(await store.read(oid(object))).toEqual(object);
  });

  test('leaves a pack alone that is marked to stay', async () => {
    const { path, store } = await createAt();
    const { objects } = history(20);
    await store.write(objects.slice(0, 30));
    const [kept = ''] = readdirSync(join(path, 'objects/pack'));
    writeFileSync(join(path, 'objects/pack', kept.replace(/\.[a-z]+$/, '.keep')), '');
    for (const at of [30, 45]) await store.write(objects.slice(at, at + 15));
    await store.pack();
    expect(readdirSync(join(path, 'objects/pack'))).toContain(kept);
    expect(packCount(path)).toBe(2);
  });

  test('many readers at once find everything in a store that was just opened', async () => {
    const { path, store } = await createAt();
    const { objects } = history(15);
    await store.write(objects);
    await store.pack();
    await store.close();
    // Old enough that the time of the folder is trusted.
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(join(path, 'objects/pack'), longAgo, longAgo);
    for (let round = 0; round < 20; round++) {
      const fresh = await GitStore.open(path);
      const read = await Promise.all(
        objects.map(async (object, at) => {
          // A little apart, so that some come while the first lists the packs.
          for (let turn = 0; turn < at; turn++) await nextTurn();
          return fresh.read(oid(object));
        }),
      );
      expect(read).toEqual(objects);
      await fresh.close();
    }
  });

  test('readers and writers go on meanwhile', async () => {
    const { store } = await createAt();
    const { objects } = history(10);
    for (let at = 0; at < 30; at += 6) await store.write(objects.slice(at, at + 6));
    const packing = store.pack();
    const more = [blob('while'), blob('packing')];
    await store.write(more);
    const read = await Promise.all([...objects, ...more].map((object) => store.read(oid(object))));
    await packing;
    expect(read).toEqual([...objects, ...more]);
    for (const object of more) expect(await store.read(oid(object))).toEqual(object);
  });

  test('a pack that another program adds is found', async () => {
    const { path, store } = await createAt();
    expect(await store.has(oid(blob('elsewhere')))).toBe(false);
    const other = await GitStore.open(path);
    await other.write([blob('elsewhere')]);
    await other.pack();
    expect(await store.read(oid(blob('elsewhere')))).toEqual(blob('elsewhere'));
  });
});

describe('damage on disk', () => {
  test('every byte of a loose object that changes is found out, and writing it again heals it', async () => {
    const { path, store } = await createAt();
    const object = blob('precious');
    const id = oid(object);
    await store.write([object]);
    const file = join(path, 'objects', id.slice(0, 2), id.slice(2));
    const good = readFileSync(file);
    for (let at = 0; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad[at]! ^= 0x55;
      writeFileSync(file, bad);
      const fresh = await GitStore.open(path);
      await expect(fresh.read(id).then((read) => read ?? 'gone')).rejects.toMatchObject({
        code: 'OBJECT_DAMAGED',
        data: { oid: id },
      });
      expect(await fresh.scrub()).toEqual([id]);
    }
    const fresh = await GitStore.open(path);
    await fresh.write([object]);
    expect(await fresh.read(id)).toEqual(object);
    expect(await fresh.scrub()).toEqual([]);
  });

  test('every byte of a pack that changes is found out or harmless', async () => {
    const { path, store } = await createAt();
    const { objects } = history(3);
    await store.write(objects);
    await store.pack();
    await store.close();
    const folder = join(path, 'objects/pack');
    const file = join(folder, readdirSync(folder).find((name) => name.endsWith('.pack'))!);
    const good = readFileSync(file);
    for (let at = 0; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad[at]! ^= 0x55;
      writeFileSync(file, bad);
      const fresh = await GitStore.open(path);
      const read = await Promise.allSettled(objects.map((object) => fresh.read(oid(object))));
      for (const [index, result] of read.entries()) {
        if (result.status === 'fulfilled') expect(result.value).toEqual(objects[index]);
        else expect(result.reason).toMatchObject({ code: 'OBJECT_DAMAGED' });
      }
    }
  });

  test('refs that cannot be read are an error, not an empty set', async () => {
    const { path, store } = await createAt();
    writeFileSync(join(path, 'packed-refs'), utf8('1234 refs/heads/main\n'));
    await expect(store.read()).rejects.toMatchObject({ code: 'REPOSITORY_UNREADABLE' });
  });
});
