import { createDecipheriv } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromHex } from '@covey/codec';
import { type PublicKey, readPublicKey, type SignatureAlgorithm } from '@covey/identity';
import { corpusNamed } from '@covey/testkit';
import { agreedVerdict } from '../test/agreement.ts';

interface Vector {
  readonly tcId: number;
  readonly result: 'valid' | 'invalid' | 'acceptable';
  readonly msg: string;
  readonly sig: string;
}
interface Sealed extends Vector {
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly ct: string;
  readonly tag: string;
}
interface Group {
  readonly sha?: string;
  readonly keySize?: number;
  readonly ivSize?: number;
  readonly tagSize?: number;
  readonly publicKeyDer: string;
  readonly tests: readonly Vector[];
}
interface File {
  readonly algorithm?: string;
  readonly schema: string;
  readonly testGroups: readonly Group[];
}

const NOT_IN_USE = 'not in use';
type Use = typeof NOT_IN_USE | ((group: Group) => Promise<void>);

/**
 * What the system calls, by the algorithm that a file names, or the schema where it names none. The
 * issue that brings a primitive into use brings its row a test.
 */
const USES: Readonly<Record<string, Use>> = {
  EDDSA: (group) => asStated(group, 'ed25519'),
  'RSASSA-PKCS1-v1_5': (group) => asStated(group, rsaAlgorithm(group)),
  // Of the kinds of key or signature that the profile doesn't have.
  ECDSA: refused,
  'RSASSA-PSS': refused,
  // Keys on disk, see sealed-keys.ts of node-crypto.
  'AES-GCM': opened,
  'AES-KWP': NOT_IN_USE,
  'AES-WRAP': NOT_IN_USE,
  'CHACHA20-POLY1305': NOT_IN_USE,
  'XCHACHA20-POLY1305': NOT_IN_USE,
  ECDH: NOT_IN_USE,
  XDH: NOT_IN_USE,
  'HKDF-SHA-256': NOT_IN_USE,
  'HKDF-SHA-512': NOT_IN_USE,
  HMACSHA256: NOT_IN_USE,
  HMACSHA512: NOT_IN_USE,
  'PBKDF2-HMACSHA256': NOT_IN_USE,
  'PBKDF2-HMACSHA512': NOT_IN_USE,
  'json_web_crypto_schema_v1.json': NOT_IN_USE,
  'json_web_encryption_schema_v1.json': NOT_IN_USE,
  'json_web_key_schema_v1.json': NOT_IN_USE,
  'json_web_signature_schema_v1.json': NOT_IN_USE,
};

const corpus = corpusNamed('wycheproof');
const names = corpus.isAbsent
  ? []
  : readdirSync(corpus.folder).filter((name) => name.endsWith('_test.json'));
const files = names.map((name) => {
  // Fixed files; of their shape this much is used.
  const file = JSON.parse(readFileSync(join(corpus.folder, name), 'utf8')) as File;
  return { name, part: file.algorithm ?? file.schema, groups: file.testGroups };
});
const inUse = files.filter(({ part }) => USES[part] !== NOT_IN_USE);

describe.skipIf(corpus.isAbsent)(`wycheproof${corpus.note}`, () => {
  test('of every file it is known whether we use the primitive', () => {
    const unknown = files.filter(({ part }) => !Object.hasOwn(USES, part));
    expect(unknown.map(({ name, part }) => `${name} of ${part}`)).toEqual([]);
    expect(inUse.length).toBeGreaterThan(0);
  });

  test.each(inUse)('one verdict: $name ($part): the stated one', async ({ part, groups }) => {
    const use = USES[part];
    if (typeof use !== 'function') throw new Error(`nothing is said about ${part}`);
    for (const group of groups) await use(group);
  });
});

async function asStated(group: Group, algorithm: SignatureAlgorithm | undefined): Promise<void> {
  const key = keyOf(group);
  // A key or a hash that the profile doesn't have, such as e = 3: theirs to accept, not ours.
  if (!key || !algorithm) return refused(group);
  for (const { tcId, msg, sig, result } of group.tests) {
    const claim = { key, algorithm, message: fromHex(msg), signature: fromHex(sig) };
    const holds = await agreedVerdict(claim);
    if (result !== 'acceptable') expect(holds, `case ${tcId}`).toBe(result === 'valid');
  }
}

async function refused(group: Group): Promise<void> {
  const spki = fromHex(group.publicKeyDer);
  const claims = [
    ['ed25519', 'ed25519'],
    ['rsa', 'rsa-sha256'],
    ['rsa', 'rsa-sha384'],
    ['rsa', 'rsa-sha512'],
  ] as const;
  for (const { tcId, msg, sig } of group.tests) {
    for (const [kind, algorithm] of claims) {
      const key = { algorithm: kind, spki };
      const claim = { key, algorithm, message: fromHex(msg), signature: fromHex(sig) };
      expect(await agreedVerdict(claim), `case ${tcId}`).toBe(false);
    }
  }
}

function rsaAlgorithm({ sha }: Group): SignatureAlgorithm | undefined {
  const algorithms = { 'SHA-256': 'rsa-sha256', 'SHA-384': 'rsa-sha384', 'SHA-512': 'rsa-sha512' };
  return Object.entries(algorithms).find(([name]) => name === sha)?.[1] as SignatureAlgorithm; // as listed, or undefined
}

function keyOf({ publicKeyDer }: Group): PublicKey | undefined {
  try {
    return readPublicKey(fromHex(publicKeyDer));
  } catch {
    return undefined;
  }
}

/** Only with a key of 256 bits, a nonce of 96 and a tag of 128, as it is called. */
async function opened({ keySize, ivSize, tagSize, tests }: Group): Promise<void> {
  if (keySize !== 256 || ivSize !== 96 || tagSize !== 128) return;
  // The schema of these files has other fields than that of signatures.
  for (const vector of tests as readonly Sealed[]) {
    if (vector.result === 'acceptable') continue;
    expect(opens(vector), `case ${vector.tcId}`).toBe(vector.result === 'valid');
  }
}

function opens({ key, iv, aad, ct, tag, msg }: Sealed): boolean {
  const cipher = createDecipheriv('aes-256-gcm', fromHex(key), fromHex(iv), { authTagLength: 16 });
  cipher.setAAD(fromHex(aad));
  cipher.setAuthTag(fromHex(tag));
  const plain = cipher.update(fromHex(ct)).toString('hex');
  try {
    cipher.final();
    return plain === msg;
  } catch {
    return false; // The tag is another.
  }
}
