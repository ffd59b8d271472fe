import { createPublicKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { fromHex } from '@covey/codec';
import { ed25519PublicKey, type PublicKey } from '@covey/identity';
import { nodeVerifier } from './index.ts';

const FIXTURES =
  process.env['COVEY_FIXTURES'] ??
  fileURLToPath(new URL('../../../../shared/fixtures', import.meta.url));
const verifier = nodeVerifier();

const absent = ['wycheproof', 'ed25519-speccheck', 'signature-malleability'].some(
  (folder) => !existsSync(join(FIXTURES, folder)),
);
const note = absent ? ' (SKIPPED: a corpus is absent; set COVEY_FIXTURES)' : '';

describe.skipIf(absent)(`corpora of signatures${note}`, () => {
  test('Wycheproof Ed25519: the verdict is theirs', async () => {
    for (const { publicKey, tests } of groups('ed25519_test.json')) {
      await agrees(ed25519PublicKey(fromHex(String(publicKey.pk))), 'ed25519', tests);
    }
  });

  test.each([
    ['rsa_signature_2048_sha256_test.json', 'rsa-sha256'],
    ['rsa_signature_4096_sha512_test.json', 'rsa-sha512'],
  ] as const)('Wycheproof %s: the verdict is theirs', async (file, algorithm) => {
    for (const { publicKey, publicKeyPem, tests } of groups(file)) {
      const key = rsaKey(spkiOf(createPublicKey(publicKeyPem)));
      // A right signature under e = 3 is theirs to accept: the profile has no such key.
      const ours = publicKey.publicExponent === '010001';
      await agrees(
        key,
        algorithm,
        ours ? tests : tests.map((one) => ({ ...one, result: 'invalid' })),
      );
    }
  });

  test('speccheck: only keys of full strength, canonical forms, the equation without cofactor', async () => {
    const cases = readJson<{ message: string; pub_key: string; signature: string; case: number }[]>(
      'ed25519-speccheck/cases.json',
    );
    const verdicts = await Promise.all(
      cases.map(async (one) => {
        const key = ed25519PublicKey(fromHex(one.pub_key));
        const signature = fromHex(one.signature);
        const holds = await verifier.verify(key, 'ed25519', fromHex(one.message), signature);
        return holds ? one.case : -1;
      }),
    );
    // 3: key and R of mixed order, as every engine accepts it. All others are small or not canonical.
    const right = cases.map((one) => one.case).filter((number) => number === 3);
    expect(verdicts).toHaveLength(cases.length);
    expect(verdicts.filter((number) => number >= 0)).toEqual(right);
  });

  test('malleability: of one signature there is one spelling', async () => {
    const vectors = readJson<Record<string, unknown>[]>(
      'signature-malleability/vectors.json',
    ).filter(({ alg }) => alg === 'Ed25519');
    expect(vectors.length).toBeGreaterThan(10);
    for (const { publicKeyPem, messageHex, sigHex, accept, why } of vectors) {
      const spki = spkiOf(createPublicKey(String(publicKeyPem)));
      const holds = await verifier.verify(
        { algorithm: 'ed25519', spki },
        'ed25519',
        fromHex(String(messageHex)),
        fromHex(String(sigHex)),
      );
      expect(holds, String(why)).toBe(accept);
    }
  });
});

interface Group {
  readonly publicKey: { readonly pk: string; readonly publicExponent: string };
  readonly publicKeyPem: string;
  readonly tests: readonly Vector[];
}

interface Vector {
  readonly tcId: number;
  readonly msg: string;
  readonly sig: string;
  readonly result: string;
}

async function agrees(
  key: PublicKey,
  algorithm: 'ed25519' | 'rsa-sha256' | 'rsa-sha512',
  vectors: readonly Vector[],
): Promise<void> {
  expect(vectors.length).toBeGreaterThan(0);
  for (const { tcId, msg, sig, result } of vectors) {
    if (result === 'acceptable') continue;
    const holds = await verifier.verify(key, algorithm, fromHex(msg), fromHex(sig));
    expect(holds, `case ${tcId}`).toBe(result === 'valid');
  }
}

function groups(file: string): readonly Group[] {
  return readJson<{ testGroups: readonly Group[] }>(`wycheproof/${file}`).testGroups;
}

function readJson<T>(path: string): T {
  // The fixtures are fixed files; their shapes are the interfaces here.
  return JSON.parse(readFileSync(join(FIXTURES, path), 'utf8')) as T;
}

function rsaKey(spki: Uint8Array): PublicKey {
  return { algorithm: 'rsa', spki: new Uint8Array(spki) };
}

function spkiOf(key: ReturnType<typeof createPublicKey>): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'spki' }));
}
