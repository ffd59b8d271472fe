import { describe, expect, test } from 'vitest';
import { fromHex, toHex, utf8 } from '@covey/codec';
import type { Aead } from '@covey/identity';

/** The Galois/Counter Mode of Operation (McGrew, Viega), appendix B: test cases 13, 14 and 16, for 256-bit keys. */
const CASES = [
  {
    key: '00'.repeat(32),
    nonce: '00'.repeat(12),
    plain: '',
    aad: '',
    sealed: '530f8afbc74536b9a963b4f1c4cb738b',
  },
  {
    key: '00'.repeat(32),
    nonce: '00'.repeat(12),
    plain: '00'.repeat(16),
    aad: '',
    sealed: 'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919',
  },
  {
    key: 'feffe9928665731c6d6a8f9467308308'.repeat(2),
    nonce: 'cafebabefacedbaddecaf888',
    plain:
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    aad: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    sealed:
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b',
  },
];

/** The promises of {@link Aead}, as tests. Every adapter runs them; none is exempt. */
export function aeadConformance(name: string, aead: Aead): void {
  describe(`${name} keeps the promises of Aead`, () => {
    test.each(CASES)('the case of the standard that seals to $sealed', async (each) => {
      const [key, nonce, plain, aad] = [each.key, each.nonce, each.plain, each.aad].map(
        fromHex,
      ) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]; // Four.
      const sealed = await aead.seal(key, nonce, plain, aad);
      expect(toHex(sealed)).toBe(each.sealed);
      expect(await aead.open(key, nonce, sealed, aad)).toEqual(plain);
    });

    test('nothing opens with a bit changed, another key, nonce or further data, or cut', async () => {
      const [key, nonce, aad] = [
        new Uint8Array(32).fill(1),
        new Uint8Array(12).fill(2),
        utf8('aad'),
      ];
      const sealed = await aead.seal(key, nonce, utf8('a secret'), aad);
      for (let bit = 0; bit < 8 * sealed.length; bit++) {
        const flipped = sealed.slice();
        flipped[bit >> 3]! ^= 1 << (bit & 7); // Within.
        expect(await aead.open(key, nonce, flipped, aad), `bit ${bit}`).toBeUndefined();
      }
      for (let length = 0; length < sealed.length; length++) {
        expect(await aead.open(key, nonce, sealed.subarray(0, length), aad)).toBeUndefined();
      }
      expect(await aead.open(key.with(0, 9), nonce, sealed, aad)).toBeUndefined();
      expect(await aead.open(key, nonce.with(0, 9), sealed, aad)).toBeUndefined();
      expect(await aead.open(key, nonce, sealed, utf8('another'))).toBeUndefined();
      expect(await aead.open(key, nonce, sealed, aad)).toEqual(utf8('a secret'));
    });

    test('what is given may be part of something larger, and stays as it was', async () => {
      const buffer = new Uint8Array(200_000).map((_, at) => at % 251);
      const plain = buffer.subarray(1000, 150_000);
      const [key, nonce, aad] = [
        buffer.subarray(3, 35),
        buffer.subarray(50, 62),
        buffer.subarray(7, 9),
      ];
      const before = plain.slice();
      const sealed = await aead.seal(key, nonce, plain, aad);
      expect(plain).toEqual(before);
      const framed = new Uint8Array(sealed.length + 20);
      framed.set(sealed, 10);
      const opened = await aead.open(key, nonce, framed.subarray(10, 10 + sealed.length), aad);
      expect(opened).toEqual(before);
    });
  });
}
