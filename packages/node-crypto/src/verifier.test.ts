import { type createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { fromHex, utf8 } from '@covey/codec';
import { ed25519PublicKey, type PublicKey, strictEd25519 } from '@covey/identity';
import { makeEd25519Key, nodeVerifier, signerFromPkcs8 } from './index.ts';

const verifier = nodeVerifier();
const message = fromHex('00112233');

test('what a key signs, its public key verifies, and nothing else', async () => {
  const { signer, pkcs8 } = makeEd25519Key();
  const signature = await signerFromPkcs8(pkcs8).sign(message);
  expect(signature).toHaveLength(64);
  expect(await verifier.verify(signer.publicKey, 'ed25519', message, signature)).toBe(true);
  expect(await verifier.verify(signer.publicKey, 'ed25519', fromHex('00'), signature)).toBe(false);
  const other = makeEd25519Key().signer.publicKey;
  expect(await verifier.verify(other, 'ed25519', message, signature)).toBe(false);
});

test.each([
  ['no bytes', new Uint8Array()],
  ['bytes that are no key', fromHex('3003020101')],
  ['a key cut short', makeEd25519Key().pkcs8.subarray(0, 40)],
  ['a key of another kind', pkcs8Of(generateKeyPairSync('x25519').privateKey)],
])('%s make no signer', (_, pkcs8) => {
  expect(() => signerFromPkcs8(pkcs8)).toThrow(expect.objectContaining({ code: 'KEY_MALFORMED' }));
});

test('RSA verifies under the digest that it was made with, and no other', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = rsaKey(publicKey.export({ format: 'der', type: 'spki' }));
  for (const digest of ['sha256', 'sha384', 'sha512'] as const) {
    const signature = new Uint8Array(sign(digest, message, privateKey));
    const verdicts = await Promise.all(
      (['rsa-sha256', 'rsa-sha384', 'rsa-sha512', 'ed25519'] as const).map(async (algorithm) =>
        (await verifier.verify(key, algorithm, message, signature)) ? algorithm : undefined,
      ),
    );
    expect(verdicts.filter(Boolean)).toEqual([`rsa-${digest}`]);
  }
});

test.each<[string, PublicKey]>([
  ['no key', { algorithm: 'ed25519', spki: new Uint8Array() }],
  ['a key of the other kind', { ...makeEd25519Key().signer.publicKey, algorithm: 'rsa' }],
  [
    'a short RSA key',
    rsaKey(spkiOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey)),
  ],
  ['a point that is none', ed25519PublicKey(fromHex('02'.padEnd(64, '0')))],
])('%s verifies nothing and throws nothing', async (_, key) => {
  const signature = new Uint8Array(64);
  for (const algorithm of ['ed25519', 'rsa-sha512'] as const) {
    expect(await verifier.verify(key, algorithm, message, signature)).toBe(false);
    expect(await verifier.verify(key, algorithm, message, new Uint8Array())).toBe(false);
  }
});

test('a key is not believed to be another kind because it is known already', async () => {
  const ed = makeEd25519Key().signer.publicKey;
  const rsa = rsaKey(spkiOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey));
  const disguised: PublicKey[] = [
    { ...ed, algorithm: 'rsa' },
    { ...rsa, algorithm: 'ed25519' },
  ];
  await verifier.verify(ed, 'ed25519', message, new Uint8Array(64));
  await verifier.verify(rsa, 'rsa-sha512', message, new Uint8Array(256));
  for (const key of disguised) {
    for (const algorithm of ['ed25519', 'rsa-sha512'] as const) {
      expect(await verifier.verify(key, algorithm, message, new Uint8Array(64))).toBe(false);
    }
  }
});

test.each([
  ['0', '00'.repeat(32)],
  ['0, other sign', `${'00'.repeat(31)}80`],
  ['1', `01${'00'.repeat(31)}`],
  ['1, other sign', `01${'00'.repeat(30)}80`],
  ['p - 1', `ec${'ff'.repeat(30)}7f`],
  ['p', `ed${'ff'.repeat(30)}7f`],
  ['p + 1', `ee${'ff'.repeat(30)}7f`],
  ['2^255 - 1', 'ff'.repeat(32)],
])('a key with y = %s passes no signature', (_, key) => {
  expect(strictEd25519(fromHex(key), new Uint8Array(64))).toBe(false);
});

/** A key with a part of order 8, and one without. */
const MIXED = '40a4cf5c611d737a2f1c6fcca84d9cabfed80987f186a5a6c57e629bff1af27f';
const PLAIN = 'ef4f62f8479733ad879cfaced3c89a9c39dd4fc795ef2efa1c3eafe4d729a081';
// All satisfy the equation without cofactor; Node 20 takes them all, Node 24 not the last three.
test.each([
  {
    name: 'an R of full order under a key of mixed order is accepted',
    key: MIXED,
    text: 'm2',
    r: '1d84c09c915b1e355f4130b3950f6754270b37696f36f1b6ca5d4a9b4cf48860',
    s: '1de8efe2bfc951e11c90e56064341263706a1fae1d3ac7eee7f0fcb127325307',
    accept: true,
  },
  {
    name: 'an R of mixed order under a key of mixed order is accepted',
    key: MIXED,
    text: 'm40',
    r: '2856536c4aeeeb789bd4c703a54587280a914c7e7b9054f42dda4012e369282c',
    s: '88ef68c439c5ea16670a9d01cb22de052519b991f46e325eee71a92fbf002b07',
    accept: true,
  },
  {
    name: 'an R that is the neutral element under a key of mixed order is refused',
    key: MIXED,
    text: 'm7',
    r: '0100000000000000000000000000000000000000000000000000000000000000',
    s: 'a4ce2d8e13ab606590acef52b04b2d251ef21b5ab3313af662fd9aee2b1c840c',
    accept: false,
  },
  {
    name: 'an R of order 8 under a key of mixed order is refused',
    key: MIXED,
    text: 'm8',
    r: '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    s: '981726233194c5020949742a74de102fccf72dcd74bb8703bfa793579a797b02',
    accept: false,
  },
  {
    name: 'an R that is the neutral element under a key of full order is refused',
    key: PLAIN,
    text: 'm0',
    r: '0100000000000000000000000000000000000000000000000000000000000000',
    s: '877f0420c5cf5553b3098124ba6a3dd960cc452f0fda34c18b57224d2eaec70b',
    accept: false,
  },
])('$name, on every release of Node', async ({ key, text, r, s, accept }) => {
  const signature = fromHex(r + s);
  expect(strictEd25519(fromHex(key), signature)).toBe(accept);
  const publicKey = ed25519PublicKey(fromHex(key));
  expect(await verifier.verify(publicKey, 'ed25519', utf8(text), signature)).toBe(accept);
});

function rsaKey(spki: Uint8Array): PublicKey {
  return { algorithm: 'rsa', spki: new Uint8Array(spki) };
}

function spkiOf(key: ReturnType<typeof createPublicKey>): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'spki' }));
}

function pkcs8Of(key: ReturnType<typeof generateKeyPairSync>['privateKey']): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }));
}
