import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex, utf8 } from '@covey/codec';
import { type DeriveKey, isSealed, seal, unseal } from './sealed-keys.ts';

const KEYS = utf8('{"authority":"...","device":"...","account":"..."}');
const PASSWORD = utf8('correct horse battery staple');
const WRONG = { code: 'PASSPHRASE_WRONG', message: 'the passphrase is wrong' };
const UNREADABLE = { code: 'ACCOUNT_UNREADABLE' };

// Where the fields stand; written down here once more, since files in this form exist.
const VERSION_AT = 12;
const LOG2_N_AT = 13;
const R_AT = 14;
const P_AT = 15;
const SALT_AT = 16;
const NONCE_AT = 32;
const HEADER_BYTES = 44;

/** As picky as scrypt about what goes in, and done at once. */
const quickly: DeriveKey = async ({ password, salt, log2N }) =>
  new Uint8Array(createHash('sha256').update(password).update(salt).update(`${log2N}`).digest());

function altered(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = value;
  return copy;
}

test('ID-1: what was sealed comes back under the same passphrase, and under no other', async () => {
  const sealed = await seal(KEYS, PASSWORD);
  expect(isSealed(sealed)).toBe(true);
  expect(await unseal(sealed, PASSWORD)).toEqual(KEYS);
  await expect(unseal(sealed, utf8('correct horse battery stable'))).rejects.toMatchObject(WRONG);
  await expect(unseal(sealed, utf8(''))).rejects.toMatchObject(WRONG);
});

test('a file that was written once stays readable', async () => {
  // Opened also with hashlib.scrypt and AESGCM of Python's cryptography, by the layout above.
  const sealed = fromHex(VECTOR);
  expect(new TextDecoder().decode(await unseal(sealed, PASSWORD))).toBe('what a release wrote');
});

test('sealing twice shows nothing of what is the same', async () => {
  const [one, two] = [await seal(KEYS, PASSWORD, quickly), await seal(KEYS, PASSWORD, quickly)];
  const [first, second] = [one, two].map((sealed) => ({
    salt: toHex(sealed.slice(SALT_AT, NONCE_AT)),
    nonce: toHex(sealed.slice(NONCE_AT, HEADER_BYTES)),
    rest: toHex(sealed.slice(HEADER_BYTES)),
  }));
  for (const field of ['salt', 'nonce', 'rest'] as const) {
    expect(first?.[field]).not.toBe(second?.[field]);
  }
  expect(one.length).toBe(HEADER_BYTES + KEYS.length + 16);
});

describe('ID-1: no altered file opens', () => {
  test('not with any one bit turned', async () => {
    const sealed = await seal(KEYS, PASSWORD, quickly);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const at = bit >> 3;
      const turned = altered(sealed, at, (sealed[at] ?? 0) ^ (1 << (bit & 7)));
      const code = await unseal(turned, PASSWORD, quickly).catch((reason) => reason.code);
      const isForm = at < LOG2_N_AT || at === R_AT || at === P_AT;
      expect([bit, code]).toEqual([
        bit,
        isForm
          ? 'ACCOUNT_UNREADABLE'
          : expect.stringMatching(/^(PASSPHRASE_WRONG|ACCOUNT_UNREADABLE)$/),
      ]);
    }
  });

  test('not cut at any byte, and not with a byte more', async () => {
    const sealed = await seal(KEYS, PASSWORD, quickly);
    for (let length = 0; length < sealed.length; length += 1) {
      await expect(unseal(sealed.slice(0, length), PASSWORD, quickly)).rejects.toMatchObject({
        code: expect.stringMatching(/^(PASSPHRASE_WRONG|ACCOUNT_UNREADABLE)$/),
      });
    }
    const longer = new Uint8Array([...sealed, 0]);
    await expect(unseal(longer, PASSWORD, quickly)).rejects.toMatchObject(WRONG);
  });

  test('not with the real derivation either, where salt or amount of work are others', async () => {
    const sealed = await seal(KEYS, PASSWORD);
    for (const [at, value] of [
      [SALT_AT, (sealed[SALT_AT] ?? 0) ^ 1],
      [LOG2_N_AT, 15],
      [LOG2_N_AT, 17],
    ] as const) {
      await expect(unseal(altered(sealed, at, value), PASSWORD)).rejects.toMatchObject(WRONG);
    }
  });
});

test('a file that asks for too much or too little work is refused before any is done', async () => {
  const sealed = await seal(KEYS, PASSWORD, quickly);
  const never: DeriveKey = async () => {
    throw new Error('this must not be reached');
  };
  const cases = [
    ...Array.from({ length: 256 }, (_, log2N) => [LOG2_N_AT, log2N] as const).filter(
      ([, log2N]) => log2N < 15 || log2N > 17,
    ),
    ...[0, 1, 7, 9, 16, 255].map((r) => [R_AT, r] as const),
    ...[0, 2, 255].map((p) => [P_AT, p] as const),
    ...[0, 2, 255].map((version) => [VERSION_AT, version] as const),
  ];
  for (const [at, value] of cases) {
    await expect(unseal(altered(sealed, at, value), PASSWORD, never)).rejects.toMatchObject(
      UNREADABLE,
    );
  }
  const huge = new Uint8Array(64 * 1024 + 1);
  huge.set(sealed);
  await expect(unseal(huge, PASSWORD, never)).rejects.toMatchObject(UNREADABLE);
});

test('opening takes about 64 MiB and less than a second', async () => {
  const program = `
    const { seal, unseal } = await import(${JSON.stringify(new URL('./sealed-keys.ts', import.meta.url).href)});
    const password = new TextEncoder().encode('correct horse battery staple');
    const before = process.resourceUsage().maxRSS;
    const sealed = await seal(new Uint8Array(200), password);
    const start = process.cpuUsage();
    await unseal(sealed, password);
    const { user, system } = process.cpuUsage(start);
    console.log(JSON.stringify({
      mebibytes: (process.resourceUsage().maxRSS - before) / 1024,
      cpuMs: (user + system) / 1000,
    }));`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    program,
  ]);
  // Time of the processor, not of the clock: other tests run beside this one.
  const { mebibytes, cpuMs } = JSON.parse(stdout) as { mebibytes: number; cpuMs: number };
  expect(mebibytes).toBeGreaterThan(56);
  expect(mebibytes).toBeLessThan(112);
  expect(cpuMs).toBeGreaterThan(20);
  expect(cpuMs).toBeLessThan(1000);
});

const VECTOR =
  '636f7665792d7365616c65640110080173cb0fcfff18bc819f2c89053acc86c827e15090cc58cc26bd12dc353623a7803bded18865442890e2e4552392323d4636b408881526ddee23a8334e98f0bfcd';
