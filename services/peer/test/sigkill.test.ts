import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyCommand } from '../src/cli/verify.ts';
import { whenFolderShows } from '../src/cli/watch-folder.ts';
import { peopleApart } from './daemon.ts';
import { fsck } from './git.ts';
import { agree, type Person } from './person.ts';

const KILLS = 50;
const AT_ONCE = 6;
/** So many that the daemon packs after the first message of every start. */
const LONG = 520;
const WAIT_MS = 30_000;

/** A conversation, the daemon that is killed, one that is not, and what the first has promised. */
interface Scene {
  readonly alice: Person;
  readonly bob: Person;
  readonly conversationId: string;
  /** Bodies by message id: acknowledged to Alice, or told to her by an event. */
  readonly promised: Map<string, string>;
}

type Moment = (scene: Scene, round: number) => Promise<void>;

/** What a daemon is doing when it is killed, by turns. */
const MOMENTS: readonly Moment[] = [
  async function afterAnAcknowledgement(scene, round) {
    const { sends, acknowledged } = saysAtOnce(scene, round);
    // After the first of six, the next time after the second: the others may be anywhere.
    await acknowledged(1 + (Math.floor(round / MOMENTS.length) % AT_ONCE));
    await scene.alice.daemon.kill();
    await sends;
  },
  async function withRequestsThatNobodyWaitsFor(scene, round) {
    const { sends } = saysAtOnce(scene, round);
    await scene.alice.daemon.kill();
    await sends;
  },
  async function asAMessageArrives({ alice, bob, conversationId, promised }, round) {
    const body = `round ${round}, from bob`;
    await bob.says(conversationId, body);
    promised.set((await alice.hears(conversationId, body)).id, body);
    await alice.daemon.kill();
  },
  async function whileItPacks(scene, round) {
    const { alice, conversationId } = scene;
    const folder = join(alice.daemon.repository(alice, conversationId), 'objects', 'pack');
    const before = await namesIn(folder);
    const packing = appears(folder, async () => (await namesIn(folder)) !== before);
    const { sends } = saysAtOnce(scene, round, 1);
    await packing;
    await alice.daemon.kill();
    await sends;
  },
  async function asItTakesItsFolder({ alice: { daemon } }) {
    await daemon.kill();
    const started = daemon.start().catch((reason: unknown) => reason);
    await appears(daemon.dataFolder, () =>
      isOf(join(daemon.dataFolder, 'daemon.lock'), daemon.pid),
    );
    await daemon.kill();
    expect(await started).toBeInstanceOf(Error);
  },
  async function asItBeginsToAnswer({ alice: { daemon } }) {
    await daemon.kill();
    const started = daemon.start().catch((reason: unknown) => reason);
    await appears(daemon.dataFolder, () => isOf(join(daemon.dataFolder, 'api.json'), daemon.pid));
    await daemon.kill();
    await started;
  },
];

test(`SAFE-3: a daemon that is killed ${KILLS} times loses nothing that it promised, and needs no repair`, {
  timeout: 600_000,
}, async ({ annotate }) => {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const conversationId = await alice.starts();
  await bob.joins(conversationId, { invitedBy: alice });
  const scene: Scene = { alice, bob, conversationId, promised: new Map() };
  await saysAtOnce(scene, -1, LONG).sends;
  expect(scene.promised.size).toBe(LONG);

  const restarts: number[] = [];
  for (let round = 0; round < KILLS; round++) {
    const moment = MOMENTS[round % MOMENTS.length]!; // of its length
    await moment(scene, round);
    const at = performance.now();
    await alice.daemon.start();
    restarts.push(performance.now() - at);
    const there = new Map((await alice.messages(conversationId)).map((each) => [each.id, each]));
    for (const [id, body] of scene.promised) {
      expect(there.get(id as never)?.fields['body'], `round ${round}, ${moment.name}`).toBe(body);
    }
  }

  await alice.says(conversationId, 'the end');
  await agree(conversationId, [alice, bob]);
  const bodies = await bob.heard(conversationId);
  expect(new Set(bodies).size).toBe(bodies.length);
  expect(bodies).toEqual(expect.arrayContaining([...scene.promised.values()]));
  const ids = alice.events.map(({ id }) => id);
  expect(ids).toEqual(ids.map((_, at) => at + 1));
  const repository = alice.daemon.repository(alice, conversationId);
  // git cannot look at packs while they are gathered.
  await alice.daemon.stop();
  expect(fsck(repository)).toBe('');
  const said: string[] = [];
  const io = { out: (line: string) => said.push(line), err: (line: string) => said.push(line) };
  expect(await verifyCommand([repository], io), said.join('\n')).toBe(0);
  restarts.sort((a, b) => a - b);
  await annotate(
    `${scene.promised.size} promises; a start took ${restarts[KILLS / 2]?.toFixed(0)} ms, at most ${restarts.at(-1)?.toFixed(0)} ms`,
  );
});

/** Sends so many messages at once; what is acknowledged is promised. */
function saysAtOnce({ alice, conversationId, promised }: Scene, round: number, count = AT_ONCE) {
  const answered = Array.from({ length: count }, () => Promise.withResolvers<void>());
  let answers = 0;
  const all = answered.map(async (_, n) => {
    const body = `round ${round}, message ${n}`;
    promised.set(await alice.says(conversationId, body), body);
    answered[answers++]?.resolve();
  });
  return {
    /** Resolves when all are answered or have failed. */
    sends: Promise.allSettled(all),
    acknowledged: async (n: number): Promise<void> => answered[n - 1]?.promise,
  };
}

/** Waits until something is so in a folder. */
function appears(folder: string, check: () => Promise<boolean>): Promise<void> {
  return whenFolderShows(folder, AbortSignal.timeout(WAIT_MS), async () => {
    if (!(await check())) throw new Error('not yet');
  });
}

async function namesIn(folder: string): Promise<string> {
  return (await readdir(folder)).sort().join();
}

/** Whether the file says that it is this process's. */
async function isOf(path: string, pid: number): Promise<boolean> {
  return JSON.parse(await readFile(path, 'utf8')).pid === pid;
}
