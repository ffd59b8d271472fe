import { sha256 } from '@noble/hashes/sha2.js';
import {
  bytesOf,
  bytesUpTo,
  concatBytes,
  equalBytes,
  type FormValue,
  frameOf,
  listOf,
  NUMBER,
  textUpTo,
  toHex,
} from '@covey/codec';
import { CoveyError } from '@covey/errors';
import type { DeviceId, PublicKey, SignatureVerifier, Signer } from '@covey/identity';
import { EpochKeys, labeled } from './epoch-keys.ts';
import { ACCOUNT, DEVICE } from './ids.ts';

const MOST_GRANTEES = 4096;
const MOST_MIRRORS = 4;
const MOST_PREVIOUS = 64;
const MOST_HEADS = 64;
const MOST_BYTES = 512 * 1024;

const GRANTEE = frameOf({ device: DEVICE, account: ACCOUNT });
/** A device that was given the secret. */
export type Grantee = FormValue<typeof GRANTEE>;

const MIRROR = frameOf({ key: bytesOf(32), url: textUpTo(256) });
/** A mirror by its own key, and where it answers. */
export type MirrorPlace = FormValue<typeof MIRROR>;

/**
 * What an epoch is (relays.md, epochs): who was given its secret, by whom, after which epochs, and which mirrors keep its
 * slots. Signed by the device that opened it. No commit: it is never in the repository.
 */
const STATEMENT = frameOf({
  /** The conversation's id. */
  conversation: bytesOf(20),
  /** K("id"): whoever was given another secret sees it. */
  epoch: bytesOf(32),
  /** 1 + the highest of the previous ones; 0 for the first. */
  ordinal: NUMBER,
  previous: listOf(bytesOf(32), { most: MOST_PREVIOUS, sorted: true }),
  grantees: listOf(GRANTEE, { most: MOST_GRANTEES, sorted: true }),
  mirrors: listOf(MIRROR, { most: MOST_MIRRORS }),
  /** Commits that show why it was opened. */
  heads: listOf(bytesOf(20), { most: MOST_HEADS, sorted: true }),
  /** SHA-256 of the entries that hand the secret over. */
  grants: bytesOf(32),
  device: DEVICE,
});
export type EpochStatement = FormValue<typeof STATEMENT>;

const SIGNED = frameOf({ statement: bytesUpTo(MOST_BYTES), signature: bytesOf(64) });

/** An epoch whose secret is held, and whose statement was found good. */
export interface Epoch {
  readonly statement: EpochStatement;
  readonly keys: EpochKeys;
  /** The statement as it is handed on, with its signature. */
  readonly signed: Uint8Array;
}

/** Signs the statement of an epoch that this device opens. */
export async function signEpoch(statement: EpochStatement, signer: Signer): Promise<Uint8Array> {
  const bytes = STATEMENT.encode(statement);
  const signature = await signer.sign(concatBytes(labeled('epoch'), bytes));
  return SIGNED.encode({ statement: bytes, signature });
}

/** Why an epoch is not followed. */
export type EpochFault = 'EPOCH_GRANT_FALSE' | 'EPOCH_ORDINAL_FALSE';

/** What a device knows when it is handed an epoch. */
export interface EpochWitness {
  readonly conversation: Uint8Array;
  /** Ordinals of the epochs that it has followed, by their ids in hex. */
  readonly ordinals: ReadonlyMap<string, number>;
  /** The key of a device, by a certificate that was judged. */
  keyOf(device: DeviceId): PublicKey | undefined;
  readonly verifier: SignatureVerifier;
}

/**
 * Judges what was handed over: does the statement fit the secret, did its device sign it, and does it follow what it
 * says it follows? Whether it is clean hangs on the commits, see {@link isClean}.
 */
export async function judgeEpoch(
  signed: Uint8Array,
  secret: Uint8Array,
  { conversation, ordinals, keyOf, verifier }: EpochWitness,
): Promise<Epoch | EpochFault> {
  const read = readEpoch(signed);
  if (typeof read === 'string') return read;
  const { statement, bytes, signature } = read;
  const keys = new EpochKeys(secret, conversation);
  const isItsSecret =
    equalBytes(statement.conversation, conversation) && equalBytes(statement.epoch, keys.id);
  const key = keyOf(statement.device);
  if (!isItsSecret || isOdd(statement) || key?.algorithm !== 'ed25519') {
    return 'EPOCH_GRANT_FALSE';
  }
  const payload = concatBytes(labeled('epoch'), bytes);
  if (!(await verifier.verify(key, 'ed25519', payload, signature))) return 'EPOCH_GRANT_FALSE';
  const before = statement.previous.map((id) => ordinals.get(toHex(id)));
  const follows = before.every((ordinal) => ordinal !== undefined);
  const highest = Math.max(-1, ...before.map((ordinal) => ordinal ?? -1));
  if (!follows || statement.ordinal !== highest + 1) return 'EPOCH_ORDINAL_FALSE';
  return { statement, keys, signed };
}

/** Without a mirror, or with the same device or mirror twice. */
function isOdd({ grantees, mirrors }: EpochStatement): boolean {
  const devices = new Set(grantees.map(({ device }) => device));
  const keys = new Set(mirrors.map(({ key }) => toHex(key)));
  return mirrors.length === 0 || devices.size < grantees.length || keys.size < mirrors.length;
}

function readEpoch(signed: Uint8Array) {
  try {
    const { statement: bytes, signature } = SIGNED.decode(signed);
    return { statement: STATEMENT.decode(bytes), bytes, signature };
  } catch (reason) {
    if (!CoveyError.is(reason, 'ENCODING_MALFORMED')) throw reason;
    return reason.data['field'] === 'ordinal' ? 'EPOCH_ORDINAL_FALSE' : 'EPOCH_GRANT_FALSE';
  }
}

/** Is everybody who was given the secret, then or later, still authorised? */
export function isClean(
  { statement }: Pick<Epoch, 'statement'>,
  later: readonly Grantee[],
  isAuthorised: (grantee: Grantee) => boolean,
): boolean {
  return [...statement.grantees, ...later].every(isAuthorised);
}

/** Where to write: of the clean epochs the one with the highest ordinal, then the lowest id. */
export function epochToWriteIn<E extends Pick<Epoch, 'statement'>>(
  clean: readonly E[],
): E | undefined {
  return clean.toSorted(
    ({ statement: a }, { statement: b }) =>
      b.ordinal - a.ordinal || (toHex(a.epoch) < toHex(b.epoch) ? -1 : 1),
  )[0];
}

/** What the statement says of the entries of a handover. */
export const grantsDigest = (entries: readonly Uint8Array[]): Uint8Array =>
  sha256(concatBytes(...entries));
