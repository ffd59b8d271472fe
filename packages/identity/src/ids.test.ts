import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeEd25519Key, nodeDigests } from '@covey/node-crypto';
import {
  accountUriOf,
  deviceIdOf,
  ed25519PublicKey,
  isAccountUri,
  isDeviceId,
  parseAccountUri,
  parseDeviceId,
  rawEd25519,
  readPublicKey,
  shortAccountUri,
  shortDeviceId,
} from './index.ts';

const key = makeEd25519Key().signer.publicKey;

test('ID-2: an account URI is the SHA-1 of the key', () => {
  const uri = accountUriOf(key, nodeDigests);
  expect(uri).toBe(createHash('sha1').update(key.spki).digest('hex'));
  expect(shortAccountUri(uri)).toBe(uri.slice(0, 8));
});

test('ID-2: a device id is the SHA-256 of the key', () => {
  const id = deviceIdOf(key, nodeDigests);
  expect(id).toBe(createHash('sha256').update(key.spki).digest('hex'));
  expect(shortDeviceId(id)).toBe(id.slice(0, 8));
});

test.each([
  ['upper case', (digits: string) => digits.toUpperCase()],
  ['a line feed at the end', (digits: string) => `${digits}\n`],
  ['a digit too few', (digits: string) => digits.slice(1)],
  ['a digit too many', (digits: string) => `${digits}0`],
  ['other digits', (digits: string) => digits.replace(/.$/, '٣')],
])('an id with %s is refused', (_, spoil) => {
  const uri = spoil('ab'.repeat(20));
  const id = spoil('ab'.repeat(32));
  expect(isAccountUri(uri)).toBe(false);
  expect(isDeviceId(id)).toBe(false);
  expect(() => parseAccountUri(uri)).toThrow(
    expect.objectContaining({ code: 'ACCOUNT_URI_MALFORMED' }),
  );
  expect(() => parseDeviceId(id)).toThrow(expect.objectContaining({ code: 'DEVICE_ID_MALFORMED' }));
});

test('a raw Ed25519 key and its SubjectPublicKeyInfo give each other', () => {
  expect(ed25519PublicKey(rawEd25519(key))).toEqual(key);
  expect(readPublicKey(key.spki)).toEqual(key);
});
