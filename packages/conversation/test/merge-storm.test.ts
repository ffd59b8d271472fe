import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rolesOf, timeline } from '@covey/conversation';
import { runs } from '@covey/testkit';
import { Chance, type GossipDevice, gossipLinks } from '@covey/testkit/meet';
import { type Crowd, differences, makeCrowd, merges, text } from './meet/crowd.ts';

const SEED = runs(1).seed ?? Date.now();
const MESSAGES = 10;
const TWENTY_MINUTES = 20 * 60_000;
const LINKS_EACH = 5;

/** Two parts of a crowd; links within each now, and those between them when the network heals. */
interface Halves extends Crowd {
  readonly halves: readonly (readonly GossipDevice[])[];
  heal(): void;
}

function cutInTwo({ devices, network }: Crowd, at: number, degree = LINKS_EACH): Halves {
  const halves = [devices.slice(0, at), devices.slice(at)];
  for (const half of halves) {
    for (const [a, b] of gossipLinks(half, degree, network.chance)) network.link(a, b);
  }
  const heal = () => {
    for (const [a, b] of gossipLinks(devices, degree, network.chance)) network.link(a, b);
  };
  return { devices, network, halves, heal };
}

/** Each device says so many messages, whenever it likes within that time; then all is silent. */
async function talk({ devices, network }: Crowd, messages: number, withinMs: number) {
  for (const device of devices) {
    for (let said = 0; said < messages; said++) {
      const at = network.chance.below(withinMs);
      network.after(at, () => network.write(device, text(`${device.name} says ${said}`)));
    }
  }
  return network.silence();
}

/** In each half one has the last word: each comes to rest on one head. */
async function lastWords({ halves, network }: Halves): Promise<void> {
  for (const [last] of halves) if (last) await network.write(last, text('so far'));
  await network.silence();
}

const one = ([device]: readonly GossipDevice[]) => device as GossipDevice; // Nobody is alone here.

describe(`100 devices in two halves, seed ${SEED}`, () => {
  test('SWARM-1, SYNC-2: 10 messages each, the network heals: all equal, at most 2 merges per head, then silence', {
    timeout: 120_000,
  }, async ({ annotate }) => {
    const storm = cutInTwo(await makeCrowd(100, SEED), 50);
    const { devices, network, halves, heal } = storm;
    await network.silence();

    const apart = await talk(storm, MESSAGES, TWENTY_MINUTES);
    const written = halves.map((half) => merges(one(half).history.ordered));
    const heads = new Set(devices.flatMap((device) => device.heads));
    expect(heads.size).toBeGreaterThan(1);

    heal();
    const healing = await network.silence();
    expect(await differences(devices)).toBe(0);
    expect(new Set(one(devices).heads)).toEqual(heads);
    const before = merges(one(devices).history.ordered);
    expect(before).toBe(written.reduce((sum, each) => sum + each));

    // Everybody has read by now, and nobody has written. Whoever speaks next takes up all heads.
    await network.write(one(devices), text('together again'));
    const joining = await network.silence();
    expect(await differences(devices)).toBe(0);
    expect(one(devices).heads).toHaveLength(1);
    const joined = merges(one(devices).history.ordered) - before;
    expect(joined).toBe(heads.size - 1);
    expect(joined).toBeLessThanOrEqual(2 * heads.size);
    // Also of all that was ever beside something else while the halves talked.
    const all = merges(one(devices).history.ordered);
    expect(all).toBeLessThanOrEqual(2 * headsTakenUp(one(devices)));
    // Each link is told once each way at most, and each device fetches once.
    expect(joining.fetches).toBe(devices.length - 1);
    expect(await network.silence()).toEqual({ announcements: 0, fetches: 0, commits: 0 });
    await annotate(
      [
        `apart: ${devices.length * MESSAGES} messages, ${before} merges, ${apart.announcements} announcements`,
        `healed: ${heads.size} heads, 0 merges, ${healing.announcements} announcements, ${healing.fetches} fetches`,
        `the next message: ${joined} merges, ${joining.announcements} announcements, ${joining.fetches} fetches; then silence`,
      ].join('\n'),
    );
  });

  test('when all speak at once after the healing, each merges what it sees, and the next message all of that', {
    timeout: 120_000,
  }, async ({ annotate }) => {
    const storm = cutInTwo(await makeCrowd(100, SEED), 50);
    const { devices, network, heal } = storm;
    await lastWords(storm);
    heal();
    await network.silence();
    const heads = one(devices).heads.length;
    expect(heads).toBe(2);

    for (const device of devices) await network.write(device, text('at last'));
    const speaking = await network.silence();
    expect(await differences(devices)).toBe(0);
    expect(one(devices).heads).toHaveLength(devices.length);
    expect(merges(one(devices).history.ordered)).toBe(devices.length * (heads - 1));

    await network.write(one(devices), text('one after the other, please'));
    await network.silence();
    expect(await differences(devices)).toBe(0);
    expect(one(devices).heads).toHaveLength(1);
    const all = merges(one(devices).history.ordered);
    expect(all).toBeLessThanOrEqual(2 * (heads + devices.length));
    expect((await network.silence()).announcements).toBe(0);
    await annotate(
      `${heads} heads, then ${devices.length} at once: ${all} merges, ${speaking.announcements} announcements`,
    );
  });

  test('SWARM-1: who only read two heads write no merge at all', { timeout: 120_000 }, async () => {
    const storm = cutInTwo(await makeCrowd(100, SEED), 50);
    const { devices, network, heal } = storm;
    await lastWords(storm);
    heal();
    await network.silence();
    const size = one(devices).history.size;
    for (const { history, objects } of devices) {
      expect(history.heads).toHaveLength(2);
      const { state } = await history.resolved(objects);
      expect(rolesOf(state)).toHaveLength(devices.length);
      const shown = timeline(history.entries()).map(({ fields }) => fields['body']);
      expect(shown.filter((body) => body === 'so far')).toHaveLength(2);
    }
    expect(await network.silence()).toEqual({ announcements: 0, fetches: 0, commits: 0 });
    for (const { history } of devices)
      expect([history.size, merges(history.ordered)]).toEqual([size, 0]);
  });
});

test('SYNC-2: whatever the links, the parts and the speakers, all come to the same and to rest', {
  timeout: 120_000,
}, async () => {
  const scenes = fc.record({
    seed: fc.nat(),
    members: fc.integer({ min: 4, max: 24 }),
    degree: fc.integer({ min: 2, max: 23 }),
    messages: fc.integer({ min: 1, max: 6 }),
    withinMs: fc.constantFrom(0, 500, 10_000, 600_000),
    speakers: fc.integer({ min: 1, max: 24 }),
  });
  await fc.assert(
    fc.asyncProperty(scenes, async ({ seed, members, degree, messages, withinMs, speakers }) => {
      const cut = new Chance(seed, 'cut').between(2, members - 2);
      const storm = cutInTwo(await makeCrowd(members, seed), cut, degree);
      const { devices, network, heal } = storm;
      await talk(storm, messages, withinMs);
      heal();
      await network.silence();
      expect(await differences(devices)).toBe(0);
      const [heads, before] = [one(devices).heads.length, merges(one(devices).history.ordered)];

      const speaking = devices.slice(0, speakers);
      for (const device of speaking) await network.write(device, text('and now all together'));
      await network.silence();
      expect(await differences(devices)).toBe(0);
      // The law of lazy merging: no merge but in front of a message, and one less than there are heads.
      const written = merges(one(devices).history.ordered) - before;
      expect(written).toBe(speaking.length * (heads - 1));
      expect((await network.silence()).announcements).toBe(0);
    }),
    runs(20),
  );
});

test('the same network shows the storm of devices that merge in order to read', async ({
  annotate,
}) => {
  let isEager = false;
  const crowd = await makeCrowd(12, SEED, (device, now) =>
    isEager && device.heads.length > 1 ? device.mergeToRead(now) : undefined,
  );
  const storm = cutInTwo(crowd, 6);
  const { devices, network, heal } = storm;
  await lastWords(storm);
  isEager = true;
  heal();
  const isSilent = await network.pass(5000);
  const written = Math.max(...devices.map(({ history }) => merges(history.ordered)));
  expect(written).toBeGreaterThan(2 * 2);
  await annotate(`2 heads: ${written} merges in 5 s${isSilent ? '' : ', and no end'}`);
});

/** Commits but merges that some merge has taken up. */
function headsTakenUp({ history }: GossipDevice): number {
  const taken = new Set(
    history.ordered
      .filter(({ content }) => content.kind === 'merge')
      .flatMap(({ parents }) => parents)
      .filter(({ content }) => content.kind !== 'merge'),
  );
  return taken.size;
}
