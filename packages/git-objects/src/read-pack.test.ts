import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, utf8 } from '@covey/codec';
import { nodeDeflate, nodeDigests, nodeInflate } from '@covey/node-crypto';
import {
  applyDelta,
  DEFAULT_PACK_LIMITS,
  type GitObject,
  type Oid,
  oidBytes,
  oidOf,
  type PackLimits,
  parseOid,
  readPack,
  writePack,
} from './index.ts';

const blob = (text: string): GitObject => ({ type: 'blob', bytes: utf8(text) });
const oid = (object: GitObject) => oidOf(object, nodeDigests);

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function pack(objects: readonly GitObject[]): Promise<Uint8Array> {
  const options = { digests: nodeDigests, deflate: nodeDeflate };
  return concatBytes(...(await listOf(writePack(objects, objects.length, options))));
}

async function read(
  bytes: Uint8Array,
  limits: Partial<PackLimits> = {},
  base?: (oid: Oid) => Promise<GitObject | undefined>,
  chunkBytes = 1000,
) {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      yield bytes.slice(at, at + chunkBytes);
    }
  }
  const packed = readPack(chunks(), {
    limits: { ...DEFAULT_PACK_LIMITS, ...limits },
    digests: nodeDigests,
    inflate: nodeInflate,
    ...(base && { base }),
  });
  return (await listOf(packed)).map(({ object }) => object);
}

test('what is written is read back, however the bytes arrive', async () => {
  const objects = fc.uniqueArray(
    fc.record({
      type: fc.constantFrom('commit', 'tree', 'blob'),
      bytes: fc.uint8Array({ maxLength: 5000, size: 'max' }),
    }),
    { maxLength: 20, selector: oid },
  );
  await fc.assert(
    fc.asyncProperty(objects, fc.integer({ min: 1, max: 3000 }), async (list, chunkBytes) => {
      expect(await read(await pack(list), {}, undefined, chunkBytes)).toEqual(list);
    }),
    { numRuns: 50 },
  );
});

describe('SAFE-2: a pack is whole or refused', () => {
  const whole = pack([blob('one'), { type: 'commit', bytes: utf8('two') }, blob('x'.repeat(500))]);

  test('cut after any byte, it is refused', async () => {
    const bytes = await whole;
    for (let length = 0; length < bytes.length; length++) {
      await expect(read(bytes.subarray(0, length))).rejects.toMatchObject({
        code: 'PACK_MALFORMED',
      });
    }
  });

  test('with any bit changed, it is refused', async () => {
    const bytes = await whole;
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const changed = bytes.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      await expect(read(changed)).rejects.toMatchObject({
        code: expect.stringMatching(/^PACK_(MALFORMED|LIMIT_EXCEEDED)$/),
      });
    }
  });

  test('any bytes behind a right header are refused with a reason', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), async (bytes) => {
        const start = Uint8Array.of(0x50, 0x41, 0x43, 0x4b, 0, 0, 0, 2, 0, 0, 0, 3);
        await expect(read(concatBytes(start, bytes))).rejects.toMatchObject({
          data: { defect: expect.any(String) },
        });
      }),
    );
  });
});

describe('SAFE-2: limits', () => {
  const objects = [blob('a'.repeat(100)), blob('b'.repeat(100))];
  test.each<[string, Partial<PackLimits>]>([
    ['too many bytes', { maxPackBytes: 50 }],
    ['too many objects', { maxObjects: 1 }],
    ['a blob is too large', { maxObjectBytes: { commit: 1000, tree: 1000, blob: 99 } }],
    ['too many inflated bytes', { maxInflatedBytes: 199 }],
  ])('%s', async (defect, limits) => {
    await expect(read(await pack(objects), limits)).rejects.toMatchObject({
      code: 'PACK_LIMIT_EXCEEDED',
      data: { defect },
    });
  });

  test('what stands exactly at the limits is taken', async () => {
    const bytes = await pack(objects);
    const limits = {
      maxPackBytes: bytes.length,
      maxObjects: 2,
      maxObjectBytes: { commit: 0, tree: 0, blob: 100 },
      maxInflatedBytes: 200,
    };
    expect(await read(bytes, limits)).toEqual(objects);
  });

  test('a stream that does not end is cut off at the limit', async () => {
    let sent = 0;
    let stopped = false;
    async function* endless() {
      try {
        yield Uint8Array.of(0x50, 0x41, 0x43, 0x4b, 0, 0, 0, 2, 0, 0, 0, 1, 0xb1, 0x80, 0x10);
        for (;;) {
          sent += 1000;
          yield new Uint8Array(1000);
        }
      } finally {
        stopped = true;
      }
    }
    const limits = { ...DEFAULT_PACK_LIMITS, maxPackBytes: 100_000 };
    const packed = readPack(endless(), { limits, digests: nodeDigests, inflate: nodeInflate });
    await expect(listOf(packed)).rejects.toMatchObject({ name: 'CoveyError' });
    expect(sent).toBeLessThanOrEqual(101_000);
    expect(stopped).toBe(true);
  });
});

describe('deltas', () => {
  const base = blob('the quick brown fox');
  /** Copies the first nine bytes of a base of 19, then adds `end` (git: gitformat-pack). */
  const program = (end: string) =>
    concatBytes(Uint8Array.of(19, 9 + end.length, 0x90, 9, end.length), utf8(end));
  const entry = (head: readonly number[], ...rest: readonly Uint8Array[]) =>
    concatBytes(Uint8Array.from(head), ...rest);
  const refDelta = (on: Oid, bytes: Uint8Array) =>
    entry([0x70 | bytes.length], oidBytes(on), nodeDeflate(bytes));
  const wholeBase = entry([0xb0 | (19 & 15), 1], nodeDeflate(base.bytes));
  const packOf = (...entries: readonly Uint8Array[]) => {
    const body = concatBytes(utf8('PACK'), Uint8Array.of(0, 0, 0, 2, 0, 0, 0, entries.length));
    const bytes = concatBytes(body, ...entries);
    return concatBytes(bytes, nodeDigests.sha1(bytes));
  };

  test('a program copies and inserts', () => {
    expect(applyDelta(base.bytes, program('cat'))).toEqual(utf8('the quickcat'));
  });

  test('a base that comes later in the pack is waited for, and so is a chain', async () => {
    const first = blob('the quick1');
    // On the first result, ten bytes long: all of it, and more.
    const second = Uint8Array.of(10, 11, 0x90, 10, 1, 0x32);
    const bytes = packOf(
      refDelta(oid(first), second),
      refDelta(oid(base), program('1')),
      wholeBase,
    );
    expect(await read(bytes)).toEqual([base, first, blob('the quick12')]);
  });

  test('a thin pack needs somebody who has the base', async () => {
    const bytes = packOf(refDelta(oid(base), program('2')));
    const asked: Oid[] = [];
    const outside = async (wanted: Oid) => {
      asked.push(wanted);
      return base;
    };
    expect(await read(bytes, {}, outside)).toEqual([blob('the quick2')]);
    expect(asked).toEqual([oid(base)]);
    await expect(read(bytes)).rejects.toMatchObject({
      data: { defect: 'a delta base is missing' },
    });
  });

  test('a chain as deep as the limit is read, and one step more is not', async () => {
    const bytes = packOf(
      wholeBase,
      refDelta(oid(base), program('1')),
      refDelta(oid(blob('the quick1')), Uint8Array.of(10, 11, 0x90, 10, 1, 0x32)),
    );
    expect(await read(bytes, { maxDeltaDepth: 2 })).toHaveLength(3);
    await expect(read(bytes, { maxDeltaDepth: 1 })).rejects.toMatchObject({
      data: { defect: 'a chain of deltas is too long' },
    });
  });

  test('a delta on itself by id is a base that never comes', async () => {
    const bytes = packOf(refDelta(parseOid('1'.repeat(40)), program('3')), wholeBase);
    await expect(read(bytes)).rejects.toMatchObject({
      data: { defect: 'a delta base is missing' },
    });
  });
});

test('SAFE-2: an object with the marks of an attack on SHA-1 is refused with its whole pack', async () => {
  const chosen = blob('x'.repeat(100));
  const isAttack = (...parts: readonly Uint8Array[]) =>
    parts.some((part) => part.length === 100 && part[0] === 0x78);
  const options = { limits: DEFAULT_PACK_LIMITS, digests: nodeDigests, inflate: nodeInflate };
  async function* chunks() {
    yield pack([blob('one'), chosen]);
  }
  const alarm = { code: 'OBJECT_COLLISION', data: { oid: oid(chosen) } };
  await expect(listOf(readPack(chunks(), { ...options, isAttack }))).rejects.toMatchObject(alarm);
  expect(await listOf(readPack(chunks(), options))).toHaveLength(2);
});
