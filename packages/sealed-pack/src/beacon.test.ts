import { describe, expect, test } from 'vitest';
import { utf8 } from '@covey/codec';
import { nodeAead, nodeDigests, nodeVerifier } from '@covey/node-crypto';
import { keeperNamed } from '../test/epoch-cast.ts';
import { TestMirror, writerNamed } from '../test/mirror-log.ts';
import { type Beacon, type BeaconReader, readBeacon, writeBeacon } from './beacon.ts';
import { EpochKeys } from './epoch-keys.ts';
import { SlotKeys } from './slot-keys.ts';
import { SMALL_SEAL_BYTES, sealSmall } from './small-seal.ts';

const seeded = (label: string) => nodeDigests.sha256(utf8(label));
const epoch = new EpochKeys(seeded('secret'), nodeDigests.sha1(utf8('conversation')));
const alice = keeperNamed('alice');
const mirrors = ['one', 'other'].map((name) => {
  const { key } = new TestMirror(name);
  const mirror = new TestMirror(name, new SlotKeys(epoch, key).id);
  mirror.open(writerNamed('alice'));
  return mirror;
}) as [TestMirror, TestMirror]; // Two.
const receiptOf = (nth: 0 | 1) => ({ mirror: nth, receipt: mirrors[nth].receipt() as never });
const beacon: Beacon = {
  device: alice.device,
  time: 1_700_000_000,
  heads: ['a', 'b', 'c'].map((name) => nodeDigests.sha1(utf8(name))),
  allHeads: seeded('all heads'),
  receipts: [receiptOf(0), receiptOf(1)],
};
const reader: BeaconReader = {
  epoch,
  mirrors: mirrors.map(({ key }) => key),
  keyOf: (device) => [alice, keeperNamed('bob')].find((each) => each.device === device)?.key,
  verifier: nodeVerifier(),
};

describe('a beacon', () => {
  test('is read again, with the receipts of its mirrors', async () => {
    const bytes = await writeBeacon(beacon, epoch, alice.signer);
    expect(await readBeacon(bytes, reader)).toEqual(beacon);
  });

  test('of the most and of the least has room in the one size of the DHT', async () => {
    for (const each of [beacon, { ...beacon, heads: [], receipts: [] }]) {
      const sealed = await sealSmall(seeded('key'), await writeBeacon(each, epoch, alice.signer), {
        ...{ size: 496 + SMALL_SEAL_BYTES, salt32: seeded('salt'), aead: nodeAead },
      });
      expect(sealed).toHaveLength(544);
    }
  });

  test('is dropped when its device hasn’t signed it, or nobody knows the device', async () => {
    const byBob = await writeBeacon(beacon, epoch, keeperNamed('bob').signer);
    expect(await readBeacon(byBob, reader)).toBeUndefined();
    const unknown = keeperNamed('carol');
    const byCarol = await writeBeacon({ ...beacon, device: unknown.device }, epoch, unknown.signer);
    expect(await readBeacon(byCarol, reader)).toBeUndefined();
    const bytes = await writeBeacon(beacon, epoch, alice.signer);
    for (let at = 0; at < bytes.length; at += 3) {
      expect(
        await readBeacon(bytes.with(at, bytes[at]! ^ 1), reader),
        `byte ${at}`,
      ).toBeUndefined(); // Within.
    }
  });

  test('of another conversation is dropped, though the same device has signed it', async () => {
    const another = new EpochKeys(seeded('secret'), nodeDigests.sha1(utf8('another')));
    const bytes = await writeBeacon(beacon, another, alice.signer);
    expect(await readBeacon(bytes, reader)).toBeUndefined();
  });

  test('shows no receipt that its mirror hasn’t signed for this slot', async () => {
    const swapped = [
      { ...receiptOf(0), mirror: 1 },
      { ...receiptOf(1), mirror: 7 },
    ];
    const bytes = await writeBeacon({ ...beacon, receipts: swapped }, epoch, alice.signer);
    expect((await readBeacon(bytes, reader))?.receipts).toEqual([]);
  });
});
