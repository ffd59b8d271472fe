import type * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { GitStore } from '../src/index.ts';
import { emptyFolder } from './git.ts';
import { goOn, keeps, type Promised, work } from './work.ts';

/** Everyday, the disk fails at every so many calls. */
const FAIL_EVERY = Number(process.env['COVEY_TEST_RUNS'] ?? '1') > 1 ? 1 : 3;

const LEAST_CALLS = 200;

/** The disk that the store sees: it works for so many calls, and from then on every call fails. */
const disk = vi.hoisted(() => ({ callsLeft: Number.POSITIVE_INFINITY }));

vi.mock('node:fs/promises', async (load) => {
  const real = await load<typeof fs>();
  const WATCHED = ['mkdir', 'rename', 'rm', 'open', 'writeFile', 'sync', 'close'];
  const isWatched = (name: unknown): name is string => WATCHED.includes(name as string); // any value may be asked for

  const watch = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, name) {
        const value: unknown = Reflect.get(of, name, of);
        if (typeof value !== 'function') return value;
        if (!isWatched(name)) return value.bind(of);
        return async (...args: unknown[]) => {
          // Closing always works, as it does when a process dies.
          if (--disk.callsLeft < 0 && name !== 'close') throw new Error(`no disk: ${name}`);
          const result: unknown = await value.apply(of, args);
          return name === 'open' ? watch(result as object) : result; // it gives a handle
        };
      },
    });
  const watched = watch(real);
  // A module's exports must be properties of its own, not a proxy's.
  return Object.fromEntries(Object.keys(real).map((name) => [name, Reflect.get(watched, name)]));
});

async function freshStore(): Promise<string> {
  const path = join(emptyFolder(), 'store');
  await (await GitStore.create(path)).close();
  return path;
}

test('wherever the disk fails, what was promised is there, the refs are whole, and work goes on', async () => {
  for (let calls = 0, failure: unknown = 'not yet'; failure !== undefined; calls += FAIL_EVERY) {
    const path = await freshStore();
    const promised: Promised[] = [];
    disk.callsLeft = calls;
    const worked = GitStore.open(path).then((store) => work(store, (one) => promised.push(one)));
    failure = await worked.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    disk.callsLeft = Number.POSITIVE_INFINITY;
    // The work is long, and no failure of it goes unsaid.
    if (failure === undefined) expect(calls).toBeGreaterThan(LEAST_CALLS);

    const store = await GitStore.open(path);
    await keeps(store, promised);
    await goOn(store);
  }
});
