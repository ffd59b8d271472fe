import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex, utf8 } from '@covey/codec';
import { nodeAead, nodeDigests } from '@covey/node-crypto';
import { hpkeOpen, hpkeRecipient, hpkeSeal, sharedSecret } from './hpke.ts';

/** RFC 9180 appendix A.1.1. What is agreed on doesn't depend on the cipher. */
const RFC = {
  skEm: '52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736',
  pkEm: '37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431',
  skRm: '4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8',
  pkRm: '3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d',
  sharedSecret: 'fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc',
};
/** The points of small order (RFC 7748 §6.1 and section 7; the same x with the top bit set). */
const WEAK = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

const binding = { info: utf8('covey/1 grant'), aad: utf8('for whom') };
const seeded = (label: string) => nodeDigests.sha256(utf8(label));
const sealed = (to: Uint8Array, plain: Uint8Array, seed: string) =>
  hpkeSeal(to, plain, binding, { aead: nodeAead, ephemeral32: seeded(seed) });

test('RFC 9180 A.1.1: both sides agree on the secret of the standard', () => {
  const recipient = hpkeRecipient(fromHex(RFC.skRm));
  expect(toHex(recipient.publicKey)).toBe(RFC.pkRm);
  const agreedOn = recipient.agree(fromHex(RFC.pkEm));
  expect(agreedOn).toEqual(hpkeRecipient(fromHex(RFC.skEm)).agree(fromHex(RFC.pkRm)));
  const secret = sharedSecret(agreedOn ?? new Uint8Array(), fromHex(RFC.pkEm), fromHex(RFC.pkRm));
  expect(toHex(secret)).toBe(RFC.sharedSecret);
});

describe('against a library made for it', () => {
  const suite = new CipherSuite({
    kem: new DhkemX25519HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes256Gcm(),
  });
  const sizes = [0, 1, 32, 1000];
  const pair = async (seed: string) => {
    const secret = seeded(seed);
    const recipient = hpkeRecipient(secret);
    const theirs = {
      publicKey: await suite.kem.deserializePublicKey(recipient.publicKey.slice().buffer),
      privateKey: await suite.kem.deserializePrivateKey(secret.slice().buffer),
    };
    return { recipient, theirs };
  };

  test.each(sizes)('what we seal of %i bytes it opens', async (size) => {
    const { recipient, theirs } = await pair(`ours ${size}`);
    const plain = new Uint8Array(size).fill(7);
    const bytes = (await sealed(recipient.publicKey, plain, 'once')) ?? new Uint8Array();
    expect(bytes).toHaveLength(32 + size + 16);
    const opened = await suite.open(
      { recipientKey: theirs, enc: bytes.slice(0, 32).buffer, info: binding.info },
      bytes.slice(32).buffer,
      binding.aad,
    );
    expect(new Uint8Array(opened)).toEqual(plain);
  });

  test.each(sizes)('what it seals of %i bytes we open', async (size) => {
    const { recipient, theirs } = await pair(`theirs ${size}`);
    const plain = new Uint8Array(size).fill(9);
    const { enc, ct } = await suite.seal(
      { recipientPublicKey: theirs.publicKey, info: binding.info },
      plain,
      binding.aad,
    );
    const bytes = Uint8Array.of(...new Uint8Array(enc), ...new Uint8Array(ct));
    expect(await hpkeOpen(recipient, bytes, binding, nodeAead)).toEqual(plain);
  });
});

describe('nothing opens', () => {
  const recipient = hpkeRecipient(seeded('recipient'));
  const secret = seeded('the secret of an epoch');
  const message = async () =>
    (await sealed(recipient.publicKey, secret, 'once')) ?? new Uint8Array();
  const opens = async (bytes: Uint8Array, to = recipient, bound = binding) =>
    (await hpkeOpen(to, bytes, bound, nodeAead)) !== undefined;

  test('but what was sealed, for what it was sealed for', async () => {
    const bytes = await message();
    expect(await opens(bytes)).toBe(true);
    expect(await opens(bytes, hpkeRecipient(seeded('another')))).toBe(false);
    expect(await opens(bytes, recipient, { ...binding, aad: utf8('for another') })).toBe(false);
    expect(await opens(bytes, recipient, { ...binding, info: utf8('covey/1 card') })).toBe(false);
  });

  test('where any bit is another, or bytes are cut off or follow', async () => {
    const bytes = await message();
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7); // Within.
      // The top bit of a key changes nothing of what is agreed on (RFC 7748 §5); the secret is made from all bits.
      expect(await opens(flipped), `bit ${bit}`).toBe(false);
    }
    for (let length = 0; length < bytes.length; length++) {
      expect(await opens(bytes.subarray(0, length))).toBe(false);
    }
    expect(await opens(Uint8Array.of(...bytes, 0))).toBe(false);
  });

  test.each(WEAK)('to or from a key of small order: %s', async (hex) => {
    expect(await sealed(fromHex(hex), secret, 'once')).toBeUndefined();
    const bytes = await message();
    bytes.set(fromHex(hex));
    expect(await opens(bytes)).toBe(false);
  });
});
