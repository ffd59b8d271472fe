import { join } from 'node:path';
import { expect, test } from 'vitest';
import { syncFolders } from '@covey/durable-files';
import { CoveyError } from '@covey/errors';
import {
  LOSSES,
  type Loss,
  type LossCase,
  recordAfterKill,
  recordDisk,
  surviveEveryLoss,
} from '@covey/testkit/disk';
import { GitStore } from '../src/index.ts';
import { emptyFolder, git, gitPresent } from './git.ts';
import { goOn, keeps, type Promised, work, workAgain } from './work.ts';

/** Seeds of random losses at every n. */
const SEEDS = Number(process.env['COVEY_TEST_RUNS'] ?? '1');
/** Everyday, the second life begins after a kill at every so many calls. */
const KILL_EVERY = SEEDS > 1 ? 1 : 8;
/** And the power goes at every so many calls of that life. */
const LOSE_EVERY = 32;
/** git is asked about every so many disks: it takes longer than the check itself. */
const ASK_GIT_EVERY = 40;

test('SAFE-3: whatever a power loss takes at whatever call, all that a store has promised is there', {
  timeout: 600_000,
}, async ({ annotate }) => {
  const folder = emptyFolder();
  const recording = await recordDisk<Promised>(folder, async (mark) => {
    await work(await GitStore.create(join(folder, 'store')), mark);
  });
  const report = await surviveEveryLoss(recording, {
    losses: (n) => [...LOSSES, ...Array.from({ length: SEEDS }, (_, seed) => n * 1000 + seed)],
    check: keepsItsPromises,
  });
  const { operations, cases, distinct } = report;
  await annotate(`n = 0 to ${operations}: ${cases} power losses, ${distinct} different disks`);
  expect(operations).toBeGreaterThan(250);
});

test('SAFE-3: what is promised after a kill -9 at whatever call survives the power loss that follows', {
  timeout: 600_000,
}, async ({ annotate }) => {
  const first = emptyFolder();
  const killed = await recordDisk<Promised>(first, async (mark) => {
    await work(await GitStore.create(join(first, 'store')), mark);
  });
  const last = killed.operations.length - killed.begins;
  for (let n = 0; n < last; n += KILL_EVERY) {
    const folder = emptyFolder();
    const again = await recordAfterKill(killed, n, folder, async (mark) => {
      // As the daemon does that finds the lock of one who is dead.
      await syncFolders(folder);
      await workAgain(await openOrCreate(join(folder, 'store'), true), mark);
    });
    const end = again.operations.length - again.begins;
    const losses = (at: number): readonly Loss[] =>
      at === end || at % LOSE_EVERY === 0 ? ['dropped', 'newest'] : [];
    await surviveEveryLoss(again, { losses, check: keepsItsPromises }).catch((cause: unknown) => {
      throw new Error(`killed at n = ${n}`, { cause });
    });
  }
  await annotate(`killed at every ${KILL_EVERY}th n from 0 to ${last}`);
});

async function keepsItsPromises({ path, marks, index }: LossCase<Promised>): Promise<void> {
  const folder = join(path, 'store');
  const store = await openOrCreate(folder, marks.length === 0);
  await keeps(store, marks);
  if (gitPresent && index % ASK_GIT_EVERY === 0) {
    expect(git(folder, 'fsck', '--strict', '--full', '--no-dangling')).toBe('');
  }
  await goOn(store);
}

/** A store that nobody was promised anything of may have to be made anew. */
async function openOrCreate(folder: string, mayBeMissing: boolean): Promise<GitStore> {
  try {
    return await GitStore.open(folder);
  } catch (reason) {
    if (!mayBeMissing || !CoveyError.is(reason, 'REPOSITORY_UNREADABLE')) throw reason;
    return GitStore.create(folder);
  }
}
