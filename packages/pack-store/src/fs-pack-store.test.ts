import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { packStoreConformance } from '@covey/conformance';
import { contentOf } from '@covey/sealed-pack';
import { FsPackStore } from './index.ts';

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'covey-packs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

packStoreConformance('FsPackStore', () => FsPackStore.open(join(emptyFolder(), 'store')));

test('a store that is opened again has what it had, and clears away what a crash left', async () => {
  const folder = emptyFolder();
  const store = await FsPackStore.open(folder);
  await store.create('slot/0', contentOf(Uint8Array.of(1)));
  writeFileSync(join(folder, '.unfinished', 'half of something'), 'half');
  const again = await FsPackStore.open(folder);
  expect(await again.size('slot/0')).toBe(1);
  expect(readdirSync(join(folder, '.unfinished'))).toEqual([]);
});
