import { ed25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex, toHex, utf8 } from '@covey/codec';
import { ed25519PublicKey } from '@covey/identity';
import { nodeDigests, nodeVerifier } from '@covey/node-crypto';
import { runs } from '@covey/testkit';
import { blindingFactor, blindPublicKey, blindSigner, tagOf } from './blinded-key.ts';

const seeded = (label: string) => nodeDigests.sha256(utf8(label));
const factorOf = (label: string) =>
  blindingFactor(concatBytes(seeded(`${label} low`), seeded(`${label} high`)));
const verifier = nodeVerifier();
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

describe('a blinded key', () => {
  test('what the device signs with it, everybody verifies who can compute it, by any Ed25519', async () => {
    await fc.assert(
      fc.asyncProperty(
        bytes(32),
        bytes(64),
        fc.uint8Array({ maxLength: 200 }),
        async (seed, derived, message) => {
          const factor = blindingFactor(derived);
          const blinded = blindPublicKey(ed25519.getPublicKey(seed), factor);
          const signer = blindSigner(seed, factor);
          expect(toHex(signer.publicKey)).toBe(toHex(blinded));
          const signature = signer.sign(message);
          const key = ed25519PublicKey(blinded);
          expect(await verifier.verify(key, 'ed25519', message, signature)).toBe(true);
          expect(ed25519.verify(signature, message, blinded, { zip215: false })).toBe(true);
          const other = Uint8Array.of(...message, 1);
          expect(await verifier.verify(key, 'ed25519', other, signature)).toBe(false);
        },
      ),
      runs(60),
    );
  });

  test('is another one in every scope, and for every device', () => {
    const keys = ['alice', 'bob'].flatMap((who) =>
      ['one mirror', 'another'].map((scope) =>
        toHex(blindPublicKey(ed25519.getPublicKey(seeded(who)), factorOf(scope))),
      ),
    );
    expect(new Set(keys).size).toBe(4);
    expect(new Set(keys.map((key) => toHex(tagOf(fromHex(key))))).size).toBe(4);
  });

  test('signs the same message always alike, and never two with one nonce', () => {
    const signer = blindSigner(seeded('alice'), factorOf('scope'));
    const commitments = ['one', 'two'].map((text) =>
      toHex(signer.sign(utf8(text)).subarray(0, 32)),
    );
    expect(new Set(commitments).size).toBe(2);
    expect(signer.sign(utf8('one'))).toEqual(signer.sign(utf8('one')));
    // Another factor, the same device, the same message: another nonce too.
    const other = blindSigner(seeded('alice'), factorOf('another'));
    expect(toHex(other.sign(utf8('one')).subarray(0, 32))).not.toBe(commitments[0]);
  });
});

describe('no key is blinded', () => {
  // The eight points of small order, one that has a part of it, one that is off the curve, and no point at all.
  const mixed = ed25519.Point.BASE.add(
    ed25519.Point.fromBytes(
      fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
      false,
    ),
  ).toBytes();
  test.each([
    '0100000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0000000000000000000000000000000000000000000000000000000000000080',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    toHex(mixed),
    '0200000000000000000000000000000000000000000000000000000000000000',
    'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    '00',
  ])('that is weak or none: %s', (hex) => {
    expect(() => blindPublicKey(fromHex(hex), factorOf('scope'))).toThrow(
      expect.objectContaining({ code: 'CERTIFICATE_KEY_WEAK' }),
    );
  });

  test('by a factor of zero', () => {
    expect(() => blindingFactor(new Uint8Array(64))).toThrow(
      expect.objectContaining({ code: 'KEY_MALFORMED' }),
    );
  });
});
