import { concatBytes, utf8 } from '@covey/codec';
import type { Oid } from '@covey/git-objects';
import { oidBytes, oidOf } from '@covey/git-objects';
import { nodeDeflate, nodeDigests } from '@covey/node-crypto';
import type { Chance } from '../chance.ts';
import { forgeDelta } from './delta-forge.ts';

const TYPES = { commit: 1, tree: 2, blob: 3 } as const;
const OFS_DELTA = 6;
const REF_DELTA = 7;
const TRAILER_BYTES = 20;

/** A pack of up to eight entries, mostly well formed, both kinds of delta among them. */
export function forgePack(chance: Chance, outside: { oid: Oid; size: number }): Uint8Array {
  const parts: Uint8Array[] = [];
  const places: { offset: number; size: number; oid?: Oid }[] = [];
  let offset = 12;
  const count = chance.below(9);
  for (let entry = 0; entry < count; entry++) {
    const base = chance.pick(places);
    let header: Uint8Array;
    let content: Uint8Array;
    let oid: Oid | undefined;
    if (chance.oneIn(3)) {
      const { oid: id, size } =
        base?.oid && !chance.oneIn(3) ? { ...base, oid: base.oid } : outside;
      content = forgeDelta(chance, size);
      header = concatBytes(entryHead(REF_DELTA, declared(chance, content.length)), oidBytes(id));
    } else if (base && chance.oneIn(2)) {
      content = forgeDelta(chance, base.size);
      const distance = offset - base.offset + (chance.oneIn(15) ? chance.between(-3, 3) : 0);
      header = concatBytes(
        entryHead(OFS_DELTA, declared(chance, content.length)),
        distanceBytes(Math.max(0, distance)),
      );
    } else {
      const type = chance.pick(['commit', 'tree', 'blob', 'blob'] as const);
      content = chance.oneIn(2) ? chance.bytes(chance.below(40)) : utf8('so it is '.repeat(entry));
      const number = chance.oneIn(25) ? chance.below(8) : TYPES[type];
      header = entryHead(number, declared(chance, content.length));
      oid = oidOf({ type, bytes: content }, nodeDigests);
    }
    const stream = nodeDeflate(content);
    places.push({ offset, size: content.length, ...(oid && { oid }) });
    parts.push(header, stream);
    offset += header.length + stream.length;
  }
  const told = chance.oneIn(20) ? count + chance.between(-1, 2) : count;
  return withTrailer(concatBytes(packHead(Math.max(0, told)), ...parts));
}

/** The same bytes with a right checksum in the place of the last 20. */
export function mendPack(pack: Uint8Array): Uint8Array {
  return pack.length < 12 + TRAILER_BYTES
    ? withTrailer(pack)
    : withTrailer(pack.subarray(0, pack.length - TRAILER_BYTES));
}

function withTrailer(body: Uint8Array): Uint8Array {
  return concatBytes(body, nodeDigests.sha1(body));
}

function packHead(count: number): Uint8Array {
  const head = new Uint8Array(12);
  head.set(utf8('PACK'));
  new DataView(head.buffer).setUint32(4, 2);
  new DataView(head.buffer).setUint32(8, count);
  return head;
}

function entryHead(type: number, size: number): Uint8Array {
  const bytes = [(type << 4) | (size & 15)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1]! |= 0x80; // there is always a last byte
    bytes.push(rest % 128);
  }
  return Uint8Array.from(bytes);
}

function declared(chance: Chance, size: number): number {
  return chance.oneIn(25) ? chance.pick([0, size + 1, 2 ** 20, 2 ** 31, 2 ** 40]) : size;
}

/** git: Documentation/gitformat-pack, offset encoding. */
function distanceBytes(distance: number): Uint8Array {
  const bytes = [distance % 128];
  for (let rest = Math.floor(distance / 128); rest > 0; rest = Math.floor(rest / 128)) {
    rest--;
    bytes.unshift((rest % 128) | 0x80);
  }
  return Uint8Array.from(bytes);
}
