import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runs } from '@covey/testkit';
import { Attacker } from './attacker.ts';
import { ATTACKS } from './attacks.ts';
import { castAccount, goHome } from './cast.ts';
import { expectServed, GoodPeer } from './good-peer.ts';
import { Listener } from './listener.ts';

/** Calls of a good peer during each attack. COVEY_TEST_RUNS=100 makes minutes of it. */
const { numRuns: CALLS = 0 } = runs(100);
const TIMEOUT_MS = 30_000 + 50 * CALLS;
/** M22. The process begins with about 110 MB. */
const MOST_RSS_BYTES = 512 * 2 ** 20;
/** What may trickle in from one connection, in the time that it takes to see it. */
const TRICKLE_MEGABYTES = 8;

describe.each([
  ['a device that may talk', false],
  ['a stranger', true],
])('D4: %s', (_, isStranger) => {
  let listener: Listener;
  let attacker: Attacker;
  let good: GoodPeer;
  let descriptors = 0;

  beforeAll(async () => {
    listener = await Listener.start();
    attacker = new Attacker();
    good = await GoodPeer.of(listener);
    ({ descriptors } = await listener.measure());
  });
  afterAll(async () => {
    await goHome();
    await attacker.kill();
    await listener.stop();
  });

  test.each(Object.keys(ATTACKS))('M22: %s', { timeout: TIMEOUT_MS }, async (attack) => {
    const { tls: identity, deviceId } = await (await castAccount()).device();
    if (isStranger) await listener.estrange(deviceId);
    attacker.begin({ port: listener.port, identity, attack });
    expectServed(await good.isServed(CALLS));
    const trickles = ATTACKS[attack]?.comesTo === 'a trickle' && !isStranger;
    if (!trickles) expect(['cut', 'refused']).toContain(await attacker.outcome);
    const { connections, megabytes } = await attacker.stop();
    if (trickles && connections === 1) expect(megabytes).toBeLessThan(TRICKLE_MEGABYTES);
    const { peakRssBytes } = await listener.measure();
    expect(peakRssBytes).toBeLessThan(MOST_RSS_BYTES);
  });

  test('M22: after all of that nothing is left of it', async ({ annotate }) => {
    await listener.haveDescriptors(descriptors + 2);
    const { rssBytes, peakRssBytes } = await listener.measure();
    await annotate(`RSS ${mebibytes(rssBytes)} MiB, at most ${mebibytes(peakRssBytes)} MiB`);
  });
});

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
