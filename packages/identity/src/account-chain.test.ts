import { expect, test } from 'vitest';
import { utf8 } from '@covey/codec';
import { nodeDigests } from '@covey/node-crypto';
import {
  edKey,
  madeCertificate,
  type Parts,
  rsaKey,
  type TestKey,
} from '../test/made-certificate.ts';
import { makeChain, ports, settings } from '../test/made-chain.ts';
import { explicit } from './der-writer.ts';
import { writeName } from './distinguished-name.ts';
import { writeAuthorityExtensions, writeDeviceExtensions } from './extensions.ts';
import {
  accountUriOf,
  issueAccount,
  judgeAccountChain,
  type readCertificate,
  writePem,
} from './index.ts';

const ours = await makeChain();
const others = await makeChain();

test('ID-1: an account is a chain that judging follows from the CA to the account', async () => {
  const judged = await judgeAccountChain(ours.accountPem, ours.uri, ports);
  expect(judged).toMatchObject({ ok: true, value: { uri: ours.uri, pem: ours.accountPem } });
});

test('ID-1: a chain that has expired is valid all the same, because validity has no clock', async () => {
  const old = await makeChain(new Date('1990-01-01'));
  expect(await judgeAccountChain(old.accountPem, old.uri, ports)).toMatchObject({ ok: true });
});

test('a renewed chain of the same keys is the same account', async () => {
  const der = await issueAccount({
    ...settings,
    now: new Date('2030-01-01'),
    authority: ours.authority,
    authoritySigner: ours.authoritySigner,
    accountKey: ours.account.publicKey,
  });
  const pem = writePem([der, ours.authority.der], 'CERTIFICATE');
  expect(await judgeAccountChain(pem, ours.uri, ports)).toMatchObject({ ok: true });
});

test.each([
  ['the file name of another account', ours.accountPem, others.uri, /^the key of account /],
  ['another’s CA', pemOf(ours.account.der, others.authority.der), ours.uri, /issuer name/],
  ['CA and account swapped', pemOf(ours.authority.der, ours.account.der), ours.uri, /^the key of/],
  ['the account alone', pemOf(ours.account.der), ours.uri, /^1 certificates/],
  [
    'three certificates',
    pemOf(ours.account.der, ours.authority.der, ours.authority.der),
    ours.uri,
    /^3 cert/,
  ],
  ['the account twice', pemOf(ours.account.der, ours.account.der), ours.uri, /issuer name/],
  [
    'a CA that is its own account',
    pemOf(ours.authority.der, ours.authority.der),
    uriOf(ours.authority),
    /one key in two/,
  ],
  [
    'a device as account',
    pemOf(ours.device.der, ours.account.der),
    uriOf(ours.device),
    /may not issue/,
  ],
  ['no PEM', utf8('hello'), ours.uri, /PEM/],
  ['an empty file', new Uint8Array(), ours.uri, /PEM/],
])('%s is refused', async (_, pem, uri, found) => {
  expect(await judgeAccountChain(pem, uri, ports)).toEqual({
    ok: false,
    found: expect.stringMatching(found),
  });
});

const authority = edKey();
const account = edKey();
const keyHash = nodeDigests.sha1(account.publicKey.spki);
test.each<[string, Parts, RegExp]>([
  ['without extensions', { extensions: new Uint8Array() }, /may not issue/],
  [
    'with a device’s extensions',
    { extensions: explicit(3, writeDeviceExtensions()) },
    /may not issue/,
  ],
  [
    'with the key identifier of another',
    { extensions: explicit(3, writeAuthorityExtensions(keyHash.map((byte) => byte ^ 1))) },
    /key identifier/,
  ],
  ['with the UID of another', { subject: writeName('x', ours.uri) }, /subject UID/],
  [
    'with its UID as long as a device’s',
    { subject: writeName('x', '0'.repeat(64)) },
    /subject UID/,
  ],
  ['with the issuer of another', { issuer: writeName('Issuer', ours.uri) }, /issuer name/],
  [
    'with the name of its issuer spelt otherwise',
    { issuer: writeName('issuer', uriOf(authority)) },
    /issuer name/,
  ],
])('an account %s is refused', async (_, parts, found) => {
  expect(await judgeMade(authority, account, parts)).toMatchObject({
    found: expect.stringMatching(found),
  });
});

test('a chain made by hand in the same way is accepted', async () => {
  expect(await judgeMade(authority, account, {})).toMatchObject({ ok: true });
});

test('an account that another CA of the same name signed is refused', async () => {
  const name = writeName('Issuer', uriOf(authority));
  const ca = await madeCertificate(
    { key: authority.publicKey, issuer: authority, role: 'authority' },
    { subject: name },
  );
  const forged = await madeCertificate(
    { key: account.publicKey, issuer: edKey(), role: 'authority' },
    { issuer: name },
  );
  expect(await judgeAccountChain(pemOf(forged, ca), uriOf(account), ports)).toEqual({
    ok: false,
    found: 'a signature not by the issuer',
  });
});

test('a CA that did not sign itself is refused', async () => {
  const name = writeName('Issuer', uriOf(authority));
  const ca = await madeCertificate(
    { key: authority.publicKey, issuer: edKey(), role: 'authority' },
    { subject: name, issuer: name },
  );
  const made = await madeCertificate({
    key: account.publicKey,
    issuer: authority,
    role: 'authority',
  });
  expect(await judgeAccountChain(pemOf(made, ca), uriOf(account), ports)).toEqual({
    ok: false,
    found: 'a signature not by the issuer',
  });
});

test('a chain of RSA keys is accepted, one of mixed keys is not, whoever signs for whom', async () => {
  const [ca, member] = [rsaKey(), rsaKey()];
  expect(await judgeMade(ca, member, {})).toMatchObject({ ok: true });
  expect(await judgeMade(ca, account, {})).toMatchObject({ found: expect.stringMatching(/kinds/) });
  expect(await judgeMade(authority, member, {})).toMatchObject({
    found: expect.stringMatching(/kinds/),
  });
});

test('no file but one is the account’s: each bit of it counts', async () => {
  const pem = ours.accountPem;
  const accepted: number[] = [];
  for (let at = 0; at < pem.length; at++) {
    const spoilt = pem.slice();
    spoilt[at] = (pem[at] ?? 0) ^ (1 << (at % 7));
    if ((await judgeAccountChain(spoilt, ours.uri, ports)).ok) accepted.push(at);
  }
  expect(accepted).toEqual([]);
});

async function judgeMade(ca: TestKey, member: TestKey, parts: Parts) {
  const name = writeName('Issuer', uriOf(ca));
  const pem = pemOf(
    await madeCertificate({ key: member.publicKey, issuer: ca, role: 'authority' }, parts),
    await madeCertificate({ key: ca.publicKey, issuer: ca, role: 'authority' }, { subject: name }),
  );
  return judgeAccountChain(pem, uriOf(member), ports);
}

function pemOf(...ders: Uint8Array[]): Uint8Array {
  return writePem(ders, 'CERTIFICATE');
}

function uriOf({ publicKey }: Pick<ReturnType<typeof readCertificate>, 'publicKey'>) {
  return accountUriOf(publicKey, nodeDigests);
}
