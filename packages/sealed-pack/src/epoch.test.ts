import { describe, expect, test } from 'vitest';
import { toHex, utf8 } from '@covey/codec';
import { nodeAead, nodeDigests, nodeVerifier } from '@covey/node-crypto';
import { conversation, keeperNamed, opened, tools } from '../test/epoch-cast.ts';
import { type EpochWitness, epochToWriteIn, isClean, judgeEpoch } from './epoch.ts';
import { EpochKeys } from './epoch-keys.ts';
import { grantEntries, secretIn, statementIn } from './handover.ts';

const seeded = (label: string) => nodeDigests.sha256(utf8(label));
const [alice, bob, carol, mallory] = ['alice', 'bob', 'carol', 'mallory'].map(keeperNamed) as [
  ReturnType<typeof keeperNamed>,
  ReturnType<typeof keeperNamed>,
  ReturnType<typeof keeperNamed>,
  ReturnType<typeof keeperNamed>,
]; // As many as named.
const everybody = [alice, bob, carol, mallory];
const before = new EpochKeys(seeded('the first secret'), conversation);
const secret = seeded('the second secret');

/** Somebody who followed the first epoch, and knows everybody's certificate. */
const witness: EpochWitness = {
  conversation,
  ordinals: new Map([[toHex(before.id), 0]]),
  keyOf: (device) => everybody.find((each) => each.device === device)?.key,
  verifier: nodeVerifier(),
};
const judged = (signed: Uint8Array, of = secret) => judgeEpoch(signed, of, witness);

describe('a handover', () => {
  test('gives the secret to each of the granted, and to nobody else', async () => {
    const { handover, after, signed } = await opened(alice, [alice, bob, carol], {
      secret,
      before,
    });
    for (const who of [alice, bob, carol]) {
      expect(await secretIn(handover, who, before, nodeAead)).toEqual(secret);
    }
    expect(await secretIn(handover, mallory, before, nodeAead)).toBeUndefined();
    expect(await statementIn(handover, after, nodeAead)).toEqual(signed);
    expect(await statementIn(handover, before, nodeAead)).toBeUndefined();
  });

  test.each([
    [1, 8],
    [8, 8],
    [9, 16],
    [17, 32],
  ])('for %i devices has %i entries of one size', async (devices, entries) => {
    const grantees = Array.from({ length: devices }, (_, nth) => keeperNamed(`device ${nth}`));
    const { handover } = await opened(alice, grantees, { secret, before });
    expect(handover.entries).toHaveLength(entries);
  });

  test('doesn’t tell by their places whose entries are whose', async () => {
    const places = new Set<number>();
    for (let nth = 0; nth < 40; nth++) {
      const { handover } = await opened(alice, [alice, bob], { secret, before });
      const tag = toHex(
        before.derive('tag', Buffer.concat([handover.epoch, Buffer.from(bob.device, 'hex')]), 8),
      );
      places.add(handover.entries.findIndex((entry) => toHex(entry).startsWith(tag)));
    }
    expect(places.size).toBeGreaterThan(5);
  });

  test('an entry that was moved to another epoch or device opens for nobody', async () => {
    const { handover } = await opened(alice, [bob], { secret, before });
    const moved = { ...handover, epoch: seeded('another epoch') };
    expect(await secretIn(moved, bob, before, nodeAead)).toBeUndefined();
    const asAnother = { device: carol.device, recipient: bob.recipient };
    expect(await secretIn(handover, asAnother, before, nodeAead)).toBeUndefined();
  });

  test('rubbish under a device’s own tag doesn’t hide the good entry behind it', async () => {
    const { handover } = await opened(alice, [bob], { secret, before });
    const good = handover.entries.find((entry) =>
      toHex(entry).startsWith(tagOfBob(handover.epoch)),
    )!; // It is there.
    const rubbish = new Uint8Array(88);
    rubbish.set(good.subarray(0, 8));
    const mixed = { ...handover, entries: [rubbish, ...handover.entries] };
    expect(await secretIn(mixed, bob, before, nodeAead)).toEqual(secret);
  });

  test('no grant is made to a key of small order', async () => {
    const weak = { device: bob.device, publicKey: new Uint8Array(32) };
    const after = new EpochKeys(secret, conversation);
    await expect(grantEntries(secret, [weak], { before, after }, tools)).rejects.toMatchObject({
      code: 'CERTIFICATE_KEY_WEAK',
    });
  });
});

const tagOfBob = (epoch: Uint8Array) =>
  toHex(before.derive('tag', Buffer.concat([epoch, Buffer.from(bob.device, 'hex')]), 8));

describe('an epoch that was handed over', () => {
  test('is followed when all of it fits', async () => {
    const { signed, statement } = await opened(alice, [alice, bob], { secret, before });
    expect(await judged(signed)).toMatchObject({ statement });
  });

  test('whoever was given another secret sees it', async () => {
    const { signed } = await opened(alice, [alice, bob], { secret, before });
    expect(await judged(signed, seeded('another secret'))).toBe('EPOCH_GRANT_FALSE');
  });

  test.each<
    [string, Parameters<typeof opened>[2] extends infer Lie ? Partial<Lie> : never, string]
  >([
    [
      'of another conversation',
      { conversation: nodeDigests.sha1(utf8('another')) },
      'EPOCH_GRANT_FALSE',
    ],
    [
      'by a device that nobody knows',
      { device: keeperNamed('nobody').device },
      'EPOCH_GRANT_FALSE',
    ],
    ['in the name of another device', { device: bob.device }, 'EPOCH_GRANT_FALSE'],
    ['without a mirror', { mirrors: [] }, 'EPOCH_GRANT_FALSE'],
    ['that skips a number', { ordinal: 2 }, 'EPOCH_ORDINAL_FALSE'],
    ['of the highest number that there is', { ordinal: 2 ** 53 - 1 }, 'EPOCH_ORDINAL_FALSE'],
    ['that begins anew beside the others', { ordinal: 1, previous: [] }, 'EPOCH_ORDINAL_FALSE'],
    ['after one that nobody knows', { previous: [seeded('unknown')] }, 'EPOCH_ORDINAL_FALSE'],
  ])('%s is not followed', async (_, lie, fault) => {
    const { signed } = await opened(alice, [alice, bob], { secret, before, ...lie });
    expect(await judged(signed)).toBe(fault);
  });

  test('nothing of it can be changed on its way', async () => {
    const { signed } = await opened(alice, [alice, bob], { secret, before });
    for (let at = 0; at < signed.length; at++) {
      const changed = signed.with(at, signed[at]! ^ 1); // Within.
      expect(await judged(changed), `byte ${at}`).toBeOneOf([
        'EPOCH_GRANT_FALSE',
        'EPOCH_ORDINAL_FALSE',
      ]);
      expect(await judged(signed.subarray(0, at))).toBe('EPOCH_GRANT_FALSE');
    }
  });
});

describe('which epoch is written in', () => {
  const epoch = (ordinal: number, name: string, ...grantees: (typeof alice)[]) => ({
    statement: { ordinal, epoch: seeded(name), grantees },
    name,
  });
  const isIn = ({ device }: { device: string }) => device !== mallory.device;
  const chosen = (...all: ReturnType<typeof epoch>[]) =>
    epochToWriteIn(all.filter((one) => isClean(one as never, [], isIn)) as never[]) as
      | { name: string }
      | undefined;

  test('only one whose grantees are all in the group, those of later grants included', () => {
    const clean = { statement: { grantees: [alice, bob] } } as never;
    expect(isClean(clean, [], isIn)).toBe(true);
    expect(isClean(clean, [mallory], isIn)).toBe(false);
    expect(chosen(epoch(4, 'with mallory', alice, mallory), epoch(3, 'without', alice))?.name).toBe(
      'without',
    );
    expect(chosen(epoch(4, 'with mallory', alice, mallory))).toBeUndefined();
  });

  test('the highest ordinal, then the lowest id, whoever has found them in which order', () => {
    const all = [epoch(2, 'old', alice), epoch(3, 'one', alice), epoch(3, 'other', alice)];
    const lowest = toHex(seeded('one')) < toHex(seeded('other')) ? 'one' : 'other';
    expect(chosen(...all)?.name).toBe(lowest);
    expect(chosen(...all.toReversed())?.name).toBe(lowest);
  });
});
