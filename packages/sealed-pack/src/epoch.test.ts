import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex, toHex, utf8 } from '@covey/codec';
import { nodeAead, nodeDigests, nodeVerifier } from '@covey/node-crypto';
import { conversation, keeperNamed, opened, tools } from '../test/epoch-cast.ts';
import { type EpochWitness, epochToWriteIn, isClean, judgeEpoch } from './epoch.ts';
import { EpochKeys } from './epoch-keys.ts';
import { grantEntries, type Handover, judgeHandover } from './handover.ts';

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
const MIRROR = { key: seeded('mirror'), url: 'https://a.example' };
const twice = [alice.account, bob.account]
  .sort()
  .map((account) => ({ device: alice.device, account }));
const judged = (signed: Uint8Array, of = secret) => judgeEpoch(signed, of, witness);

const reading = (who: typeof alice) => ({ ...who, before, witness, aead: nodeAead });
/** What somebody finds: the ordinal of the epoch, or why there is none. */
const found = async (handover: Handover, who: typeof alice) => {
  const epoch = await judgeHandover(handover, reading(who));
  return typeof epoch === 'string' ? epoch : epoch.statement.ordinal;
};
const tagOf = (who: typeof alice, epoch: Uint8Array) =>
  toHex(before.derive('tag', concatBytes(epoch, fromHex(who.device)), 8));
const isOf = (who: typeof alice, { epoch }: Handover) => {
  const tag = tagOf(who, epoch);
  return (entry: Uint8Array) => toHex(entry).startsWith(tag);
};

describe('a handover', () => {
  test('gives the secret to each of the granted, and to nobody else', async () => {
    const { handover, after } = await opened(alice, [alice, bob, carol], { secret, before });
    for (const who of [alice, bob, carol]) {
      expect(await judgeHandover(handover, reading(who))).toMatchObject({ keys: { id: after.id } });
    }
    expect(await found(handover, mallory)).toBe('EPOCH_NOT_GRANTED');
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

  test('doesn’t tell by their places or looks whose entries are whose', async () => {
    const places = new Set<number>();
    for (let nth = 0; nth < 40; nth++) {
      const { handover } = await opened(alice, [alice, bob], { secret, before });
      places.add(handover.entries.findIndex(isOf(bob, handover)));
      // A key of X25519 has its top bit clear: so have those of nobody.
      expect(handover.entries.every((entry) => entry[8 + 31]! < 128)).toBe(true); // 88 bytes.
    }
    expect(places.size).toBeGreaterThan(5);
  });

  test('an entry that was moved to another epoch opens for nobody', async () => {
    const { handover } = await opened(alice, [bob], { secret, before });
    const moved = { ...handover, epoch: seeded('another epoch') };
    expect(await found(moved, bob)).toBe('EPOCH_NOT_GRANTED');
  });

  test('an entry that was moved to another device opens for neither', async () => {
    const { handover } = await opened(alice, [bob], { secret, before });
    const tag = fromHex(tagOf(carol, handover.epoch));
    const moved = handover.entries.map((entry) =>
      isOf(bob, handover)(entry) ? concatBytes(tag, entry.subarray(8)) : entry,
    );
    expect(await found({ ...handover, entries: moved }, carol)).toBe('EPOCH_GRANT_FALSE');
    expect(await found({ ...handover, entries: moved }, bob)).toBe('EPOCH_NOT_GRANTED');
  });

  test('whose entries aren’t those that its statement tells of is not followed', async () => {
    const { handover } = await opened(alice, [bob], { secret, before });
    expect(await found(handover, bob)).toBe(1);
    const rubbish = handover.entries.find(isOf(bob, handover))!.slice(); // It is there.
    rubbish.fill(1, 8);
    const added = { ...handover, entries: [rubbish, ...handover.entries] };
    expect(await found(added, bob)).toBe('EPOCH_GRANT_FALSE');
    const swapped = { ...handover, entries: handover.entries.toReversed() };
    expect(await found(swapped, bob)).toBe('EPOCH_GRANT_FALSE');
  });

  test('with the note of another epoch is not followed', async () => {
    const { handover } = await opened(alice, [bob], { secret, before });
    const other = await opened(alice, [bob], { secret: seeded('a third secret'), before });
    expect(await found({ ...handover, note: other.handover.note }, bob)).toBe('EPOCH_GRANT_FALSE');
  });

  test('no grant is made to a key of small order', async () => {
    const weak = { device: bob.device, publicKey: new Uint8Array(32) };
    const after = new EpochKeys(secret, conversation);
    await expect(grantEntries(secret, [weak], { before, after }, tools)).rejects.toMatchObject({
      code: 'CERTIFICATE_KEY_WEAK',
    });
  });
});

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
    [
      'with one mirror twice',
      { mirrors: [MIRROR, { ...MIRROR, url: 'https://b.example' }] },
      'EPOCH_GRANT_FALSE',
    ],
    ['with one device in two accounts', { grantees: twice }, 'EPOCH_GRANT_FALSE'],
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
