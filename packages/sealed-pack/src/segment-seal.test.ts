import { describe, expect, test } from 'vitest';
import { concatBytes, utf8 } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { nodeAead, nodeDigests } from '@covey/node-crypto';
import { openSegment, sealedSize, sealSegment } from './segment-seal.ts';

const CHUNK = 64 * 1024;
const HEAD = 49;
const seeded = (label: string) => nodeDigests.sha256(utf8(label));
const slotKey = seeded('slot');
/** Each byte tells its chunk. */
const bodyOf = (length: number) =>
  new Uint8Array(length).map((_, at) => 1 + Math.floor(at / CHUNK));
const sealed = (plain: Uint8Array, key = slotKey) =>
  sealSegment(key, plain, { salt32: seeded('salt'), aead: nodeAead });

async function* inParts(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** All that is given of a segment, and what it ends with. */
async function read(bytes: Uint8Array, { key = slotKey, size = bytes.length, part = 10_000 } = {}) {
  const given: Uint8Array[] = [];
  try {
    for await (const chunk of openSegment(key, inParts(bytes, part), { size, aead: nodeAead })) {
      given.push(chunk);
    }
  } catch (reason) {
    if (!CoveyError.is(reason)) throw reason;
    return { given: concatBytes(...given), failed: reason.code };
  }
  return { given: concatBytes(...given), failed: undefined };
}

/** The chunks of a segment, with their tags. */
const chunksOf = (bytes: Uint8Array) => {
  const chunks: Uint8Array[] = [];
  for (let at = HEAD; at < bytes.length; at += CHUNK + 16) {
    chunks.push(bytes.subarray(at, at + CHUNK + 16));
  }
  return chunks;
};

describe('a segment', () => {
  test.each([0, 1, 4096, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5])(
    'of %i bytes opens again, however it is cut on its way',
    async (length) => {
      const plain = bodyOf(length);
      const bytes = await sealed(plain);
      expect(bytes).toHaveLength(sealedSize(length));
      for (const part of [1000, CHUNK, CHUNK + 16, bytes.length]) {
        expect(await read(bytes, { part })).toEqual({ given: plain, failed: undefined });
      }
    },
  );

  test('of another slot is known before anything is decrypted', async () => {
    const bytes = await sealed(bodyOf(5000), seeded('another slot'));
    let opened = 0;
    const open = async () => {
      opened++;
      return undefined;
    };
    const opening = openSegment(slotKey, inParts(bytes, 100), {
      size: bytes.length,
      aead: { ...nodeAead, open },
    });
    await expect(opening.next()).rejects.toMatchObject({ code: 'SEGMENT_WRONG_KEY' });
    expect(opened).toBe(0);
  });

  test('of a version to come isn’t opened', async () => {
    const bytes = await sealed(bodyOf(100));
    bytes[0] = 2;
    expect(await read(bytes)).toMatchObject({ failed: 'SEGMENT_WRONG_KEY' });
  });
});

describe('what a mirror can do to a segment', () => {
  const length = 3 * CHUNK + 500;

  test.each([0, 1, 2, 3])(
    'a flipped bit in chunk %i: nothing of it is given, nor after it',
    async (nth) => {
      const bytes = await sealed(bodyOf(length));
      bytes[HEAD + nth * (CHUNK + 16) + 77]! ^= 4; // Within.
      expect(await read(bytes)).toEqual({
        given: bodyOf(length).subarray(0, nth * CHUNK),
        failed: 'SEGMENT_CORRUPT',
      });
    },
  );

  test.each([
    ['two are swapped', [1, 0, 2, 3], 0],
    ['one is told twice', [0, 0, 1, 2, 3], 1],
    ['one is left out', [0, 2, 3], 1],
    ['the last one comes first', [3, 0, 1, 2], 0],
  ])('%s', async (_, order, good) => {
    const bytes = await sealed(bodyOf(length));
    const chunks = chunksOf(bytes);
    const moved = concatBytes(bytes.subarray(0, HEAD), ...order.map((at) => chunks[at]!)); // There.
    const { given, failed } = await read(moved);
    expect(failed).toBe('SEGMENT_CORRUPT');
    expect(given).toEqual(bodyOf(length).subarray(0, good * CHUNK));
  });

  test('it is cut at the end of a chunk, or anywhere', async () => {
    const bytes = await sealed(bodyOf(length));
    for (const count of [1, 2, 3]) {
      const cut = bytes.subarray(0, HEAD + count * (CHUNK + 16));
      expect(await read(cut)).toMatchObject({ failed: 'SEGMENT_TRUNCATED' });
      expect(await read(cut, { size: bytes.length })).toMatchObject({
        failed: 'SEGMENT_TRUNCATED',
      });
    }
    for (const at of [0, 1, HEAD - 1, HEAD, HEAD + 100, bytes.length - 1]) {
      const { failed } = await read(bytes.subarray(0, at), { size: bytes.length });
      expect(failed).toBe('SEGMENT_TRUNCATED');
    }
  });

  test('chunks of another segment with the same key don’t fit', async () => {
    const one = await sealed(bodyOf(CHUNK + 10));
    const other = await sealSegment(slotKey, bodyOf(CHUNK + 10), {
      ...{ salt32: seeded('another salt'), aead: nodeAead },
    });
    const mixed = concatBytes(
      one.subarray(0, HEAD + CHUNK + 16),
      other.subarray(HEAD + CHUNK + 16),
    );
    expect(await read(mixed)).toMatchObject({ failed: 'SEGMENT_CORRUPT' });
  });

  test('it sends more than the entry says: the reader stops', async () => {
    const bytes = await sealed(bodyOf(5000));
    let taken = 0;
    async function* endless() {
      yield bytes;
      for (;;) {
        taken++;
        yield bytes;
      }
    }
    const opening = openSegment(slotKey, endless(), { size: bytes.length, aead: nodeAead });
    for await (const chunk of opening) expect(chunk).toEqual(bodyOf(5000));
    expect(taken).toBe(0);
  });
});
