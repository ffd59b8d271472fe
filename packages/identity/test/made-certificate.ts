import { generateKeyPairSync, sign } from 'node:crypto';
import { fromHex } from '@covey/codec';
import { makeEd25519Key, nodeDigests } from '@covey/node-crypto';
import { writeTime } from '../src/der-time.ts';
import { bitString, explicit, integer, sequence } from '../src/der-writer.ts';
import { writeName } from '../src/distinguished-name.ts';
import { writeAuthorityExtensions, writeDeviceExtensions } from '../src/extensions.ts';
import { accountUriOf, deviceIdOf, type PublicKey } from '../src/index.ts';
import { writeSignatureIdentifier } from '../src/signature-identifiers.ts';
import type { SignatureAlgorithm } from '../src/signatures.ts';

/** A key of either kind that signs for tests. */
export interface TestKey {
  readonly publicKey: PublicKey;
  readonly algorithm: SignatureAlgorithm;
  sign(message: Uint8Array): Promise<Uint8Array>;
}

export function edKey(): TestKey {
  return { ...makeEd25519Key().signer, algorithm: 'ed25519' };
}

export function rsaKey(bits = 2048): TestKey {
  const pair = generateKeyPairSync('rsa', { modulusLength: bits });
  const publicKey: PublicKey = {
    algorithm: 'rsa',
    spki: new Uint8Array(pair.publicKey.export({ format: 'der', type: 'spki' })),
  };
  return {
    publicKey,
    algorithm: 'rsa-sha384',
    sign: async (message) => new Uint8Array(sign('sha384', message, pair.privateKey)),
  };
}

/** The DER parts of a certificate, each of which a test can replace. */
export interface Parts {
  readonly version?: Uint8Array;
  readonly serial?: Uint8Array;
  readonly innerAlgorithm?: Uint8Array;
  readonly outerAlgorithm?: Uint8Array;
  readonly issuer?: Uint8Array;
  readonly validity?: Uint8Array;
  readonly subject?: Uint8Array;
  readonly spki?: Uint8Array;
  /** With its [3]; empty for none. */
  readonly extensions?: Uint8Array;
  readonly signature?: Uint8Array;
  readonly after?: Uint8Array;
}

/** Builds a certificate by hand; without parts it is a right one for the role. */
export async function madeCertificate(
  { key, issuer, role }: { key: PublicKey; issuer: TestKey; role: 'authority' | 'device' },
  parts: Parts = {},
): Promise<Uint8Array> {
  const isDevice = role === 'device';
  const uid = isDevice && key.algorithm === 'ed25519' ? deviceIdOf(key, nodeDigests) : uriOf(key);
  const extensions = isDevice
    ? key.algorithm === 'rsa'
      ? new Uint8Array()
      : explicit(3, writeDeviceExtensions())
    : explicit(3, writeAuthorityExtensions(nodeDigests.sha1(key.spki)));
  const identifier = writeSignatureIdentifier(issuer.algorithm);
  const tbs = sequence(
    parts.version ?? explicit(0, integer(Uint8Array.of(2))),
    parts.serial ?? integer(fromHex('0123456789abcdef')),
    parts.innerAlgorithm ?? identifier,
    parts.issuer ?? writeName('Issuer', uriOf(issuer.publicKey)),
    parts.validity ??
      sequence(writeTime(new Date('2026-01-01')), writeTime(new Date('2036-01-01'))),
    parts.subject ?? writeName('Subject', uid),
    parts.spki ?? key.spki,
    parts.extensions ?? extensions,
  );
  return sequence(
    tbs,
    parts.outerAlgorithm ?? identifier,
    parts.signature ?? bitString(await issuer.sign(tbs)),
    parts.after ?? new Uint8Array(),
  );
}

function uriOf(key: PublicKey): string {
  return accountUriOf(key, nodeDigests);
}
