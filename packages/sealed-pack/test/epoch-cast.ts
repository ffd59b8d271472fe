import { concatBytes, toHex, utf8 } from '@covey/codec';
import {
  type AccountUri,
  type DeviceId,
  deviceIdOf,
  deviceRecipient,
  type PublicKey,
  parseAccountUri,
  rawEd25519,
  type Signer,
  sealingKeyOf,
} from '@covey/identity';
import { nodeAead, nodeDigests, signerFromPkcs8 } from '@covey/node-crypto';
import { testRandom } from '@covey/testkit';
import { type EpochStatement, grantsDigest, signEpoch } from '../src/epoch.ts';
import { EpochKeys } from '../src/epoch-keys.ts';
import { type Granted, grantEntries, HANDOVER, writeHandover } from '../src/handover.ts';

const seeded = (label: string): Uint8Array => nodeDigests.sha256(utf8(label));
/** PrivateKeyInfo of an Ed25519 key up to its 32 secret bytes (RFC 8410 section 7). */
const PKCS8_HEAD = Uint8Array.from(Buffer.from('302e020100300506032b657004220420', 'hex'));

/** A device with its keys, and what others know of it. */
export interface Keeper extends Granted {
  readonly account: AccountUri;
  readonly signer: Signer;
  readonly key: PublicKey;
  readonly recipient: ReturnType<typeof deviceRecipient>;
}

export function keeperNamed(name: string): Keeper {
  const seed = seeded(`device of ${name}`);
  const signer = signerFromPkcs8(concatBytes(PKCS8_HEAD, seed));
  const key = signer.publicKey;
  const publicKey = sealingKeyOf(rawEd25519(key) ?? new Uint8Array()) ?? new Uint8Array();
  const account = parseAccountUri(toHex(nodeDigests.sha1(utf8(name))));
  const device: DeviceId = deviceIdOf(key, nodeDigests);
  return { account, signer, key, publicKey, device, recipient: deviceRecipient(seed) };
}

export const conversation = nodeDigests.sha1(utf8('conversation'));
export const tools = { aead: nodeAead, random: testRandom('epochs') };

/** An epoch that somebody opens for these, as it lies in the slot of the one before. */
export async function opened(
  by: Keeper,
  grantees: readonly Keeper[],
  { secret, before, ...lie }: { secret: Uint8Array; before: EpochKeys } & Partial<EpochStatement>,
) {
  const after = new EpochKeys(secret, conversation);
  const entries = await grantEntries(secret, grantees, { before, after }, tools);
  const statement: EpochStatement = {
    ...{ conversation, epoch: after.id, ordinal: 1, previous: [before.id] },
    grantees: grantees
      .map(({ device, account }) => ({ device, account }))
      .sort((a, b) => (a.device < b.device ? -1 : 1)),
    mirrors: [{ key: seeded('mirror'), url: 'https://mirror.example' }],
    ...{ heads: [], grants: grantsDigest(entries), device: by.device },
    ...lie,
  };
  const signed = await signEpoch(statement, by.signer);
  const bytes = await writeHandover(entries, signed, after, tools);
  return { after, statement, signed, handover: HANDOVER.decode(bytes) };
}
