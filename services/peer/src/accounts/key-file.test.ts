import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type PrivateKeys, parsePassphrase } from '@covey/device';
import { makeEd25519Key } from '@covey/node-crypto';
import { temporaryFolder } from '../../test/stage.ts';
import { KeyFile } from './key-file.ts';
import { Turnstile } from './turnstile.ts';

const KEYS: PrivateKeys = {
  devicePkcs8: makeEd25519Key().pkcs8,
  accountPkcs8: makeEd25519Key().pkcs8,
  authorityPkcs8: makeEd25519Key().pkcs8,
};
const EARLIER = {
  'device.key': KEYS.devicePkcs8,
  'account.key': KEYS.accountPkcs8,
  'authority.key': KEYS.authorityPkcs8,
};
const FIRST = parsePassphrase('the first passphrase');
const SECOND = parsePassphrase('the second passphrase');
const UNFINISHED = 'tmp_obj_0b5ad1f6-6e51-4a5b-9d5f-6d4a2b3f5f0e';

type Files = Readonly<Record<string, Uint8Array>>;

/** A folder with just these files, as a disk may show them after a power cut. */
async function folderOf(files: Files): Promise<{ path: string; keys: KeyFile }> {
  const path = await temporaryFolder();
  await mkdir(join(path, 'conversations'));
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(path, name), bytes);
  return { path, keys: new KeyFile(path, new Turnstile()) };
}

/** What the file `keys` holds in each form. */
async function written(passphrase?: typeof FIRST): Promise<Uint8Array> {
  const path = await mkdtemp(join(tmpdir(), 'covey-keys-'));
  await new KeyFile(path, new Turnstile()).write(KEYS, passphrase);
  const bytes = await readFile(join(path, 'keys'));
  await rm(path, { recursive: true });
  return new Uint8Array(bytes);
}

const PLAIN = await written();
const UNDER_FIRST = await written(FIRST);
const UNDER_SECOND = await written(SECOND);

function parts(bytes: Uint8Array): Uint8Array[] {
  const half = bytes.length >> 1;
  return [0, 1, half, bytes.length - 1, bytes.length].map((length) => bytes.slice(0, length));
}

describe('ID-1: keys of an earlier version are taken over, wherever a crash stopped that', () => {
  const plain = Object.entries(EARLIER);
  test.each<[string, Files]>([
    ['before it began', EARLIER],
    ...parts(PLAIN).map((part): [string, Files] => [
      `with ${part.length} bytes of the new file`,
      { ...EARLIER, [UNFINISHED]: part },
    ]),
    ...[0, 1, 2, 3].map((removed): [string, Files] => [
      `with ${removed} old files removed`,
      { keys: PLAIN, ...Object.fromEntries(plain.slice(removed)) },
    ]),
  ])('%s', async (_, files) => {
    const { path, keys } = await folderOf(files);
    await keys.settle();
    expect(await readdir(path)).toEqual(['conversations', 'keys']);
    expect(await keys.isSealed()).toBe(false);
    expect(await keys.read()).toEqual(KEYS);
    await keys.settle();
    expect(await keys.read()).toEqual(KEYS);
  });

  test('a file of them that is missing is told, and nothing is removed', async () => {
    const { 'account.key': _, ...rest } = EARLIER;
    const { path, keys } = await folderOf(rest);
    await expect(keys.settle()).rejects.toMatchObject({ code: 'ACCOUNT_UNREADABLE' });
    expect(await readdir(path)).toEqual(['authority.key', 'conversations', 'device.key']);
  });

  test('nothing is removed in favour of a file that cannot be read', async () => {
    const { path, keys } = await folderOf({ ...EARLIER, keys: PLAIN.slice(0, 20) });
    await expect(keys.settle()).rejects.toMatchObject({ code: 'ACCOUNT_UNREADABLE' });
    expect(await readdir(path)).toHaveLength(5);
  });
});

describe('ID-1: a change of the passphrase is done or not done, wherever a crash stops it', () => {
  const forms = { plain: PLAIN, 'under the first': UNDER_FIRST, 'under the second': UNDER_SECOND };
  const passphrases = { plain: undefined, 'under the first': FIRST, 'under the second': SECOND };
  type Form = keyof typeof forms;
  const changes: [Form, Form][] = [
    ['plain', 'under the first'],
    ['under the first', 'under the second'],
    ['under the second', 'plain'],
  ];

  test.each(changes)('from %s to %s', async (from, to) => {
    const before = parts(forms[to]).map((part): [Files, Form] => [
      { keys: forms[from], [UNFINISHED]: part },
      from,
    ]);
    for (const [files, form] of [...before, [{ keys: forms[to] }, to] as [Files, Form]]) {
      const { path, keys } = await folderOf(files);
      await keys.settle();
      expect(await readdir(path)).toEqual(['conversations', 'keys']);
      expect(new Uint8Array(await readFile(join(path, 'keys')))).toEqual(forms[form]);
    }
    const { keys } = await folderOf({ keys: forms[from] });
    await keys.change({ current: passphrases[from], next: passphrases[to] });
    expect(await keys.read(passphrases[to])).toEqual(KEYS);
  });

  test('without the right passphrase nothing changes', async () => {
    const { path, keys } = await folderOf({ keys: UNDER_FIRST });
    for (const current of [undefined, SECOND]) {
      await expect(keys.change({ current, next: SECOND })).rejects.toMatchObject({
        code: 'PASSPHRASE_WRONG',
        message: 'the passphrase is wrong',
      });
    }
    expect(new Uint8Array(await readFile(join(path, 'keys')))).toEqual(UNDER_FIRST);
    expect(await readdir(path)).toEqual(['conversations', 'keys']);
  });
});

test('ID-1: the file is for its owner alone, in either form', async () => {
  const { path, keys } = await folderOf({});
  for (const passphrase of [undefined, FIRST]) {
    await keys.write(KEYS, passphrase);
    expect((await stat(join(path, 'keys'))).mode & 0o777).toBe(0o600);
  }
});

test.each<[string, Uint8Array]>([
  ['nothing', Buffer.of()],
  ['half of it', PLAIN.slice(0, PLAIN.length >> 1)],
  [
    'another format',
    Buffer.from(Buffer.from(PLAIN).toString().replace('"format":1', '"format":2')),
  ],
  ['a key that is no text', Buffer.from('{"account":1,"authority":2,"device":3,"format":1}')],
  [
    'a key that is not base64url',
    Buffer.from('{"account":"?","authority":"","device":"","format":1}'),
  ],
  ['no object', Buffer.from('null')],
  ['far too much', Buffer.alloc(64 * 1024 + 1, ' ')],
])('a file with %s is told as unreadable, without a word of what it holds', async (_, bytes) => {
  const { keys } = await folderOf({ keys: bytes });
  const reason = await keys.read().catch((caught: unknown) => caught);
  expect(reason).toMatchObject({ code: 'ACCOUNT_UNREADABLE' });
  expect((reason as Error).cause).toBeUndefined(); // it would be logged
  await expect(keys.settle()).rejects.toMatchObject({ code: 'ACCOUNT_UNREADABLE' });
});
