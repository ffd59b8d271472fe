import { describe, expect, test } from 'vitest';
import { concatBytes, utf8 } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { nodeAead, nodeDigests, nodeVerifier } from '@covey/node-crypto';
import { keeperNamed } from '../test/epoch-cast.ts';
import { TestMirror, writerNamed } from '../test/mirror-log.ts';
import { readSegment, type SegmentAbout, writeSegment } from './segment.ts';
import { openSegment, sealedSize, sealSegment } from './segment-seal.ts';

const seeded = (label: string) => nodeDigests.sha256(utf8(label));
const slotKey = seeded('slot key');
const alice = keeperNamed('alice');
const mirror = new TestMirror();
mirror.open(writerNamed('alice'));
const about: SegmentAbout = {
  device: alice.device,
  epoch: seeded('epoch'),
  slot: mirror.slot,
  buildsOn: mirror.receipt().signed,
  previous: 3,
  heads: [nodeDigests.sha1(utf8('head'))],
  covers: undefined,
  body: 'pack',
};
const tools = { signer: alice.signer, salt32: seeded('salt'), aead: nodeAead };
const written = (body: Uint8Array, more: Partial<SegmentAbout> = {}) =>
  writeSegment(slotKey, { ...about, ...more }, body, tools);

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function read(bytes: Uint8Array) {
  const segment = await readSegment(slotKey, once(bytes), { size: bytes.length, aead: nodeAead });
  const parts: Uint8Array[] = [];
  for await (const part of segment.body) parts.push(part);
  return { ...segment, whole: concatBytes(...parts) };
}

const codeOf = (reading: Promise<unknown>) =>
  reading.then(
    () => 'read',
    (reason: unknown) => CoveyError.from(reason).code,
  );

describe('a segment', () => {
  test.each([0, 1, 3000, 65_536, 200_001])(
    'with a body of %i bytes is read again',
    async (length) => {
      const body = new Uint8Array(length).fill(7);
      const { header, whole, isSignedBy } = await read(await written(body));
      expect(whole).toEqual(body);
      expect(header).toEqual({ ...about, version: 1, length, sha256: nodeDigests.sha256(body) });
      expect(await isSignedBy(alice.key, nodeVerifier())).toBe(true);
      expect(await isSignedBy(keeperNamed('bob').key, nodeVerifier())).toBe(false);
    },
  );

  test('with anything short in it is one size', async () => {
    const sizes = new Set<number>();
    for (let length = 0; length <= 3000; length += 150) {
      sizes.add((await written(new Uint8Array(length))).length);
    }
    expect([...sizes]).toEqual([sealedSize(4096)]);
  });
});

describe('what a member can seal that is no segment', () => {
  const sealedAs = (plain: Uint8Array) => sealSegment(slotKey, plain, tools);
  const plainOf = async (body: Uint8Array) => {
    const bytes = await written(body);
    const parts: Uint8Array[] = [];
    for await (const part of openSegment(slotKey, once(bytes), {
      size: bytes.length,
      aead: nodeAead,
    })) {
      parts.push(part);
    }
    return concatBytes(...parts);
  };

  test.each<[string, (plain: Uint8Array) => Uint8Array]>([
    ['nothing at all', () => new Uint8Array()],
    ['half a length', () => new Uint8Array(3)],
    ['a header that ends beyond it', (plain) => plain.with(0, 255)],
    ['a header of another version', (plain) => plain.with(4 + 4 + 4 + 7, 2)],
    ['a header that is no frame', (plain) => plain.with(4 + 3, plain[4 + 3]! + 1)], // Within.
    ['padding that holds something', (plain) => plain.with(plain.length - 1, 1)],
    ['less than its body', (plain) => plain.subarray(0, 600)],
    ['another body', (plain) => plain.with(plain.lastIndexOf(7), 8)],
  ])('%s', async (_, lie) => {
    const plain = await plainOf(new Uint8Array(900).fill(7));
    expect(await codeOf(read(await sealedAs(plain)))).toBe('read');
    expect(await codeOf(read(await sealedAs(lie(plain))))).toBe('SEGMENT_CORRUPT');
  });
});
