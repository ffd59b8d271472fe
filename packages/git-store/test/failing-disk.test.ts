import type * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { DEFAULT_PACK_LIMITS, writePack } from '@covey/git-objects';
import { nodeDeflate, nodeDigests } from '@covey/node-crypto';
import { GitStore } from '../src/index.ts';
import { emptyFolder } from './git.ts';
import { blob, history, oid } from './objects.ts';

interface Call {
  readonly name: string;
  readonly paths: readonly string[];
  readonly result: unknown;
}

/** The disk that the store sees: it works for so many calls, and from then on every call fails. */
const disk = vi.hoisted(() => ({
  callsLeft: Number.POSITIVE_INFINITY,
  calls: [] as Call[],
}));

vi.mock('node:fs/promises', async (load) => {
  const real = await load<typeof fs>();
  const WATCHED = ['mkdir', 'rename', 'rm', 'open', 'writeFile', 'sync', 'close'];
  const isWatched = (name: unknown): name is string => WATCHED.includes(name as string); // any value may be asked for

  /** `path` is that of an open file; functions of the module get theirs as arguments. */
  const watch = <T extends object>(target: T, path?: string): T =>
    new Proxy(target, {
      get(of, name) {
        const value: unknown = Reflect.get(of, name, of);
        if (typeof value !== 'function') return value;
        if (!isWatched(name)) return value.bind(of);
        return async (...args: unknown[]) => {
          // Closing always works, as it does when a process dies.
          if (--disk.callsLeft < 0 && name !== 'close') throw new Error(`no disk: ${name}`);
          const result: unknown = await value.apply(of, args);
          const paths = path === undefined ? args.map(String) : [path];
          disk.calls.push({ name, paths, result });
          return name === 'open' ? watch(result as object, paths[0]) : result; // it gives a handle
        };
      },
    });
  const watched = watch(real);
  // A module's exports must be properties of its own, not a proxy's.
  return Object.fromEntries(Object.keys(real).map((name) => [name, Reflect.get(watched, name)]));
});

/** Everything that must be durable, told to `acknowledge` as it is promised. */
async function work(path: string, acknowledge: (id: string) => void): Promise<void> {
  const { objects, commits } = history(15);
  const store = await GitStore.open(path);
  const write = async (from: number, to: number) => {
    for (const id of await store.write(objects.slice(from, to))) acknowledge(id);
  };
  await write(0, 3);
  await store.replace(new Map([['refs/heads/main', commits[0]!]]));
  acknowledge('main 0');
  await write(3, 40); // a pack
  await store.pack();
  await store.replace(new Map([['refs/heads/main', commits[9]!]]));
  acknowledge('main 9');
  const quarantine = await store.quarantine();
  const extra = [...objects.slice(40), blob('extra')];
  const options = { digests: nodeDigests, deflate: nodeDeflate };
  await quarantine.receive(writePack(extra, extra.length, options), {
    limits: DEFAULT_PACK_LIMITS,
    signal: new AbortController().signal,
  });
  await quarantine.admit(new Set(objects.slice(40).map(oid)));
  for (const object of objects.slice(40)) acknowledge(oid(object));
  await quarantine.drop();
}

async function freshStore(): Promise<string> {
  const path = join(emptyFolder(), 'store');
  await (await GitStore.create(path)).close();
  return path;
}

test('wherever the disk fails, what was acknowledged is there, the refs are whole, and work goes on', async () => {
  const measured = await freshStore();
  disk.calls = [];
  await work(measured, () => {});
  const total = disk.calls.length;
  expect(total).toBeGreaterThan(100);

  for (let calls = 0; calls < total; calls++) {
    const path = await freshStore();
    const acknowledged: string[] = [];
    disk.callsLeft = calls;
    await expect(work(path, (id) => acknowledged.push(id))).rejects.toThrow();
    disk.callsLeft = Number.POSITIVE_INFINITY;

    const store = await GitStore.open(path);
    const { objects, commits } = history(15);
    for (const object of objects) {
      if (acknowledged.includes(oid(object))) expect(await store.read(oid(object))).toEqual(object);
    }
    expect(await store.has(oid(blob('extra')))).toBe(false);
    const main = (await store.read()).get('refs/heads/main');
    if (acknowledged.includes('main 9')) expect(main).toBe(commits[9]);
    else if (acknowledged.includes('main 0')) expect([commits[0], commits[9]]).toContain(main);
    else expect([undefined, commits[0]]).toContain(main);
    expect(await store.scrub()).toEqual([]);
    await work(path, () => {});
  }
});

test('no file gets its name before its bytes are synced, and nothing is acknowledged before its name is', async () => {
  disk.calls = [];
  const path = await freshStore();
  const unsyncedFiles = new Set<string>();
  const unsyncedFolders = new Set<string>();
  let seen = 0;
  const follow = () => {
    for (const { name, paths, result } of disk.calls.slice(seen)) {
      const [from = '', to = ''] = paths;
      if (from.includes('quarantine')) continue; // counts for nothing until it is admitted
      if (name === 'open' && to === 'wx') unsyncedFiles.add(from);
      if (name === 'writeFile') unsyncedFiles.add(from);
      if (name === 'mkdir' && result !== undefined) unsyncedFolders.add(dirname(String(result)));
      if (name === 'rename') {
        expect(unsyncedFiles).not.toContain(from);
        unsyncedFolders.add(dirname(to));
      }
      if (name === 'sync') {
        unsyncedFiles.delete(from);
        unsyncedFolders.delete(from);
      }
    }
    seen = disk.calls.length;
    expect([...unsyncedFolders]).toEqual([]);
  };
  follow(); // after `create`
  await work(path, follow);
});
