import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { concatBytes } from '@covey/codec';
import { contentOf, type PackContent, type PackStore } from '@covey/sealed-pack';
import { LOSSES, type LossCase, recordDisk, surviveEveryLoss } from '@covey/testkit/disk';
import { FsPackStore } from '../src/index.ts';

/** What a store has promised of a name, last word first. */
type Promised = { readonly name: string; readonly is: 'there' | 'gone' };

const bytesOf = (name: string) =>
  new Uint8Array(20_000).map((_, at) => (at * 7 + name.charCodeAt(name.length - 1)) % 251);

/** In three parts, as from a network. */
const inParts = (name: string): PackContent => ({
  size: 20_000,
  async *bytes() {
    for (const at of [0, 1, 15_000]) {
      yield bytesOf(name).subarray(at, at === 0 ? 1 : at === 1 ? 15_000 : 20_000);
    }
  },
});

async function work(store: PackStore, promise: (promised: Promised) => void): Promise<void> {
  const create = async (name: string, content: PackContent) => {
    if (await store.create(name, content)) promise({ name, is: 'there' });
  };
  const remove = async (name: string) => {
    await store.remove(name);
    promise({ name, is: 'gone' });
  };
  await create('slot-1/0', contentOf(bytesOf('slot-1/0')));
  await create('slot-1/1', inParts('slot-1/1'));
  await create('slot-1/deep/2', inParts('slot-1/deep/2'));
  await Promise.all(
    ['slot-2/3', 'slot-2/4', 'slot-2/5'].map((name) => create(name, inParts(name))),
  );
  await create('slot-1/0', inParts('slot-1/0'));
  await remove('slot-2/4');
  await create('slot-2/6', contentOf(bytesOf('slot-2/6')));
}

const FOLDERS = ['slot-1', 'slot-1/deep', 'slot-2'];

test('MIRR-5: whatever a power loss takes at whatever call, what was created is there, and whole', {
  timeout: 300_000,
}, async ({ annotate }) => {
  const folder = mkdtempSync(join(tmpdir(), 'covey-packs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const recording = await recordDisk<Promised>(folder, async (mark) => {
    await work(await FsPackStore.open(join(folder, 'store')), mark);
  });
  const losses = (n: number) => [...LOSSES, n * 1000, n * 1000 + 1];
  const report = await surviveEveryLoss(recording, { losses, check: keepsItsPromises });
  const { operations, cases, distinct } = report;
  await annotate(`n = 0 to ${operations}: ${cases} power losses, ${distinct} different disks`);
  expect(operations).toBeGreaterThan(60);
});

async function keepsItsPromises({ path, marks }: LossCase<Promised>): Promise<void> {
  const store = await FsPackStore.open(join(path, 'store'));
  const there = new Set<string>();
  for (const folder of FOLDERS) {
    for await (const name of store.list(folder)) {
      there.add(name);
      const parts: Uint8Array[] = [];
      for await (const part of (await store.read(name)) ?? []) parts.push(new Uint8Array(part));
      expect(concatBytes(...parts), name).toEqual(bytesOf(name));
    }
  }
  const last = new Map(marks.map(({ name, is }) => [name, is]));
  for (const [name, is] of last) {
    // Its removal may have been under way.
    if (is === 'there' && name !== 'slot-2/4') expect(there, name).toContain(name);
    if (is === 'gone') expect(there, name).not.toContain(name);
  }
  // It goes on: what isn't there can be created.
  await work(store, () => {});
}
