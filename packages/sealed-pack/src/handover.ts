import {
  bytesOf,
  bytesUpTo,
  concatBytes,
  equalBytes,
  type FormValue,
  frameOf,
  fromHex,
  listOf,
  utf8,
} from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { type Aead, type DeviceId, type HpkeRecipient, hpkeOpen, hpkeSeal } from '@covey/identity';
import type { EpochKeys } from './epoch-keys.ts';
import { paddedSize } from './padded-size.ts';
import { openSmall, SMALL_SEAL_BYTES, sealSmall } from './small-seal.ts';

const TAG_BYTES = 8;
const ENTRY_BYTES = 88;
const LEAST_ENTRIES = 8;
const MOST_ENTRIES = 4096;
const MOST_NOTE = 1024 * 1024;
const INFO = utf8('covey/1 grant');
const NOTHING = new Uint8Array();

/**
 * How one that slept finds the epoch that came after (relays.md, handover). Lies in the old slot: the banned see that
 * an epoch ended without them, not who is in it, why, and where.
 */
export const HANDOVER = frameOf({
  epoch: bytesOf(32),
  entries: listOf(bytesOf(ENTRY_BYTES), { most: MOST_ENTRIES }),
  /** The signed statement, sealed for whoever has the secret. */
  note: bytesUpTo(MOST_NOTE),
});
export type Handover = FormValue<typeof HANDOVER>;

/** A device that is granted an epoch, by its key for {@link hpkeSeal}. */
export interface Granted {
  readonly device: DeviceId;
  readonly publicKey: Uint8Array;
}

interface Tools {
  readonly aead: Aead;
  readonly random: (n: number) => Uint8Array;
}

/**
 * The secret, sealed to each of the granted, among as many more that open for nobody that there is a power of two.
 * @throws {CoveyError} CERTIFICATE_KEY_WEAK for a key that nothing can be sealed to
 */
export async function grantEntries(
  secret: Uint8Array,
  granted: readonly Granted[],
  { before, after }: { readonly before: EpochKeys; readonly after: EpochKeys },
  { aead, random }: Tools,
): Promise<readonly Uint8Array[]> {
  const entries: Uint8Array[] = [];
  for (const { device, publicKey } of granted) {
    const bound = nameOf(after, device);
    const binding = { info: INFO, aad: bound };
    const sealed = await hpkeSeal(publicKey, secret, binding, { aead, ephemeral32: random(32) });
    if (!sealed) throw new CoveyError('CERTIFICATE_KEY_WEAK', `device ${device} can't be granted`);
    entries.push(concatBytes(before.derive('tag', bound, TAG_BYTES), sealed));
  }
  const count = Math.max(LEAST_ENTRIES, 2 ** Math.ceil(Math.log2(entries.length)));
  while (entries.length < count) entries.push(random(ENTRY_BYTES));
  return shuffled(entries, random);
}

/** Puts entries and statement together. */
export async function writeHandover(
  entries: readonly Uint8Array[],
  signed: Uint8Array,
  after: EpochKeys,
  { aead, random }: Tools,
): Promise<Uint8Array> {
  const size = paddedSize(signed.length + SMALL_SEAL_BYTES + 4);
  const key = after.derive('note', NOTHING, 32);
  const note = await sealSmall(key, signed, { size, salt32: random(32), aead });
  return HANDOVER.encode({ epoch: after.id, entries, note });
}

/** The secret that a handover has for this device; `undefined` when none of it opens: EPOCH_NOT_GRANTED. */
export async function secretIn(
  { epoch, entries }: Handover,
  { device, recipient }: { readonly device: DeviceId; readonly recipient: HpkeRecipient },
  before: EpochKeys,
  aead: Aead,
): Promise<Uint8Array | undefined> {
  const bound = concatBytes(epoch, fromHex(device));
  const tag = before.derive('tag', bound, TAG_BYTES);
  for (const entry of entries) {
    if (!equalBytes(entry.subarray(0, TAG_BYTES), tag)) continue;
    const binding = { info: INFO, aad: bound };
    const secret = await hpkeOpen(recipient, entry.subarray(TAG_BYTES), binding, aead);
    if (secret) return secret;
  }
  return undefined;
}

/** The signed statement; `undefined` when it was sealed with another secret: EPOCH_GRANT_FALSE. */
export function statementIn(
  { note }: Handover,
  after: EpochKeys,
  aead: Aead,
): Promise<Uint8Array | undefined> {
  return openSmall(after.derive('note', NOTHING, 32), note, aead);
}

/** What an entry is bound to: this epoch and this device. */
function nameOf(after: EpochKeys, device: DeviceId): Uint8Array {
  return concatBytes(after.id, fromHex(device));
}

/** In any order with the same chance, but for one part in a million. */
function shuffled<T>(all: readonly T[], random: (n: number) => Uint8Array): readonly T[] {
  const left = [...all];
  const out: T[] = [];
  while (left.length > 0) {
    const drawn = random(4).reduce((value, byte) => value * 256 + byte, 0);
    out.push(...left.splice(drawn % left.length, 1));
  }
  return out;
}
