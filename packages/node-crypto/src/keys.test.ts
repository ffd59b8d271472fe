import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import { fromHex } from '@covey/codec';
import { makeEd25519Key, nodeVerifier, signerFromPkcs8 } from './index.ts';

const message = fromHex('00112233');

test('what a key signs, its public key verifies, and nothing else', async () => {
  const verifier = nodeVerifier();
  const { signer, pkcs8 } = makeEd25519Key();
  const signature = await signerFromPkcs8(pkcs8).sign(message);
  expect(signature).toHaveLength(64);
  expect(await verifier.verify(signer.publicKey, 'ed25519', message, signature)).toBe(true);
  expect(await verifier.verify(signer.publicKey, 'ed25519', fromHex('00'), signature)).toBe(false);
});

test.each([
  ['no bytes', new Uint8Array()],
  ['bytes that are no key', fromHex('3003020101')],
  ['a key cut short', makeEd25519Key().pkcs8.subarray(0, 40)],
  ['a key of another kind', pkcs8Of(generateKeyPairSync('x25519').privateKey)],
])('%s make no signer', (_, pkcs8) => {
  expect(() => signerFromPkcs8(pkcs8)).toThrow(expect.objectContaining({ code: 'KEY_MALFORMED' }));
});

function pkcs8Of(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }));
}
