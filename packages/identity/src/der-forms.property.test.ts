import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes, toHex } from '@covey/codec';
import { runs, testSigner } from '@covey/testkit';
import { type DerNode, derBytes, derTree, lengthBytes } from '../test/der-tree.ts';
import { madeCertificate, type TestKey } from '../test/made-certificate.ts';
import { settles } from '../test/settles.ts';
import { bitString, element, integer, oid, sequence } from './der-writer.ts';
import { readCertificate, readPublicKey } from './index.ts';

const issuer: TestKey = { ...testSigner('issuer of odd forms'), algorithm: 'ed25519' };
const right = {
  key: testSigner('subject of odd forms').publicKey,
  issuer,
  role: 'device',
} as const;
const good = await madeCertificate(right);
const tree = mustBe(derTree(good));
// A SEQUENCE of the part that is signed, an algorithm and a signature (RFC 5280 §4.1).
const [tbs, algorithm] = tree.content as readonly [DerNode, DerNode, DerNode];

/** The nodes of a tree as paths of positions; the root is the empty one. */
function pathsIn(node: DerNode, path: readonly number[] = []): readonly (readonly number[])[] {
  const { content } = node;
  if (content instanceof Uint8Array) return [path];
  return [path, ...content.flatMap((member, at) => pathsIn(member, [...path, at]))];
}

/** Other spellings of an element that mean the same to a lenient reader, or nothing at all. */
const SPELLINGS: Readonly<Record<string, (header: number, inner: Uint8Array) => Uint8Array>> = {
  'a length of more bytes than needed': (tag, inner) =>
    concatBytes(
      Uint8Array.of(tag, ...lengthBytes(inner.length, inner.length < 0x80 ? 0 : 1)),
      inner,
    ),
  'a length with many zeros': (tag, inner) =>
    concatBytes(Uint8Array.of(tag, ...lengthBytes(inner.length, 9)), inner),
  'an indefinite length': (tag, inner) =>
    concatBytes(Uint8Array.of(tag, 0x80), inner, Uint8Array.of(0, 0)),
  'a tag of two bytes': (tag, inner) =>
    concatBytes(Uint8Array.of(tag | 0x1f, tag & 0x1f, ...lengthBytes(inner.length)), inner),
  'the constructed bit turned': (tag, inner) => element(tag ^ 0x20, inner),
  'a byte more': (tag, inner) => element(tag, inner, Uint8Array.of(0)),
  'an element more': (tag, inner) => element(tag, inner, Uint8Array.of(5, 0)),
  'a byte after it': (tag, inner) => concatBytes(element(tag, inner), Uint8Array.of(0)),
  'a length that says too much': (tag, inner) =>
    concatBytes(Uint8Array.of(tag, ...lengthBytes(inner.length + 1)), inner),
  'a length of 2^31': (tag, inner) => concatBytes(Uint8Array.of(tag, 0x84, 0x80, 0, 0, 0), inner),
};

/** The tree's bytes, one element of it spelled otherwise; all around it is right. */
function misspelt(node: DerNode, path: readonly number[], spelling: string): Uint8Array {
  const { tag, content } = node;
  const [at, ...rest] = path;
  if (at === undefined || content instanceof Uint8Array) {
    const inner = content instanceof Uint8Array ? content : concatBytes(...content.map(derBytes));
    return SPELLINGS[spelling]?.(tag, inner) ?? inner;
  }
  const members = content.map((member, each) =>
    each === at ? misspelt(member, rest, spelling) : derBytes(member),
  );
  return element(tag, ...members);
}

/** With the issuer's signature on what it says now: nothing but the form is wrong. */
async function signedAnew(path: readonly number[], spelling: string): Promise<Uint8Array> {
  if (path[0] !== 0) return misspelt(tree, path, spelling);
  const odd = misspelt(tbs, path.slice(1), spelling);
  return sequence(odd, derBytes(algorithm), bitString(await issuer.sign(odd)));
}

test('SAFE-2: of every element of a certificate there is one spelling', async () => {
  // What is optional ends a certificate early, and a serial may be longer: all else is fixed.
  const paths = pathsIn(tree);
  expect(paths.length).toBeGreaterThan(30);
  const taken: string[] = [];
  for (const path of paths) {
    for (const spelling of Object.keys(SPELLINGS)) {
      const der = await signedAnew(path, spelling);
      if (settles(() => readCertificate(der))) taken.push(`${spelling} at ${path.join('.')}`);
    }
  }
  // A longer serial is another serial, a longer signature a wrong one.
  const harmless = [
    'a byte more at 0.1',
    'an element more at 0.1',
    'a byte more at 2',
    'an element more at 2',
  ];
  expect(taken.filter((each) => !harmless.includes(each))).toEqual([]);
});

test('SAFE-2: what is read is DER to another reader too', () => {
  const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const der = good.slice();
      for (const [at, byte] of changes) der[at] = byte;
      if (settles(() => readCertificate(der))) expect(derTree(der)).toBeDefined();
    }),
    runs(2000),
  );
});

test('SAFE-2: a serial is taken if it is a positive INTEGER of 1 to 20 bytes in its one spelling', async () => {
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 22 }),
    fc.uint8Array({ maxLength: 21 }).map((bytes) => concatBytes(Uint8Array.of(0), bytes)),
    fc.uint8Array({ maxLength: 21 }).map((bytes) => concatBytes(Uint8Array.of(0xff), bytes)),
  );
  await fc.assert(
    fc.asyncProperty(content, async (bytes) => {
      const serial = integer(bytes);
      const value = bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, bigEndian(bytes));
      const isRight = derTree(serial) !== undefined && bytes.length <= 20 && value > 0n;
      const der = await madeCertificate(right, { serial });
      expect(
        settles(() => readCertificate(der)),
        toHex(bytes),
      ).toBe(isRight);
    }),
    runs(500),
  );
});

test('SAFE-2: an RSA key is taken if it is odd, of 2048 to 4096 bits, and with e = 65537', () => {
  const bits = fc.oneof(
    fc.constantFrom(1, 8, 1024, 2047, 2048, 2049, 3072, 4095, 4096, 4097, 8192, 16_384, 524_288),
    fc.integer({ min: 1, max: 9000 }),
  );
  const exponent = fc.oneof(
    fc.constant(65_537n),
    fc.constantFrom(1n, 3n, 17n, 65_539n, 1n << 4096n),
  );
  fc.assert(
    fc.property(bits, fc.boolean(), exponent, fc.boolean(), (size, isOdd, e, isPadded) => {
      const n = (1n << BigInt(size - 1)) | (isOdd ? 1n : 0n);
      const spki = rsaSpki(n, e, isPadded);
      const isRight = n % 2n === 1n && size >= 2048 && size <= 4096 && e === 65_537n && !isPadded;
      expect(settles(() => readPublicKey(spki))).toBe(isRight);
    }),
    runs(500),
  );
});

/** rsaEncryption with NULL (RFC 3279 §2.3.1); padded, the modulus has a zero too many. */
function rsaSpki(n: bigint, e: bigint, isPadded: boolean): Uint8Array {
  const modulus = isPadded ? concatBytes(Uint8Array.of(0), unsigned(n)) : unsigned(n);
  const algorithm = sequence(oid('2a864886f70d010101'), element(5));
  return sequence(algorithm, bitString(sequence(integer(modulus), integer(unsigned(e)))));
}

function unsigned(number: bigint): Uint8Array {
  const hex = number.toString(16);
  const bytes = new Uint8Array(
    Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex'),
  );
  return (bytes[0] ?? 0) < 0x80 ? bytes : concatBytes(Uint8Array.of(0), bytes);
}

function bigEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}

function mustBe<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a certificate of ours is DER');
  return value;
}
