import { expect } from 'vitest';
import { DEFAULT_PACK_LIMITS, type GitObject, type Oid, writePack } from '@covey/git-objects';
import { nodeDeflate, nodeDigests } from '@covey/node-crypto';
import type { GitStore } from '../src/index.ts';
import { blob, history, oid } from './objects.ts';

/** A thing that a store has promised to keep. */
export type Promised = { readonly object: Oid } | { readonly main: number };

const { objects, commits } = history(16);
/** Arrives with others, and is not let in. */
const NEVER_ADMITTED = blob('never admitted');

/** Everything that must be durable, told to `acknowledge` as it is promised: all ways into a store, and packing. */
export async function work(
  store: GitStore,
  acknowledge: (promised: Promised) => void,
): Promise<void> {
  const write = async (written: readonly GitObject[]) => {
    for (const object of await store.write(written)) acknowledge({ object });
  };
  const point = async (main: number) => {
    const head = commits[main]!; // only called with indexes of commits
    await store.replace(new Map([['refs/heads/main', head]]));
    acknowledge({ main });
  };
  await write(objects.slice(0, 3)); // loose
  await point(0);
  await write(objects.slice(3, 12)); // a pack
  await point(3);
  await write(objects.slice(12, 15));
  await point(4);
  await store.pack(); // the loose ones, and the first pack
  await Promise.all(
    commits.slice(5, 8).map((_, at) => write(objects.slice(3 * (5 + at), 3 * (6 + at)))),
  );
  await point(7);
  await receive(store, objects.slice(24, 36), objects.slice(24, 36), acknowledge); // kept as it came
  await point(11);
  await receive(store, [...objects.slice(36), NEVER_ADMITTED], objects.slice(36), acknowledge);
  await point(15);
  await store.pack();
}

/** The same things again, whether or not they are there, some loose and some in packs, and main at the end of them. */
export async function workAgain(
  store: GitStore,
  acknowledge: (promised: Promised) => void,
): Promise<void> {
  for (let at = 0, count = 3; at < objects.length; at += count, count = 15 - count) {
    for (const object of await store.write(objects.slice(at, at + count))) acknowledge({ object });
  }
  await store.replace(new Map([['refs/heads/main', commits.at(-1)!]])); // there are several
  acknowledge({ main: commits.length - 1 });
  await store.pack();
}

/** All that was promised is there, main leads to nothing that is missing, and nothing is damaged. */
export async function keeps(store: GitStore, promised: readonly Promised[]): Promise<void> {
  for (const one of promised) {
    if ('object' in one) expect(await store.read(one.object)).toBeDefined();
  }
  const head = (await store.read()).get('refs/heads/main');
  const main = head === undefined ? -1 : commits.indexOf(head);
  expect(main).toBeGreaterThanOrEqual(promised.findLast((one) => 'main' in one)?.main ?? -1);
  await hasHistory(store, main);
  expect(await store.has(oid(NEVER_ADMITTED))).toBe(false);
  expect(await store.scrub()).toEqual([]);
}

/** Writes what may be there already and packs: work goes on, and what it leaves is whole. */
export async function goOn(store: GitStore): Promise<void> {
  const last = commits.length - 1;
  await store.write(objects);
  await store.replace(new Map([['refs/heads/main', commits[last]!]])); // the last of several
  await store.pack();
  await hasHistory(store, last);
  expect(await store.scrub()).toEqual([]);
}

async function hasHistory(store: GitStore, main: number): Promise<void> {
  for (const object of objects.slice(0, 3 * (main + 1))) {
    expect(await store.read(oid(object))).toEqual(object);
  }
}

async function receive(
  store: GitStore,
  sent: readonly GitObject[],
  admitted: readonly GitObject[],
  acknowledge: (promised: Promised) => void,
): Promise<void> {
  const quarantine = await store.quarantine();
  const options = { digests: nodeDigests, deflate: nodeDeflate };
  await quarantine.receive(writePack(sent, sent.length, options), {
    limits: DEFAULT_PACK_LIMITS,
    signal: new AbortController().signal,
  });
  await quarantine.admit(new Set(admitted.map(oid)));
  for (const object of admitted) acknowledge({ object: oid(object) });
  await quarantine.drop();
}
