import {
  bytesOf,
  bytesUpTo,
  concatBytes,
  type FormValue,
  frameOf,
  listOf,
  NUMBER,
} from '@covey/codec';
import { CoveyError } from '@covey/errors';
import type { PublicKey, SignatureVerifier, Signer } from '@covey/identity';
import type { EpochKeys } from './epoch-keys.ts';
import { labeled } from './epoch-keys.ts';
import { DEVICE } from './ids.ts';
import { encodeReceipt, type MirrorStatement, readStatement } from './mirror-statements.ts';
import { SlotKeys } from './slot-keys.ts';

const MOST_HEADS = 3;
const MOST_RECEIPTS = 2;

/** A receipt without what the reader of a beacon knows: mirror ‖ incarnation ‖ position ‖ chain ‖ time ‖ signature. */
const COMPACT = { mirror: 1, incarnation: 8, position: 8, chain: 32, time: 8, signature: 64 };
const COMPACT_BYTES = Object.values(COMPACT).reduce((sum, bytes) => sum + bytes, 0);

/**
 * The last that a device has said (relays.md, beacon): one size, of which the newest of each device counts. Told to
 * connected peers, in wakes, and over the DHT.
 */
const BEACON = frameOf({
  device: DEVICE,
  /** The device's clock, in seconds since 1970. */
  time: NUMBER,
  /** The highest in display order. */
  heads: listOf(bytesOf(20), { most: MOST_HEADS }),
  /** SHA-256 of all heads, sorted. */
  allHeads: bytesOf(32),
  receipts: listOf(bytesOf(COMPACT_BYTES), { most: MOST_RECEIPTS }),
});
/** 496 bytes without length, its own two lengths and the signature. */
const MOST_BYTES = 420;
const SIGNED = frameOf({ beacon: bytesUpTo(MOST_BYTES), signature: bytesOf(64) });

/** A receipt of one of the epoch's mirrors, by its place in the statement. */
export interface BeaconReceipt {
  readonly mirror: number;
  readonly receipt: Extract<MirrorStatement, { kind: 'receipt' }>;
}

/** What a beacon says. */
export interface Beacon extends Omit<FormValue<typeof BEACON>, 'receipts'> {
  readonly receipts: readonly BeaconReceipt[];
}

/** A beacon as its device signs it; `sealSmall` makes all of them one size. */
export async function writeBeacon(
  { receipts, ...beacon }: Beacon,
  epoch: EpochKeys,
  signer: Signer,
): Promise<Uint8Array> {
  const bytes = BEACON.encode({ ...beacon, receipts: receipts.map(compact) });
  const signature = await signer.sign(payloadOf(bytes, epoch));
  return SIGNED.encode({ beacon: bytes, signature });
}

/** What the reader of a beacon knows: the epoch by whose key it opened, and the devices in it. */
export interface BeaconReader {
  readonly epoch: EpochKeys;
  /** Keys of the epoch's mirrors, as its statement has them. */
  readonly mirrors: readonly Uint8Array[];
  keyOf(device: FormValue<typeof DEVICE>): PublicKey | undefined;
  readonly verifier: SignatureVerifier;
}

/**
 * The beacon, with those of its receipts that their mirrors have signed; `undefined` when it isn't one, or the device
 * hasn't signed it: it is dropped.
 */
export async function readBeacon(
  bytes: Uint8Array,
  reader: BeaconReader,
): Promise<Beacon | undefined> {
  const read = decoded(bytes);
  const key = read && reader.keyOf(read.beacon.device);
  if (!read || !key) return undefined;
  const payload = payloadOf(read.bytes, reader.epoch);
  if (!(await reader.verifier.verify(key, 'ed25519', payload, read.signature))) return undefined;
  const receipts: BeaconReceipt[] = [];
  for (const packed of read.beacon.receipts) {
    const mirror = packed[0] ?? 0;
    const place = reader.mirrors[mirror];
    const receipt = place && (await expanded(packed, place, reader));
    if (receipt) receipts.push({ mirror, receipt });
  }
  return { ...read.beacon, receipts };
}

/** The epoch isn't told, but signed: nobody can put the word of a device into another conversation. */
function payloadOf(beacon: Uint8Array, epoch: EpochKeys): Uint8Array {
  return concatBytes(labeled('beacon'), epoch.id, beacon);
}

function decoded(bytes: Uint8Array) {
  try {
    const { beacon, signature } = SIGNED.decode(bytes);
    return { beacon: BEACON.decode(beacon), bytes: beacon, signature };
  } catch (reason) {
    if (CoveyError.is(reason)) return undefined;
    throw reason;
  }
}

function compact({ mirror, receipt: { said, signed } }: BeaconReceipt): Uint8Array {
  return concatBytes(
    Uint8Array.of(mirror),
    said.incarnation,
    NUMBER.encode(said.position),
    said.chain,
    NUMBER.encode(said.time),
    signed.signature,
  );
}

const PACKED = fixedFields(COMPACT);

async function expanded(packed: Uint8Array, mirror: Uint8Array, { epoch, verifier }: BeaconReader) {
  const { incarnation, position, chain, time, signature } = PACKED(packed);
  const [at, when] = [numberIn(position), numberIn(time)];
  if (at === undefined || when === undefined) return undefined;
  const { id: slot } = new SlotKeys(epoch, mirror);
  const statement = encodeReceipt({ slot, incarnation, position: at, chain, time: when });
  return readStatement('receipt', { statement, signature }, mirror, verifier);
}

/** Cuts bytes into fields of fixed lengths, one behind the other. */
function fixedFields<const F extends Readonly<Record<string, number>>>(lengths: F) {
  return (bytes: Uint8Array): { readonly [Name in keyof F]: Uint8Array } => {
    let end = 0;
    const fields = Object.entries(lengths).map(([name, length]) => {
      end += length;
      return [name, bytes.subarray(end - length, end)];
    });
    return Object.fromEntries(fields); // One for each name.
  };
}

function numberIn(bytes: Uint8Array): number | undefined {
  const value = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0));
  return Number.isSafeInteger(value) ? value : undefined;
}
