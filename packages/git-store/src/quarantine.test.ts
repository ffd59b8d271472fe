import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { concatBytes } from '@covey/codec';
import {
  DEFAULT_PACK_LIMITS,
  type GitObject,
  oidBytes,
  parseOid,
  writePack,
} from '@covey/git-objects';
import { nodeDeflate, nodeDigests } from '@covey/node-crypto';
import { emptyFolder, git, gitPresent } from '../test/git.ts';
import { blob, history, oid } from '../test/objects.ts';
import { GitStore, PackWorker } from './index.ts';
import { inlinePackReader } from './pack-worker/inline-pack-reader.ts';

const limits = DEFAULT_PACK_LIMITS;
const { signal } = new AbortController();
const packed = (objects: readonly GitObject[]) =>
  writePack(objects, objects.length, { digests: nodeDigests, deflate: nodeDeflate });

const worker = new PackWorker();
afterAll(() => worker.close());

/** All files with their bytes: two equal ones are the same store. */
function filesOf(path: string): ReadonlyMap<string, string> {
  const names = readdirSync(path, { recursive: true, withFileTypes: true });
  const files = names
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return new Map(files.toSorted().map((file) => [file, readFileSync(file, 'base64')]));
}

describe.each([
  ['this thread', inlinePackReader],
  ['a thread of its own', worker],
])('packs are read on %s', (_, packReader) => {
  async function open() {
    const path = join(emptyFolder(), 'store');
    const store = await GitStore.create(path, { packReader });
    return { path, store, quarantine: await store.quarantine() };
  }

  test('what was received is seen in the quarantine, above the store, and nowhere else', async () => {
    const { store, quarantine } = await open();
    await store.write([blob('old')]);
    expect(await quarantine.receive(packed([blob('new')]), { limits, signal })).toEqual([
      oid(blob('new')),
    ]);
    expect(await quarantine.objects.read(oid(blob('new')))).toEqual(blob('new'));
    expect(await quarantine.objects.read(oid(blob('old')))).toEqual(blob('old'));
    expect(await store.read(oid(blob('new')))).toBeUndefined();
    expect(await store.has(oid(blob('new')))).toBe(false);
  });

  test.each([3, 30])(
    'exactly the %i objects that are admitted come into the store',
    async (count) => {
      const { path, store, quarantine } = await open();
      const { objects } = history(count);
      const stray = blob('hidden storage');
      await quarantine.receive(packed([...objects, stray]), { limits, signal });
      await quarantine.admit(new Set(objects.map(oid)));
      await quarantine.drop();

      const again = await GitStore.open(path);
      for (const object of objects) expect(await again.read(oid(object))).toEqual(object);
      expect(await again.has(oid(stray))).toBe(false);
      expect(await store.has(oid(stray))).toBe(false);
    },
  );

  test('a quarantine that is dropped leaves the store byte for byte as it was', async () => {
    const { path, store, quarantine } = await open();
    await store.write([blob('old')]);
    const before = filesOf(path);
    await quarantine.receive(packed(history(20).objects), { limits, signal });
    await quarantine.drop();
    expect(filesOf(path)).toEqual(before);
  });

  test('objects may come in several packs', async () => {
    const { store, quarantine } = await open();
    await quarantine.receive(packed([blob('one')]), { limits, signal });
    await quarantine.receive(packed([blob('two')]), { limits, signal });
    await quarantine.admit(new Set([oid(blob('one')), oid(blob('two'))]));
    expect(await store.has(oid(blob('one')))).toBe(true);
    expect(await store.has(oid(blob('two')))).toBe(true);
  });

  test('what the store has already may be admitted again; what nobody has may not', async () => {
    const { store, quarantine } = await open();
    await store.write([blob('old')]);
    await quarantine.receive(packed([blob('new')]), { limits, signal });
    await quarantine.admit(new Set([oid(blob('old'))]));
    const nowhere = parseOid('f'.repeat(40));
    await expect(quarantine.admit(new Set([oid(blob('new')), nowhere]))).rejects.toMatchObject({
      code: 'OBJECT_MISSING',
      data: { oid: nowhere },
    });
    expect(await store.has(oid(blob('new')))).toBe(false);
  });

  test('a thin pack builds on the store', async () => {
    const { store, quarantine } = await open();
    const base = blob('the quick brown fox');
    await store.write([base]);
    // Of 19 bytes the first nine, and "cat": a delta program of eight bytes.
    const program = Uint8Array.of(19, 12, 0x90, 9, 3, 0x63, 0x61, 0x74);
    const body = concatBytes(
      Uint8Array.of(0x50, 0x41, 0x43, 0x4b, 0, 0, 0, 2, 0, 0, 0, 1, 0x78),
      oidBytes(oid(base)),
      nodeDeflate(program),
    );
    async function* chunks() {
      yield concatBytes(body, nodeDigests.sha1(body));
    }
    const result = blob('the quickcat');
    expect(await quarantine.receive(chunks(), { limits, signal })).toEqual([oid(result)]);
    expect(await quarantine.objects.read(oid(result))).toEqual(result);
    await quarantine.admit(new Set([oid(result)]));
    await quarantine.drop();
    expect(await store.read(oid(result))).toEqual(result);
  });

  test('SAFE-2: a pack that is refused leaves nothing, and the next one is taken', async () => {
    const { path, quarantine } = await open();
    const before = filesOf(path);
    async function* broken() {
      for await (const part of packed(history(5).objects)) yield part.subarray(0, part.length - 1);
    }
    await expect(quarantine.receive(broken(), { limits, signal })).rejects.toMatchObject({
      code: 'PACK_MALFORMED',
    });
    expect(filesOf(path)).toEqual(before);
    await quarantine.receive(packed([blob('good')]), { limits, signal });
    expect(await quarantine.objects.read(oid(blob('good')))).toEqual(blob('good'));
  });

  test('a sender that falls silent is let go when the signal says so', async () => {
    const { quarantine } = await open();
    const abort = new AbortController();
    let silent = () => {};
    const fellSilent = new Promise<void>((resolve) => {
      silent = resolve;
    });
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield Uint8Array.of(0x50, 0x41);
      silent();
      await new Promise(() => {}); // never
    }
    const receiving = quarantine.receive(slow(), { limits, signal: abort.signal });
    await fellSilent;
    abort.abort(new Error('too slow'));
    await expect(receiving).rejects.toThrow('too slow');
  });

  test('a pack that is new as a whole is kept as it came', async () => {
    const { path, quarantine } = await open();
    const { objects } = history(20);
    const bytes: Uint8Array[] = [];
    async function* chunks() {
      for await (const part of packed(objects)) {
        bytes.push(part.slice());
        yield part;
      }
    }
    await quarantine.receive(chunks(), { limits, signal });
    await quarantine.admit(new Set(objects.map(oid)));
    const stored = readdirSync(join(path, 'objects/pack')).filter((name) => name.endsWith('.pack'));
    expect(stored).toHaveLength(1);
    const whole = readFileSync(join(path, 'objects/pack', stored[0]!)); // just counted
    expect(new Uint8Array(whole)).toEqual(concatBytes(...bytes));
    if (gitPresent) expect(git(path, 'fsck', '--strict', '--full', '--no-dangling')).toBe('');
  });
});
