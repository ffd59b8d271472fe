import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { corpusNamed, runs } from '@covey/testkit';
import { castAccount, goHome } from './cast.ts';
import { expectServed, GoodPeer } from './good-peer.ts';
import { Listener } from './listener.ts';
import { begin, RawPeer } from './raw-http2.ts';

const corpus = corpusNamed('go-fuzz-corpus');
/** Rounds over the corpus, the first as it is, the others changed. COVEY_TEST_RUNS=100 is about ten minutes. */
const { numRuns: ROUNDS = 1, seed = 0 } = runs(1);
const CALLS = 200;
/** What Node's own heap may do between two rounds; a leak of each connection would be more. */
const SLOPE_BYTES = 96 * 2 ** 20;
const MOST_RSS_BYTES = 512 * 2 ** 20;
/** As many connections as a device may have, less what the last ones need to be over. */
const AT_ONCE = 4;

let listener: Listener | undefined;
afterEach(async () => {
  await goHome();
  await listener?.stop();
});

describe.skipIf(corpus.isAbsent)(`go-fuzz-corpus, http2${corpus.note}`, () => {
  test(`M22: bytes at the live port, before TLS and inside it, disturb nobody (seed ${seed})`, {
    timeout: 60_000 + ROUNDS * 15_000,
  }, async ({ annotate }) => {
    const inputs = readInputs();
    expect(inputs.length).toBeGreaterThan(0);
    const bob = await Listener.start();
    listener = bob;
    const good = await GoodPeer.of(bob);
    const account = await castAccount();
    const [peer, stranger] = [await account.device(), await account.device()];
    await bob.estrange(stranger.deviceId);
    const { descriptors } = await bob.measure();

    const throwing = [
      (bytes: Uint8Array) => inClear(bob.port, bytes),
      ...[peer, stranger].flatMap(({ tls }) => [
        async (bytes: Uint8Array) => say(await RawPeer.connect(bob.port, tls), [bytes]),
        async (bytes: Uint8Array) => {
          const raw = await RawPeer.connect(bob.port, tls);
          await begin(raw);
          await say(raw, [bytes]);
        },
      ]),
    ];
    const chance = chanceOf(seed);
    const rss: number[] = [];
    let served = Promise.resolve({ p99Ms: 0, dialMs: 0 });
    for (let round = 0; round < ROUNDS; round += 1) {
      const jobs = throwing.flatMap((thrown) =>
        inputs.map((bytes) => () => thrown(round === 0 ? bytes : changed(bytes, chance))),
      );
      if (round === 0) served = good.isServed(CALLS);
      await Promise.all(Array.from({ length: AT_ONCE }, () => workOff(jobs)));
      rss.push((await bob.measure()).rssBytes);
    }
    expectServed(await served);
    expectServed(await good.isServed(CALLS));
    await bob.haveDescriptors(descriptors + 2);
    const [first = 0, last = 0] = [rss[0], rss.at(-1)];
    await annotate(`RSS ${mebibytes(first)} to ${mebibytes(last)} MiB in ${ROUNDS} rounds`);
    expect(last - first).toBeLessThan(SLOPE_BYTES);
    expect((await bob.measure()).peakRssBytes).toBeLessThan(MOST_RSS_BYTES);
  });
});

function readInputs(): Uint8Array[] {
  const lines = readFileSync(join(corpus.folder, 'http2.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => Buffer.from((JSON.parse(line) as { b64: string }).b64, 'base64'));
}

async function workOff(jobs: (() => Promise<void>)[]): Promise<void> {
  for (let job = jobs.pop(); job; job = jobs.pop()) await job();
}

/** Resolves when the connection is over: the other side is told that nothing more comes. */
async function say(raw: RawPeer, parts: readonly Uint8Array[]): Promise<void> {
  await raw.write(...parts);
  raw.end();
  await raw.closed;
}

async function inClear(port: number, bytes: Uint8Array): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => {}); // A reset is as good an answer as an end.
  const closed = once(socket, 'close').catch(() => {});
  socket.end(bytes);
  socket.resume();
  await closed;
}

/** Flips bits, cuts, doubles: what still looks like frames finds more than noise does. */
function changed(bytes: Uint8Array, chance: (below: number) => number): Uint8Array {
  const copy = Buffer.from(bytes);
  for (let n = chance(4); n >= 0 && copy.length > 0; n -= 1) {
    const at = chance(copy.length);
    copy.writeUInt8(copy.readUInt8(at) ^ (1 << chance(8)), at);
  }
  const from = chance(3) === 0 ? chance(copy.length + 1) : 0;
  return chance(3) === 0 ? Buffer.concat([copy, copy.subarray(from)]) : copy.subarray(from);
}

/** A linear congruential generator (Numerical Recipes): the same changes for the same seed. */
function chanceOf(start: number): (below: number) => number {
  let state = start >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
