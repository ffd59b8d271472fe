import { expect, test } from 'vitest';
import { toHex, utf8 } from '@covey/codec';
import { ed25519PublicKey } from '@covey/identity';
import { nodeDigests, nodeVerifier } from '@covey/node-crypto';
import { keeperNamed } from '../test/epoch-cast.ts';
import { tagOf } from './blinded-key.ts';
import { EpochKeys } from './epoch-keys.ts';
import { SlotKeys, slotNamed } from './slot-keys.ts';

const seeded = (label: string) => nodeDigests.sha256(utf8(label));
const keysOf = (secret: string, conversation = 'conversation') =>
  new EpochKeys(seeded(secret), nodeDigests.sha1(utf8(conversation)));
const [one, other] = [seeded('one mirror'), seeded('another mirror')];
const alice = keeperNamed('alice');
const aliceSeed = seeded('device of alice');

/** All that a mirror ever sees of a slot's keys. */
const seenOf = (slot: SlotKeys) => {
  const writer = slot.writerOf(alice.device, alice.key);
  return [slot.id, slot.readKey, writer, ...slot.rosterOf([writer])].map(toHex);
};

test('MIRR-1: no slot has anything in common with another: of other mirrors, epochs, conversations', () => {
  const slots = [
    new SlotKeys(keysOf('secret'), one),
    new SlotKeys(keysOf('secret'), other),
    new SlotKeys(keysOf('another'), one),
    new SlotKeys(keysOf('secret', 'another'), one),
  ];
  const seen = slots.flatMap(seenOf);
  expect(new Set(seen).size).toBe(seen.length);
});

test('every member comes to the same slot, and to the same W of each device', async () => {
  const slot = new SlotKeys(keysOf('secret'), one);
  const again = new SlotKeys(keysOf('secret'), one);
  expect(seenOf(slot)).toEqual(seenOf(again));
  expect(slotNamed(one, slot.readKey)).toEqual(slot.id);
  const writer = slot.writerOf(alice.device, alice.key);
  const signature = again.signerOf(alice.device, aliceSeed).sign(utf8('begin'));
  const asReader = slot.signAsReader(utf8('list'));
  const verifier = nodeVerifier();
  const holds = (key: Uint8Array, message: string, signed: Uint8Array) =>
    verifier.verify(ed25519PublicKey(key), 'ed25519', utf8(message), signed);
  expect(await holds(writer, 'begin', signature)).toBe(true);
  expect(await holds(slot.readKey, 'list', asReader)).toBe(true);
  expect(await holds(slot.readKey, 'begin', signature)).toBe(false);
});

test.each([
  [1, 8],
  [8, 8],
  [9, 16],
  [40, 64],
])('the roster of %i devices has %i tags, and hides which are real', (devices, tags) => {
  const slot = new SlotKeys(keysOf('secret'), one);
  const writers = Array.from({ length: devices }, (_, nth) => {
    const { device, key } = keeperNamed(`device ${nth}`);
    return slot.writerOf(device, key);
  });
  const roster = slot.rosterOf(writers).map(toHex);
  expect(roster).toHaveLength(tags);
  expect(roster).toEqual(roster.toSorted());
  for (const writer of writers) expect(roster).toContain(toHex(tagOf(writer)));
  expect(slot.rosterOf(writers.toReversed()).map(toHex)).toEqual(roster);
});
