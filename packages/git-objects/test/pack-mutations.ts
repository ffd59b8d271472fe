import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import { concatBytes, utf8 } from '@covey/codec';
import { nodeDigests } from '@covey/node-crypto';
import { type Oid, oidOf } from '../src/index.ts';
import type { Chance } from './chance.ts';
import { spliced } from './commit-mutations.ts';
import { copyInstruction, deltaProgram, deltaSize } from './delta-program.ts';
import { packBytes, type RawEntry, type RawPack, sealed } from './raw-pack.ts';
import { adler32, stored, storedHeader } from './stored.ts';

/** Changes one thing about a well formed pack; `undefined` when the pack has no such thing. */
export type PackMutation = (pack: RawPack, chance: Chance) => RawPack | Uint8Array | undefined;

/** Works on the finished bytes, and mends the checksum. */
function onBytes(change: (bytes: Uint8Array, chance: Chance) => Uint8Array): PackMutation {
  return (pack, chance) => sealed(change(packBytes(pack).bytes.slice(0, -20), chance));
}

/** Works on the finished bytes and leaves the checksum as it was. */
function unsealed(change: (bytes: Uint8Array, chance: Chance) => Uint8Array): PackMutation {
  return (pack, chance) => change(packBytes(pack).bytes, chance);
}

function inOne(
  isMeant: (entry: RawEntry) => boolean,
  change: (entry: RawEntry, chance: Chance) => RawEntry,
): PackMutation {
  return (pack, chance) => {
    const meant = pack.entries.filter(isMeant);
    if (meant.length === 0) return undefined;
    const chosen = change(chance.pick(meant), chance);
    return {
      ...pack,
      entries: pack.entries.map((entry) => (entry.key === chosen.key ? chosen : entry)),
    };
  };
}

const inAny = (change: (entry: RawEntry, chance: Chance) => RawEntry) => inOne(() => true, change);
const isDelta = ({ type }: RawEntry) => type >= 6;

/** A delta program in its parts. */
function inProgram(
  change: (
    program: { readonly baseSize: number; readonly resultSize: number; readonly code: Uint8Array },
    chance: Chance,
  ) => Uint8Array,
): PackMutation {
  return inOne(isDelta, (entry, chance) => {
    const [baseSize, codeAt] = sizeAt(entry.body, 0);
    const [resultSize, start] = sizeAt(entry.body, codeAt);
    return {
      ...entry,
      body: change({ baseSize, resultSize, code: entry.body.subarray(start) }, chance),
    };
  });
}

function sizeAt(bytes: Uint8Array, start: number): readonly [size: number, end: number] {
  let size = 0;
  for (let at = start; ; at++) {
    const byte = bytes[at] ?? 0;
    size += (byte & 127) * 128 ** (at - start);
    if (byte < 128) return [size, at + 1];
  }
}

/** One bit of a zlib stream, between two places in it. */
function streamBit(range: (length: number) => readonly [first: number, end: number]): PackMutation {
  return inAny((entry, chance) => {
    const stream = entry.deflate(entry.body);
    const [first, end] = range(stream.length);
    const changed = flipped(stream, chance.between(first, end - 1), chance);
    return { ...entry, deflate: () => changed };
  });
}

function flipped(bytes: Uint8Array, at: number, chance: Chance): Uint8Array {
  return bytes.with(at, bytes[at]! ^ (1 << chance.between(0, 7))); // `at` is within the bytes
}

/** A stream that is right, and longer than it need be by so many empty blocks. */
function withEmptyBlocks(count: number) {
  return (body: Uint8Array): Uint8Array => {
    const stream = stored(body);
    const empty = storedHeader(0, false);
    const blocks = Uint8Array.from({ length: 5 * count }, (_, at) => empty[at % 5]!); // five bytes
    return concatBytes(stream.subarray(0, 2), blocks, stream.subarray(2));
  };
}

const byOffset = ({ type }: RawEntry) => type === 6;

/** One step away from a well formed pack each, by name. */
export const PACK_MUTATIONS: Readonly<Record<string, PackMutation>> = {
  'another magic': (pack, chance) => ({ ...pack, magic: chance.pick(['pack', 'PACJ', 'KCAP']) }),
  'version 3': (pack) => ({ ...pack, version: 3 }),
  'another version': (pack, chance) => ({ ...pack, version: chance.pick([0, 1, 4, 2 ** 25]) }),
  'count one more': (pack) => ({ ...pack, count: pack.entries.length + 1 }),
  'count one less': (pack) =>
    pack.entries.length > 0 ? { ...pack, count: pack.entries.length - 1 } : undefined,
  'count of nothing': (pack) => (pack.entries.length > 0 ? { ...pack, count: 0 } : undefined),
  'count of many': (pack, chance) => ({ ...pack, count: chance.pick([20_000, 20_001, 2 ** 31]) }),
  'bit in the trailer': unsealed((bytes, chance) =>
    flipped(bytes, bytes.length - chance.between(1, 20), chance),
  ),
  'one bit': unsealed((bytes, chance) =>
    flipped(bytes, chance.between(0, bytes.length - 1), chance),
  ),
  truncated: unsealed((bytes, chance) => bytes.subarray(0, chance.between(0, bytes.length - 1))),
  'truncated in the trailer': unsealed((bytes, chance) =>
    bytes.subarray(0, -chance.between(1, 20)),
  ),
  'bytes after the end': unsealed((bytes, chance) =>
    concatBytes(bytes, chance.bytes(chance.pick([1, 20, 5000]))),
  ),
  'twice, one after the other': unsealed((bytes) => concatBytes(bytes, bytes)),
  'bytes before the trailer': onBytes((bytes, chance) =>
    concatBytes(bytes, chance.bytes(chance.between(1, 30))),
  ),
  'one bit, right checksum': onBytes((bytes, chance) =>
    flipped(bytes, chance.between(0, bytes.length - 1), chance),
  ),
  'one byte put in, right checksum': onBytes((bytes, chance) =>
    spliced(bytes, chance.between(0, bytes.length), 0, chance.bytes(1)),
  ),
  'one byte left out, right checksum': onBytes((bytes, chance) =>
    spliced(bytes, chance.between(0, bytes.length - 1), 1, new Uint8Array()),
  ),
  'an entry left out': (pack, chance) =>
    pack.entries.length > 0
      ? { entries: pack.entries.toSpliced(chance.between(0, pack.entries.length - 1), 1) }
      : undefined,
  'an entry twice': (pack, chance) => {
    if (pack.entries.length === 0) return undefined;
    const entry = { ...chance.pick(pack.entries), key: pack.entries.length };
    return { entries: [...pack.entries, entry] };
  },
  'size one more': inAny((entry) => ({ ...entry, size: BigInt(entry.body.length + 1) })),
  'size one less': inOne(
    ({ body }) => body.length > 0,
    (entry) => ({ ...entry, size: BigInt(entry.body.length - 1) }),
  ),
  'size of much': inAny((entry, chance) => ({
    ...entry,
    size: chance.pick([1n << 27n, (1n << 32n) + BigInt(entry.body.length), 1n << 59n, 1n << 66n]),
  })),
  'size in a longer form': inAny((entry, chance) => ({ ...entry, padding: chance.between(1, 3) })),
  'type without meaning': inAny((entry, chance) => ({ ...entry, type: chance.pick([0, 5]) })),
  'a broken tag': inAny((entry) => ({ ...entry, type: 4 })),
  'a tag': (pack) => {
    const blob = pack.entries.find(({ type }) => type === 3);
    if (!blob) return undefined;
    const text = `object ${blobOid(blob.body)}\ntype blob\ntag v1\ntagger A <a@b> 17 +0000\n\nx\n`;
    const entry = { key: pack.entries.length, type: 4, body: utf8(text), deflate: stored };
    return { entries: [...pack.entries, entry] };
  },
  'another type': inOne(
    ({ type }) => type <= 3,
    (entry, chance) => ({ ...entry, type: ((entry.type + chance.between(0, 1)) % 3) + 1 }),
  ),
  'distance of nothing': inOne(byOffset, (entry) => ({ ...entry, base: { distance: 0 } })),
  'distance beyond the start': inOne(byOffset, (entry, chance) => ({
    ...entry,
    base: { distance: chance.pick([1e6, 2 ** 31, 2 ** 33, 2 ** 52]) },
  })),
  'distance into the middle': (pack, chance) => {
    const { starts } = packBytes(pack);
    const at = pack.entries.findIndex(byOffset);
    if (at < 0) return undefined;
    const wrong = chance.between(1, starts[at]! - 1); // deltas by offset are in the list
    if (starts.includes(starts[at]! - wrong)) return undefined;
    return { entries: pack.entries.with(at, { ...pack.entries[at]!, base: { distance: wrong } }) };
  },
  'distance in a longer form': (pack, chance) => {
    const { bytes, starts } = packBytes(pack);
    const at = pack.entries.findIndex(byOffset);
    if (at < 0) return undefined;
    // 0x80 in front adds 128 to the distance: there is no longer form of the same one.
    let place = starts[at]!; // as above
    while (bytes[place]! >= 128) place++;
    return sealed(
      spliced(bytes.slice(0, -20), place + 1, 0, Uint8Array.of(chance.pick([0x80, 0xff]))),
    );
  },
  'a base that nobody has': inOne(
    ({ type }) => type === 7,
    (entry, chance) => ({ ...entry, base: chance.hex(40) }),
  ),
  'deltas on each other': (_, chance) => cycle(chance, false),
  'deltas on each other, and one whole': (_, chance) => cycle(chance, true),
  'instruction of nothing': inProgram(({ baseSize, resultSize, code }, chance) =>
    program(
      baseSize,
      resultSize,
      chance.isOneIn(2) ? concatBytes(ZERO, code) : concatBytes(code, ZERO),
    ),
  ),
  'copy beyond the base': inProgram(({ baseSize, resultSize }, chance) => {
    const copy = chance.pick([baseSize, Math.max(0, baseSize - resultSize + 1), 2 ** 32 - 1]);
    const instruction = copyInstruction(copy, Math.max(1, Math.min(resultSize, 2 ** 24 - 1)));
    return program(baseSize, resultSize, instruction);
  }),
  'another copy': inProgram(({ baseSize }, chance) => {
    const copy = chance.between(0, Math.max(0, baseSize - 1));
    const size = Math.max(1, Math.min(baseSize - copy, 0xffff));
    return program(baseSize, size, copyInstruction(copy, size));
  }),
  'program cut short': inProgram(({ baseSize, resultSize, code }, chance) =>
    program(baseSize, resultSize, code.subarray(0, -chance.between(1, Math.max(1, code.length)))),
  ),
  'program with more': inProgram(({ baseSize, resultSize, code }, chance) =>
    program(baseSize, resultSize, concatBytes(code, chance.pick([INSERT, ONE_TOO_FEW, COPY]))),
  ),
  'program of nothing': inProgram(() => new Uint8Array()),
  'base size wrong': inProgram(({ baseSize, resultSize, code }, chance) =>
    program(chance.pick([baseSize + 1, Math.abs(baseSize - 1), 0]), resultSize, code),
  ),
  'result size one more': inProgram(({ baseSize, resultSize, code }) =>
    program(baseSize, resultSize + 1, code),
  ),
  'result size one less': inProgram(({ baseSize, resultSize, code }) =>
    program(baseSize, Math.abs(resultSize - 1), code),
  ),
  'result size of much': inProgram(({ baseSize, code }, chance) =>
    program(baseSize, chance.pick([2 ** 48, 2 ** 52]), code),
  ),
  'base size in a longer form': inProgram(({ baseSize, resultSize, code }) =>
    concatBytes(deltaSize(baseSize, 1), deltaSize(resultSize), code),
  ),
  'result size in a longer form': inProgram(({ baseSize, resultSize, code }) =>
    concatBytes(deltaSize(baseSize), deltaSize(resultSize, 2), code),
  ),
  'bit in a stream': streamBit((length) => [2, length - 4]),
  'bit in the head of a stream': streamBit(() => [0, 2]),
  'bit in the checksum of a stream': streamBit((length) => [length - 4, length]),
  'stream cut short': inAny((entry, chance) => ({
    ...entry,
    deflate: (body) => entry.deflate(body).slice(0, -chance.between(1, 5)),
  })),
  'stream followed by bytes': inAny((entry, chance) => ({
    ...entry,
    deflate: (body) => concatBytes(entry.deflate(body), chance.bytes(chance.between(1, 5))),
  })),
  'stream with a dictionary': inAny((entry) => ({
    ...entry,
    deflate: (body) => deflateSync(body, { dictionary: utf8('tree parent author') }),
  })),
  'stream without a head': inAny((entry) => ({
    ...entry,
    deflate: (body) => stored(body).subarray(2),
  })),
  'stream with a wrong length': inAny((entry) => ({
    ...entry,
    deflate: (body) => {
      const stream = stored(body);
      return stream.with(5, stream[5]! ^ 1); // a header of two bytes and one of five
    },
  })),
  'stream flushed in the middle': inAny((entry) => ({
    ...entry,
    deflate: (body) => {
      const [start, rest] = [body.subarray(0, body.length / 2), body.subarray(body.length / 2)];
      const head = deflateSync(start, { finishFlush: constants.Z_SYNC_FLUSH });
      return concatBytes(head, deflateRawSync(rest), adler32(body));
    },
  })),
  'stream with a few empty blocks': inAny((entry) => ({ ...entry, deflate: withEmptyBlocks(3) })),
  'stream with many empty blocks': inAny((entry) => ({
    ...entry,
    deflate: withEmptyBlocks(100 + entry.body.length),
  })),
  'stream of other bytes': inAny((entry) => ({
    ...entry,
    deflate: (body) => concatBytes(stored(body).subarray(0, -4), adler32(concatBytes(body, ZERO))),
  })),
};

const ZERO = Uint8Array.of(0);
const INSERT = Uint8Array.of(1, 0x78);
const ONE_TOO_FEW = Uint8Array.of(2, 0x78);
const COPY = Uint8Array.of(0x90, 1);

function program(baseSize: number, resultSize: number, code: Uint8Array): Uint8Array {
  return concatBytes(deltaSize(baseSize), deltaSize(resultSize), code);
}

function blobOid(bytes: Uint8Array): Oid {
  return oidOf({ type: 'blob', bytes }, nodeDigests);
}

/** Two blobs, each a delta on the other; the ids are right. */
function cycle(chance: Chance, isOneWhole: boolean): RawPack {
  const [one, other] = [chance.bytes(20), chance.bytes(20)];
  const delta = (key: number, base: Uint8Array, result: Uint8Array): RawEntry => ({
    key,
    type: 7,
    base: blobOid(base),
    body: deltaProgram(base.length, result.length, [{ insert: result }]),
    deflate: stored,
  });
  const entries = [delta(0, one, other), delta(1, other, one)];
  return {
    entries: isOneWhole ? [...entries, { key: 2, type: 3, body: one, deflate: stored }] : entries,
  };
}
