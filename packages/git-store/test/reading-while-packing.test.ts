import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GitStore, openGitDirectory } from '../src/index.ts';
import { emptyFolder } from './git.ts';
import { history, oid } from './objects.ts';

const ROUNDS = 60;

test('who reads a repository finds all of it at any moment, while its owner writes and packs', async () => {
  const path = join(emptyFolder(), 'store');
  const store = await GitStore.create(path);
  const { objects, commits } = history(5 * ROUNDS);
  let written = 0;
  const owner = async () => {
    for (let round = 0; round < ROUNDS; round++) {
      // Packs of fifteen objects, and with every third of them all is gathered.
      await store.write(objects.slice(15 * round, 15 * (round + 1)));
      await store.replace(new Map([['refs/heads/main', commits[5 * round + 4]!]])); // within its length
      written = 15 * (round + 1);
      if (round % 3 === 2) await store.pack();
    }
  };
  let reads = 0;
  const reader = async () => {
    while (written < objects.length) {
      const sure = written;
      const { head, objects: found } = await openGitDirectory(path);
      if (sure > 0) expect(head).toBeDefined();
      for (const object of objects.slice(0, sure)) {
        expect(await found.read(oid(object))).toEqual(object);
      }
      reads += 1;
    }
  };
  await Promise.all([owner(), reader(), reader()]);
  expect(reads).toBeGreaterThan(1);
});
