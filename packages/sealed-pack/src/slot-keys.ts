import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, fromHex, utf8 } from '@covey/codec';
import { type DeviceId, type PublicKey, rawEd25519 } from '@covey/identity';
import {
  type BlindingFactor,
  type BlindSigner,
  blindingFactor,
  blindPublicKey,
  blindSigner,
  tagOf,
} from './blinded-key.ts';
import type { EpochKeys } from './epoch-keys.ts';

const SLOT_LABEL = utf8('covey/1 slot');
const LEAST_TAGS = 8;

/** What the members of an epoch have in common at one mirror. Another mirror sees none of it. */
export class SlotKeys {
  readonly mirror: Uint8Array;
  /** Names the slot, and proves the key that may read it. */
  readonly id: Uint8Array;
  /** Public part of the key that signs what readers ask. */
  readonly readKey: Uint8Array;
  /** Segments are sealed with it. */
  readonly segmentKey: Uint8Array;
  readonly #epoch: EpochKeys;
  readonly #readSeed: Uint8Array;

  /** @param mirror the mirror's own key */
  constructor(epoch: EpochKeys, mirror: Uint8Array) {
    this.#epoch = epoch;
    this.mirror = mirror;
    this.#readSeed = epoch.derive('read', mirror, 32);
    this.readKey = ed25519.getPublicKey(this.#readSeed);
    this.id = slotNamed(mirror, this.readKey);
    this.segmentKey = epoch.derive('segment', this.id, 32);
  }

  /** Signs as whoever may read. */
  signAsReader(message: Uint8Array): Uint8Array {
    return ed25519.sign(message, this.#readSeed);
  }

  /**
   * W of a device here: its pseudonym.
   * @throws {CoveyError} CERTIFICATE_KEY_WEAK
   */
  writerOf(device: DeviceId, key: PublicKey): Uint8Array {
    return blindPublicKey(rawEd25519(key) ?? new Uint8Array(), this.#factorOf(device));
  }

  /** Signs as W of one's own device. @param seed32 the device's private key */
  signerOf(device: DeviceId, seed32: Uint8Array): BlindSigner {
    return blindSigner(seed32, this.#factorOf(device));
  }

  /** Tags of these writers among made-up ones, a power of two in all, sorted: what a slot is opened with. */
  rosterOf(writers: readonly Uint8Array[]): readonly Uint8Array[] {
    const tags = writers.map(tagOf);
    const count = Math.max(LEAST_TAGS, 2 ** Math.ceil(Math.log2(Math.max(1, tags.length))));
    for (let nth = 0; tags.length < count; nth++) {
      const number = new Uint8Array(4);
      new DataView(number.buffer).setUint32(0, nth);
      tags.push(this.#epoch.derive('decoy', concatBytes(this.mirror, number), 16));
    }
    return tags.sort(byBytes);
  }

  #factorOf(device: DeviceId): BlindingFactor {
    const scope = concatBytes(this.mirror, fromHex(device));
    return blindingFactor(this.#epoch.derive('blind', scope, 64));
  }
}

/** The id of the slot that this key may read at this mirror. */
export function slotNamed(mirror: Uint8Array, readKey: Uint8Array): Uint8Array {
  return sha256(concatBytes(SLOT_LABEL, mirror, readKey));
}

function byBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
