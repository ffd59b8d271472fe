import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { fromHex } from '@covey/codec';
import { ed25519PublicKey, type PublicKey, readPublicKey } from '@covey/identity';
import { makeEd25519Key } from '@covey/node-crypto';
import { agreedVerdict, subtle, subtleWithoutEd25519, VERIFIERS } from '../test/agreement.ts';
import { type WebSubtle, webVerifier } from './index.ts';

const message = fromHex('00112233');
const ALGORITHMS = ['rsa-sha256', 'rsa-sha384', 'rsa-sha512', 'ed25519'] as const;

test('what an Ed25519 key signs holds for all, on its own message and under its own key', async () => {
  const { signer } = makeEd25519Key();
  const signature = await signer.sign(message);
  const claim = { key: signer.publicKey, algorithm: 'ed25519', message, signature } as const;
  expect(await agreedVerdict(claim)).toBe(true);
  expect(await agreedVerdict({ ...claim, message: fromHex('00') })).toBe(false);
  expect(await agreedVerdict({ ...claim, key: makeEd25519Key().signer.publicKey })).toBe(false);
});

test('an RSA signature holds for all under the digest that it was made with, and no other', async () => {
  const { key, privateKey } = rsaPair();
  for (const digest of ['sha256', 'sha384', 'sha512'] as const) {
    const signature = new Uint8Array(sign(digest, message, privateKey));
    const verdicts = await Promise.all(
      ALGORITHMS.map((algorithm) => agreedVerdict({ key, algorithm, message, signature })),
    );
    expect(ALGORITHMS.filter((_, at) => verdicts[at])).toEqual([`rsa-${digest}`]);
  }
});

const ed = makeEd25519Key().signer.publicKey;
const rsa = rsaPair().key;
test.each<[string, PublicKey]>([
  ['no key', { algorithm: 'ed25519', spki: new Uint8Array() }],
  ['a megabyte', { algorithm: 'rsa', spki: new Uint8Array(1 << 20) }],
  ['an Ed25519 key that is called RSA', { ...ed, algorithm: 'rsa' }],
  ['an RSA key that is called Ed25519', { ...rsa, algorithm: 'ed25519' }],
  ['an RSA key of 1024 bits', rsaPair(1024).key],
  ['a point that is none', ed25519PublicKey(fromHex('02'.padEnd(64, '0')))],
])('%s verifies nothing and throws nothing, also when its right form is known', async (_, key) => {
  for (const known of [ed, rsa]) {
    const algorithm = known === ed ? 'ed25519' : 'rsa-sha512';
    await agreedVerdict({ key: known, algorithm, message, signature: new Uint8Array(64) });
  }
  for (const algorithm of ALGORITHMS) {
    for (const length of [0, 63, 64, 65, 256, 1 << 20]) {
      const signature = new Uint8Array(length);
      expect(await agreedVerdict({ key, algorithm, message, signature })).toBe(false);
    }
  }
});

test('each key is imported once for each algorithm', async () => {
  const imported: string[] = [];
  const verifier = webVerifier({
    ...asIs(subtle),
    importKey: (format, bytes, algorithm, extractable, usages) => {
      imported.push(`${algorithm.name} ${algorithm.hash ?? ''}`);
      return subtle.importKey(format, bytes, algorithm, extractable, usages);
    },
  });
  const signature = new Uint8Array(64).fill(1);
  for (let time = 0; time < 3; time++) {
    for (const key of [ed, rsa]) {
      for (const algorithm of ALGORITHMS) await verifier.verify(key, algorithm, message, signature);
    }
  }
  const rsaImports = ['256', '384', '512'].map((bits) => `RSASSA-PKCS1-v1_5 SHA-${bits}`);
  // One Ed25519 key more than ours: the engine is tried with a signature that is known to be right.
  expect(imported.sort()).toEqual(['Ed25519 ', 'Ed25519 ', ...rsaImports]);
});

test.each([
  ['knows no Ed25519', subtleWithoutEd25519],
  ['accepts whatever it is asked', { ...asIs(subtle), verify: async () => true }],
  ['refuses whatever it is asked', { ...asIs(subtle), verify: async () => false }],
])('an engine that %s is not asked for Ed25519', async (_, engine) => {
  const { signer } = makeEd25519Key();
  const signature = await signer.sign(message);
  const verifier = webVerifier(engine);
  expect(await verifier.verify(signer.publicKey, 'ed25519', message, signature)).toBe(true);
  signature[0] = (signature[0] ?? 0) ^ 1;
  expect(await verifier.verify(signer.publicKey, 'ed25519', message, signature)).toBe(false);
});

test('bytes in memory that threads share are checked too', async () => {
  const { signer } = makeEd25519Key();
  const signature = await signer.sign(message);
  for (const verifier of Object.values(VERIFIERS)) {
    const [text, bytes] = [message, signature].map(shared) as [Uint8Array, Uint8Array]; // two in, two out
    expect(await verifier.verify(signer.publicKey, 'ed25519', text, bytes)).toBe(true);
  }
});

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

/** Its methods as functions, so that some can be replaced. */
function asIs<Key>(engine: WebSubtle<Key>): WebSubtle<Key> {
  return { importKey: engine.importKey.bind(engine), verify: engine.verify.bind(engine) };
}

function rsaPair(modulusLength = 2048): { key: PublicKey; privateKey: KeyObject } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
  // The profile has no short ones, so `readPublicKey` would not give this one.
  if (modulusLength < 2048) return { key: { algorithm: 'rsa', spki }, privateKey };
  return { key: readPublicKey(spki), privateKey };
}
