import { concatBytes, fromHex, utf8 } from '@covey/codec';
import { nodeDigests } from '@covey/node-crypto';

/** An entry as its bytes will be, true or not. */
export interface RawEntry {
  /** Names the entry among those of its pack, wherever it stands. */
  readonly key: number;
  /** As in gitformat-pack: 1 commit, 2 tree, 3 blob, 4 tag, 6 delta on an offset, 7 delta on an id. */
  readonly type: number;
  /** The entry that a delta is on, or its distance, for type 6; an id for type 7. */
  readonly base?: { readonly key: number } | { readonly distance: number } | string;
  /** An object or a delta program. */
  readonly body: Uint8Array;
  /** How the body is packed. */
  readonly deflate: (body: Uint8Array) => Uint8Array;
  /** What the header says, when not the length of the body. */
  readonly size?: bigint;
  /** Bytes that the size takes beyond its shortest form. */
  readonly padding?: number;
}

/** A pack before it becomes bytes. */
export interface RawPack {
  readonly entries: readonly RawEntry[];
  readonly magic?: string;
  readonly version?: number;
  /** When not the number of entries. */
  readonly count?: number;
}

/** The bytes with the checksum of a pack behind them. */
export function sealed(bytes: Uint8Array): Uint8Array {
  return concatBytes(bytes, nodeDigests.sha1(bytes));
}

/** The bytes of a pack with the right checksum, and where its entries and their zlib streams start. */
export function packBytes({ entries, magic = 'PACK', version = 2, count }: RawPack): {
  readonly bytes: Uint8Array;
  readonly starts: readonly number[];
} {
  const parts = [utf8(magic), word(version), word(count ?? entries.length)];
  const offsets = new Map<number, number>();
  const starts: number[] = [];
  let offset = 12;
  for (const entry of entries) {
    offsets.set(entry.key, offset);
    starts.push(offset);
    const bytes = concatBytes(
      typeAndSize(entry),
      baseBytes(entry, offset, offsets),
      entry.deflate(entry.body),
    );
    parts.push(bytes);
    offset += bytes.length;
  }
  return { bytes: sealed(concatBytes(...parts)), starts };
}

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function typeAndSize({ type, body, size = BigInt(body.length), padding = 0 }: RawEntry) {
  const bytes = [(type << 4) | Number(size & 15n)];
  for (let rest = size >> 4n; rest > 0n; rest >>= 7n) bytes.push(Number(rest & 127n));
  for (let left = padding; left > 0; left--) bytes.push(0);
  return Uint8Array.from(bytes, (byte, at) => (at < bytes.length - 1 ? byte | 0x80 : byte));
}

function baseBytes(
  { base }: RawEntry,
  offset: number,
  offsets: ReadonlyMap<number, number>,
): Uint8Array {
  if (base === undefined) return new Uint8Array();
  if (typeof base === 'string') return fromHex(base);
  // A base that comes later has no distance: a large one stands for it.
  const distance = 'key' in base ? offset - (offsets.get(base.key) ?? -offset) : base.distance;
  const bytes = [distance & 127];
  for (let rest = Math.floor(distance / 128); rest > 0; rest = Math.floor(rest / 128)) {
    rest--;
    bytes.unshift(0x80 | (rest & 127));
  }
  return Uint8Array.from(bytes);
}
