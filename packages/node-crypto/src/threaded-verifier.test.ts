import { generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import type { PublicKey } from '@covey/identity';
import { makeEd25519Key, nodeVerifier, threadedVerifier } from './index.ts';

const verifier = threadedVerifier(2);
afterAll(() => verifier.close());

const keys = [makeEd25519Key().signer, makeEd25519Key().signer];

/** Checks of which every third is of a changed message, every fifth by another key, every seventh cut short. */
async function checks(count: number) {
  return Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const signer = keys[n % 2]!; // one of two
      const message = new TextEncoder().encode(`message ${n}`);
      const signature = await signer.sign(message);
      if (n % 3 === 0) message[0]! ^= 1; // not empty
      const { publicKey } = n % 5 === 0 ? keys[(n + 1) % 2]! : signer;
      const given = n % 7 === 0 ? signature.subarray(1) : signature;
      return {
        args: [publicKey, 'ed25519', message, given] as const,
        holds: (n % 3) * (n % 5) * (n % 7) > 0,
      };
    }),
  );
}

test.each([1, 5, 16, 127, 128, 129, 1000])(
  '%i checks that are asked for at once get the verdicts that each would get alone',
  async (count) => {
    const asked = await checks(count);
    const holds = asked.map((one) => one.holds);
    expect(await Promise.all(asked.map(({ args }) => verifier.verify(...args)))).toEqual(holds);
    const single = nodeVerifier();
    expect(await Promise.all(asked.map(({ args }) => single.verify(...args)))).toEqual(holds);
  },
);

test('checks that a thread leaves undone are done in its place', async () => {
  const dying = threadedVerifier(1);
  const asked = await checks(500);
  const verdicts = Promise.all(asked.map(({ args }) => dying.verify(...args)));
  await new Promise(setImmediate);
  await dying.close();
  expect(await verdicts).toEqual(asked.map(({ holds }) => holds));
});

test('one RSA key may have signed by several digests: each check has its own', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  const key: PublicKey = { algorithm: 'rsa', spki };
  const message = new TextEncoder().encode('one message');
  const verdicts = Array.from({ length: 40 }, (_, n) => {
    const digest = n % 2 === 0 ? 'sha256' : 'sha512';
    const signature = new Uint8Array(sign(digest, message, privateKey));
    return verifier.verify(key, `rsa-${digest}`, message, signature);
  });
  expect(await Promise.all(verdicts)).toEqual(verdicts.map(() => true));
});
