import { expect, test } from 'vitest';
import { nodeDigests } from '@covey/node-crypto';
import { edKey, madeCertificate, type Parts, rsaKey } from '../test/made-certificate.ts';
import { makeChain, ports, settings } from '../test/made-chain.ts';
import { explicit } from './der-writer.ts';
import { writeName } from './distinguished-name.ts';
import { writeAuthorityExtensions } from './extensions.ts';
import {
  commitSignatureAlgorithm,
  deviceIdOf,
  issueDevice,
  judgeDevice,
  readDeviceCertificate,
  writePem,
} from './index.ts';

const ours = await makeChain();
const others = await makeChain();

test('ID-1: a device is the account’s that issued its certificate', async () => {
  expect(await judgeDevice(ours.devicePem, ours.deviceId, ours.chain, ports)).toEqual({
    ok: true,
    value: { deviceId: ours.deviceId, certificate: ours.device, accountUri: ours.uri },
  });
  expect(readDeviceCertificate(ours.devicePem, ours.deviceId, ports)).toEqual({
    ok: true,
    value: ours.device,
  });
});

test('a device that has expired is the account’s all the same', async () => {
  const old = await makeChain(new Date('1990-01-01'));
  expect(await judgeDevice(old.devicePem, old.deviceId, old.chain, ports)).toMatchObject({
    ok: true,
  });
});

test('an account has many devices', async () => {
  const key = edKey().publicKey;
  const { account, accountSigner } = ours;
  const der = await issueDevice({ ...settings, account, accountSigner, deviceKey: key });
  const judged = await judgeDevice(pemOf(der), deviceIdOf(key, nodeDigests), ours.chain, ports);
  expect(judged).toMatchObject({ ok: true, value: { accountUri: ours.uri } });
});

test.each([
  ['the file name of another', ours.devicePem, others.deviceId, /^the key of device /],
  ['another account’s device', others.devicePem, others.deviceId, /issuer name/],
  ['the account as device', pemOf(ours.account.der), idOf(ours.account), /may issue others/],
  ['the CA as device', pemOf(ours.authority.der), idOf(ours.authority), /may issue others/],
  ['the device twice', pemOf(ours.device.der, ours.device.der), ours.deviceId, /^2 certificates/],
  ['a chain', pemOf(ours.device.der, ours.account.der), ours.deviceId, /^2 certificates/],
])('%s is refused', async (_, pem, id, found) => {
  expect(await judgeDevice(pem, id, ours.chain, ports)).toEqual({
    ok: false,
    found: expect.stringMatching(found),
  });
});

const device = edKey();
const accountTestKey = { ...ours.accountSigner, algorithm: 'ed25519' } as const;
const keyHash = nodeDigests.sha1(device.publicKey.spki);
test.each<[string, Parts, RegExp]>([
  ['without extensions', { extensions: new Uint8Array() }, /key usage/],
  ['that may issue', { extensions: explicit(3, writeAuthorityExtensions(keyHash)) }, /may issue/],
  [
    'with the SHA-1 as UID, as Jami has it',
    { subject: writeName('x', '0'.repeat(40)) },
    /subject UID/,
  ],
  ['with the UID of another', { subject: writeName('x', ours.deviceId) }, /subject UID/],
  ['with another issuer', {}, /issuer name/],
])('a device %s is refused', async (_, parts, found) => {
  const right = { key: device.publicKey, issuer: accountTestKey, role: 'device' } as const;
  const der = await madeCertificate(right, parts);
  expect(await judgeDevice(pemOf(der), idOf(device), ours.chain, ports)).toEqual({
    ok: false,
    found: expect.stringMatching(found),
  });
});

test('a device that somebody else signed in the account’s name is refused', async () => {
  const right = { key: device.publicKey, issuer: edKey(), role: 'device' } as const;
  const der = await madeCertificate(right, { issuer: ours.account.subject });
  expect(await judgeDevice(pemOf(der), idOf(device), ours.chain, ports)).toEqual({
    ok: false,
    found: 'a signature not by the issuer',
  });
});

test.each([
  ['account', accountTestKey.publicKey],
  ['CA', ours.authority.publicKey],
])('a device with the key of its %s is refused', async (_, key) => {
  const right = { key, issuer: accountTestKey, role: 'device' } as const;
  const der = await madeCertificate(right, { issuer: ours.account.subject });
  expect(await judgeDevice(pemOf(der), deviceIdOf(key, nodeDigests), ours.chain, ports)).toEqual({
    ok: false,
    found: 'one key in two places of a chain',
  });
});

test('an RSA device of an Ed25519 account is refused', async () => {
  const rsa = rsaKey();
  const der = await madeCertificate(
    { key: rsa.publicKey, issuer: rsa, role: 'device' },
    { issuer: ours.account.subject },
  );
  expect(await judgeDevice(pemOf(der), idOf(rsa), ours.chain, ports)).toEqual({
    ok: false,
    found: 'a chain of mixed keys',
  });
});

test('the key alone says how commits are signed', () => {
  expect(commitSignatureAlgorithm(device.publicKey)).toBe('ed25519');
  expect(commitSignatureAlgorithm({ algorithm: 'rsa', spki: new Uint8Array() })).toBe('rsa-sha512');
});

function pemOf(...ders: Uint8Array[]): Uint8Array {
  return writePem(ders, 'CERTIFICATE');
}

function idOf({ publicKey }: Pick<typeof device, 'publicKey'>) {
  return deviceIdOf(publicKey, nodeDigests);
}
