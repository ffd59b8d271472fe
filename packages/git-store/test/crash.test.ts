import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { parseOid } from '@covey/git-objects';
import { GitStore } from '../src/index.ts';
import { emptyFolder, git, gitPresent } from './git.ts';

/** Starts the writer, kills it after it has said so many lines, and returns all that it said until it was dead. */
async function writeUntilKilled(path: string, lines: number): Promise<readonly string[]> {
  const writer = spawn(process.execPath, [join(import.meta.dirname, 'writer.ts'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  for await (const line of createInterface(writer.stdout)) {
    said.push(line);
    if (said.length === lines) writer.kill('SIGKILL');
  }
  expect(said.length).toBeGreaterThanOrEqual(lines);
  return said;
}

test.each([1, 5, 23, 60, 117, 190, 301])(
  'a process that is killed after %i acknowledgements has lost none of them',
  async (lines) => {
    const path = join(emptyFolder(), 'store');
    await (await GitStore.create(path)).close();
    // Twice: the second time there are leftovers, and objects that are there already.
    for (const round of [lines, lines + 7]) {
      const said = (await writeUntilKilled(path, round)).map((line) => line.split(' '));
      const store = await GitStore.open(path);
      for (const [kind, id = ''] of said) {
        if (kind === 'object') expect(await store.read(parseOid(id))).toBeDefined();
      }
      const promised = said.filter(([kind]) => kind === 'main').at(-1)?.[1];
      const main = (await store.read()).get('refs/heads/main');
      if (promised) expect(main).toBeDefined();
      if (main) expect(await store.read(main)).toMatchObject({ type: 'commit' });
      expect(await store.scrub()).toEqual([]);
      if (gitPresent) expect(git(path, 'fsck', '--strict', '--full', '--no-dangling')).toBe('');
    }
  },
);
