import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes, fromHex, utf8 } from '@covey/codec';
import { runs } from '@covey/testkit';
import { agreedVerdict, ed25519Claim } from '../test/agreement.ts';
import { makeSignature, type Recipe, smallOrderEncodings } from '../test/made-signatures.ts';

test('one verdict: of small order in the 196 ways of ZIP 215 is refused', async () => {
  const points = smallOrderEncodings();
  const pairs = points.flatMap((a) => points.map((r) => [a, r] as const));
  expect(pairs).toHaveLength(196);
  for (const [a, r] of pairs) {
    const signature = concatBytes(r, new Uint8Array(32));
    expect(await agreedVerdict(ed25519Claim(a, utf8('Zcash'), signature))).toBe(false);
  }
});

const recipe: fc.Arbitrary<Recipe> = fc.record({
  seed: fc.nat(),
  keyTorsion: fc.nat(7),
  nonceTorsion: fc.nat(7),
  addedOrders: fc.constant(0),
});

test('one verdict: keys and Rs of mixed order hold by the equation without cofactor', async () => {
  let held = 0;
  await fc.assert(
    fc.asyncProperty(recipe, async (tried) => {
      const { publicRaw32, message, signature, holds } = makeSignature(tried);
      expect(await agreedVerdict(ed25519Claim(publicRaw32, message, signature))).toBe(holds);
      if (holds) held++;
    }),
    runs(900),
  );
  // One in eight: else the property would say no more than that all refuse.
  expect(held).toBeGreaterThan(50);
});

test('one verdict: an S to which the order was added is refused', async () => {
  await fc.assert(
    fc.asyncProperty(recipe, fc.integer({ min: 1, max: 14 }), async (tried, addedOrders) => {
      const made = makeSignature({ ...tried, keyTorsion: 0, nonceTorsion: 0, addedOrders });
      const { publicRaw32, message, signature } = made;
      expect(await agreedVerdict(ed25519Claim(publicRaw32, message, signature))).toBe(false);
    }),
    runs(200),
  );
});

test('one verdict: a good signature holds, with any bit of key, message or signature changed it does not', async () => {
  const place = fc.record({ part: fc.nat(2), bit: fc.nat() });
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.option(place, { nil: undefined }), async (seed, change) => {
      const made = makeSignature({ seed, keyTorsion: 0, nonceTorsion: 0, addedOrders: 0 });
      const parts = [made.publicRaw32, made.message, made.signature] as const;
      const changed = change && parts[change.part];
      if (changed) flip(changed, change.bit);
      expect(await agreedVerdict(ed25519Claim(...parts))).toBe(!changed);
    }),
    runs(800),
  );
});

test('one verdict: 32 bytes by chance as key, R or S', async () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  await fc.assert(
    fc.asyncProperty(bytes, bytes, bytes, async (key, r, s) => {
      const claim = ed25519Claim(key, utf8('chance'), concatBytes(r, s));
      expect(await agreedVerdict(claim)).toBe(false);
    }),
    runs(100),
  );
});

/** A key with a part of order 8, and one without. */
const MIXED = '40a4cf5c611d737a2f1c6fcca84d9cabfed80987f186a5a6c57e629bff1af27f';
const PLAIN = 'ef4f62f8479733ad879cfaced3c89a9c39dd4fc795ef2efa1c3eafe4d729a081';
// All satisfy the equation without cofactor. By themselves OpenSSL 3.0 takes all, OpenSSL 3.5 only the first two.
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
])('one verdict: $name', async ({ key, text, r, s, accept }) => {
  const claim = ed25519Claim(fromHex(key), utf8(text), fromHex(r + s));
  expect(await agreedVerdict(claim)).toBe(accept);
});

function flip(bytes: Uint8Array, bit: number): void {
  const at = (bit >> 3) % bytes.length;
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
}
