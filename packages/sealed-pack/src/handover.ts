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
import {
  type Aead,
  type DeviceId,
  type HpkeRecipient,
  hpkeDecoy,
  hpkeOpen,
  hpkeSeal,
} from '@covey/identity';
import {
  type Epoch,
  type EpochFault,
  type EpochWitness,
  grantsDigest,
  judgeEpoch,
} from './epoch.ts';
import { EpochKeys } from './epoch-keys.ts';
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
  while (entries.length < count) {
    entries.push(concatBytes(random(TAG_BYTES), hpkeDecoy(secret.length, random)));
  }
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

/** Who reads a handover. */
export interface HandoverReader {
  readonly device: DeviceId;
  readonly recipient: HpkeRecipient;
  /** The epoch in whose slot it lies. */
  readonly before: EpochKeys;
  readonly witness: EpochWitness;
  readonly aead: Aead;
}

/**
 * The epoch that a handover leads this device to. Its entries, its note and its statement must be of one epoch, else
 * somebody has lied to somebody.
 */
export async function judgeHandover(
  { epoch, entries, note }: Handover,
  { device, recipient, before, witness, aead }: HandoverReader,
): Promise<Epoch | EpochFault | 'EPOCH_NOT_GRANTED'> {
  const bound = concatBytes(epoch, fromHex(device));
  const tag = before.derive('tag', bound, TAG_BYTES);
  const own = entries.filter((entry) => equalBytes(entry.subarray(0, TAG_BYTES), tag));
  if (own.length === 0) return 'EPOCH_NOT_GRANTED';
  for (const entry of own) {
    const binding = { info: INFO, aad: bound };
    const secret = await hpkeOpen(recipient, entry.subarray(TAG_BYTES), binding, aead);
    if (!secret) continue;
    const after = new EpochKeys(secret, witness.conversation);
    const signed = await openSmall(after.derive('note', NOTHING, 32), note, aead);
    const judged = signed && (await judgeEpoch(signed, secret, witness));
    if (!judged || typeof judged === 'string') return judged ?? 'EPOCH_GRANT_FALSE';
    const { statement } = judged;
    const isOne =
      equalBytes(statement.epoch, epoch) && equalBytes(statement.grants, grantsDigest(entries));
    return isOne ? judged : 'EPOCH_GRANT_FALSE';
  }
  return 'EPOCH_GRANT_FALSE';
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
