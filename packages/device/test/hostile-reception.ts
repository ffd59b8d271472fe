// A process of its own: a device with a small conversation is sent the packs of a corpus, one by one, by way of its
// fetching. Says what came of each, and what that cost.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoveyError } from '@covey/errors';
import { parseOid } from '@covey/git-objects';
import { stage } from '@covey/testkit';
import { fetchingOf, linkThat } from './fake-link.ts';
import { halfway } from './halfway.ts';
import { HOSTILE_PACKS } from './hostile-packs.ts';
import { answerOf, inChunks, openReceiver, type Receiver } from './receiver.ts';

/** What came of one pack. */
export interface Reception {
  readonly name: string;
  /** An error's code, the rule that was broken, or what went wrong that must not. */
  readonly outcome: string;
  readonly isStoreUnchanged: boolean;
  /** What came of an honest pack half of which was there already, and of a message written afterwards. */
  readonly honest: string;
  /** Of the processors, so that whoever else is at work makes no difference. */
  readonly cpuMs: number;
}

/** What receiving a corpus came to. */
export interface Receptions {
  readonly receptions: readonly Reception[];
  /** The most that the process ever had, above what it had before the first pack. */
  readonly mostBytes: number;
}

const NOBODY_HAS = parseOid('f'.repeat(40));

const [, , corpus = ''] = process.argv;
const packs = await Promise.all(
  (HOSTILE_PACKS[corpus]?.() ?? []).map(async ({ name, bytes }) => ({
    name,
    bytes: await bytes(),
  })),
);
const folder = mkdtempSync(join(tmpdir(), 'covey-device-'));
const { alice, bob } = await stage(['alice', 'bob']);
const id = alice.order[0] ?? NOBODY_HAS; // A stage begins with a commit.
const receiver = await openReceiver(join(folder, 'store'), id, bob.writer);
try {
  process.stdout.write(JSON.stringify(await receiveAll(receiver)));
} finally {
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
}

async function receiveAll(to: Receiver): Promise<Receptions> {
  await to.receive(inChunks(await answerOf(alice, { wants: alice.heads })));
  // Once for nothing: what the first one loads belongs to no pack.
  await reception(to, { name: 'nothing', bytes: new Uint8Array() });
  const idleBytes = process.memoryUsage().rss;
  const receptions: Reception[] = [];
  for (const pack of packs) receptions.push(await reception(to, pack));
  // maxRSS is in KiB.
  return { receptions, mostBytes: process.resourceUsage().maxRSS * 1024 - idleBytes };
}

/** The pack comes while an honest one is half here already. */
async function reception(
  to: Receiver,
  { name, bytes }: { name: string; bytes: Uint8Array },
): Promise<Reception> {
  const haves = alice.heads;
  const { oid } = await alice.says(`before ${name}`);
  const honestPack = halfway(await answerOf(alice, { wants: [oid], haves }));
  const honest = to.takeIn(honestPack.chunks);
  await honestPack.reached;
  const before = to.digest();
  const start = process.cpuUsage();
  const outcome = await outcomeOf(to, bytes);
  const { user, system } = process.cpuUsage(start);
  const isStoreUnchanged = to.digest() === before;
  honestPack.goOn();
  const went = await honest.then((slice) => slice.judge());
  const said = await to.runtime.write({
    kind: 'message',
    fields: { type: 'text/plain', body: name },
  });
  return {
    ...{ name, outcome, isStoreUnchanged, cpuMs: (user + system) / 1000 },
    honest: `${went.outcome}, ${said.content.kind}`,
  };
}

/** Whoever sends it announces what nobody has: then a second pack is on its way while the first one is judged. */
async function outcomeOf({ runtime }: Receiver, bytes: Uint8Array): Promise<string> {
  const { fetching, events } = fetchingOf(runtime);
  try {
    const refused = await fetching.fetchAll(
      linkThat(() => inChunks(bytes)),
      [NOBODY_HAS],
      new AbortController().signal,
    );
    return refused ? events.map(({ rule }) => rule).join() : 'taken in';
  } catch (reason) {
    return CoveyError.is(reason) ? reason.code : String(reason);
  }
}
