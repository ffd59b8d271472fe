import { crc32 } from 'node:zlib';
import {
  type GitObject,
  type ObjectType,
  type Oid,
  type PackedObject,
  type PackIndexEntry,
  type PackLimits,
  PackParser,
  packIndex,
  type ReceivedPack,
} from '@covey/git-objects';
import { nodeDigests, nodeInflate } from '@covey/node-crypto';
import type { PackTable } from './messages.ts';

/** One pack that is being read: the same steps on the caller's thread and on another. All throw what the parser throws. */
export class PackReading {
  readonly #parser: PackParser;
  readonly #objects: PackedObject[] = [];
  #bases: readonly Oid[] = [];
  #asked = 0;
  #isThin = false;

  constructor(limits: PackLimits) {
    this.#parser = new PackParser({ limits, digests: nodeDigests, inflate: nodeInflate });
  }

  push(chunk: Uint8Array): void {
    for (const packed of this.#parser.push(chunk)) this.#objects.push(packed);
  }

  /** The sender is done. Gives the first base that is wanted from outside, if there is one. */
  end(): Oid | undefined {
    for (const packed of this.#parser.end()) this.#objects.push(packed);
    this.#bases = this.#parser.wantedBases;
    return this.#bases[0];
  }

  /** Takes the base that was asked for, or the answer that there is none. Gives the next one wanted. */
  supply(object: GitObject | undefined): Oid | undefined {
    const base = this.#bases[this.#asked++];
    if (base !== undefined && object) {
      this.#isThin = true;
      for (const packed of this.#parser.supply(base, object)) this.#objects.push(packed);
    }
    return this.#bases[this.#asked];
  }

  /** After the last base. @throws {CoveyError} PACK_MALFORMED when a base is missing */
  finish(): PackTable {
    this.#parser.expectWhole();
    const { blocks } = this.#parser;
    const numberOf = new Map(blocks.map((block, number) => [block as ArrayBufferLike, number]));
    const places = new Uint32Array(3 * this.#objects.length);
    let at = 0;
    for (const { object } of this.#objects) {
      const { buffer, byteOffset, length } = object.bytes;
      places[at++] = numberOf.get(buffer) ?? 0;
      places[at++] = byteOffset;
      places[at++] = length;
    }
    const bytes = this.#parser.bytes.slice();
    return {
      bytes,
      index: this.#index(bytes.subarray(-20)),
      isThin: this.#isThin,
      oids: this.#objects.map(({ oid }) => oid),
      types: this.#objects.map(({ object }) => object.type),
      blocks,
      places,
    };
  }

  #index(checksum: Uint8Array): Uint8Array {
    const entries = this.#objects.map((packed): PackIndexEntry => {
      const { oid, offset } = packed;
      return { oid, offset, crc32: crc32(this.#parser.entryOf(packed)) };
    });
    return packIndex(entries, checksum, nodeDigests);
  }
}

/** Looks objects up in what a worker has read. */
export function receivedPack(table: PackTable): ReceivedPack {
  const numbers = new Map(table.oids.map((oid, number) => [oid, number]));
  const find = (oid: Oid): GitObject | undefined => {
    const number = numbers.get(oid);
    if (number === undefined) return undefined;
    const [at, places] = [3 * number, table.places];
    const type = table.types[number] as ObjectType; // one for each id
    const buffer = table.blocks[places[at] ?? 0] ?? new ArrayBuffer(0); // An empty object may lie in none.
    return { type, bytes: new Uint8Array(buffer, places[at + 1], places[at + 2]) };
  };
  const { bytes, index, isThin, oids } = table;
  return { bytes, index, isThin, oids, has: (oid) => numbers.has(oid), find };
}
