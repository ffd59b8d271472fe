import { expect, test } from 'vitest';
import { utf8 } from '@covey/codec';
import { nodeAead, nodeDigests } from '@covey/node-crypto';
import { openSmall, sealSmall } from './small-seal.ts';

const seeded = (label: string) => nodeDigests.sha256(utf8(label));
const key = seeded('key');
const sealed = (frame: Uint8Array, salt = 'salt') =>
  sealSmall(key, frame, { size: 544, salt32: seeded(salt), aead: nodeAead });

test('frames of all lengths are one size and open again', async () => {
  for (const length of [0, 1, 100, 491, 492]) {
    const frame = new Uint8Array(length).fill(5);
    const bytes = await sealed(frame);
    expect(bytes).toHaveLength(544);
    expect(await openSmall(key, bytes, nodeAead)).toEqual(frame);
  }
});

test('a frame that has no room is refused', async () => {
  await expect(sealed(new Uint8Array(493))).rejects.toMatchObject({ code: 'ENCODING_MALFORMED' });
});

test('nothing opens with another key, with any bit changed, or cut', async () => {
  const bytes = await sealed(utf8('a beacon'));
  expect(await openSmall(seeded('another'), bytes, nodeAead)).toBeUndefined();
  for (let at = 0; at < bytes.length; at += 7) {
    const flipped = bytes.slice();
    flipped[at]! ^= 1; // Within.
    expect(await openSmall(key, flipped, nodeAead)).toBeUndefined();
    expect(await openSmall(key, bytes.subarray(0, at), nodeAead)).toBeUndefined();
  }
});

test('the same frame is never the same bytes', async () => {
  const [one, other] = [await sealed(utf8('again')), await sealed(utf8('again'), 'another salt')];
  expect(one.filter((byte, at) => byte === other[at]).length).toBeLessThan(30);
});
