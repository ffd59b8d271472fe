import { expect, test } from 'vitest';
import { fromHex } from '@covey/codec';
import { makeChain, NOW, ports } from '../test/made-chain.ts';
import { writeTime } from './der-time.ts';
import { bitString, element, explicit, integer, octetString, oid, sequence } from './der-writer.ts';
import { issueCrl, judgeCrl, readCrl, writePem } from './index.ts';
import { writeSignatureIdentifier } from './signature-identifiers.ts';

const ours = await makeChain();
const others = await makeChain();
const issuing = { account: ours.account, accountSigner: ours.accountSigner, now: NOW };
const der = await issueCrl({ ...issuing, number: 7n, revoked: [ours.device.serialHex] });

test('ID-3: an account’s list names the devices that it revokes', async () => {
  const judged = await judgeCrl(pemOf(der), ours.chain, ports);
  expect(judged).toMatchObject({
    ok: true,
    value: { number: 7n, issuerUid: ours.uri, thisUpdate: NOW, der },
  });
  expect(judged.ok && judged.value.revoked).toEqual(new Set([ours.device.serialHex]));
});

test.each([
  ['nothing', 0n, []],
  ['one serial told twice', 1n, ['01', '01']],
  ['a number with its top bit set', 0x80n, ['7f', '0080']],
  ['a number of 20 bytes', (1n << 159n) - 1n, ['01']],
])('a list of %s is written and read back', async (_, number, revoked) => {
  const list = await issueCrl({ ...issuing, number, revoked });
  const judged = await judgeCrl(pemOf(list), ours.chain, ports);
  expect(judged).toMatchObject({ ok: true, value: { number, revoked: new Set(revoked) } });
});

test('the same revocations give the same list, in whatever order they were learnt', async () => {
  const list = await issueCrl({ ...issuing, number: 7n, revoked: ['02', '01'] });
  expect(await issueCrl({ ...issuing, number: 7n, revoked: ['01', '02'] })).toEqual(list);
});

const foreign = await issueCrl({
  ...issuing,
  account: others.account,
  accountSigner: others.accountSigner,
  number: 7n,
  revoked: [],
});
test.each([
  ['another account’s list', pemOf(foreign), /issuer name/],
  ['two lists', writePem([der, der], 'X509 CRL'), /^2 lists/],
  ['a certificate', writePem([der], 'CERTIFICATE'), /PEM/],
  ['bytes after the list', pemOf(Uint8Array.of(...der, 0)), /bytes after/],
])('%s is refused', async (_, pem, found) => {
  expect(await judgeCrl(pem, ours.chain, ports)).toEqual({
    ok: false,
    found: expect.stringMatching(found),
  });
});

test('ID-3: a list that somebody else signed in the account’s name is refused', async () => {
  const forged = await made({ signer: others.accountSigner });
  expect(await judgeCrl(pemOf(forged), ours.chain, ports)).toEqual({
    ok: false,
    found: 'a signature not by the account',
  });
  const byDevice = await made({ signer: ours.deviceSigner });
  expect(await judgeCrl(pemOf(byDevice), ours.chain, ports)).toMatchObject({ ok: false });
});

test('a list made by hand in the same way is accepted, with and without its optional parts', async () => {
  expect(await judgeCrl(pemOf(await made({})), ours.chain, ports)).toMatchObject({ ok: true });
  const list = await made({ extensions: [number(integer(fromHex('05')))] });
  expect(await judgeCrl(pemOf(list), ours.chain, ports)).toMatchObject({ ok: true });
});

test('a list whose key identifier is not the account’s is refused', async () => {
  const list = await made({
    extensions: [number(integer(fromHex('05'))), keyId(new Uint8Array(20))],
  });
  expect(await judgeCrl(pemOf(list), ours.chain, ports)).toMatchObject({
    found: expect.stringMatching(/key identifier/),
  });
});

const time = writeTime(NOW);
const one = integer(Uint8Array.of(1));
test.each<[string, CrlParts]>([
  ['version 1', { version: new Uint8Array() }],
  ['version 3', { version: integer(Uint8Array.of(2)) }],
  ['no number', { extensions: [keyId(ours.account.subjectKeyIdentifier ?? new Uint8Array())] }],
  ['no extensions', { extensions: [] }],
  ['a negative number', { extensions: [number(integer(fromHex('ff')))] }],
  ['a number of 21 bytes', { extensions: [number(integer(new Uint8Array(21).fill(1)))] }],
  ['a number with zeros in front', { extensions: [number(integer(fromHex('0001')))] }],
  ['a number that stands twice', { extensions: [number(one), number(one)] }],
  [
    'an unknown extension',
    { extensions: [number(one), sequence(oid('551d1c'), octetString(one))] },
  ],
  ['no next update', { nextUpdate: new Uint8Array() }],
  ['a next update in the past', { nextUpdate: writeTime(new Date('2020-01-01')) }],
  ['an empty list of revoked', { revoked: sequence() }],
  ['a serial that stands twice', { revoked: sequence(sequence(one, time), sequence(one, time)) }],
  ['a negative serial', { revoked: sequence(sequence(integer(fromHex('ff')), time)) }],
  ['an entry with extensions', { revoked: sequence(sequence(one, time, sequence())) }],
])('%s is refused', async (_, parts) => {
  const list = await made(parts);
  expect(() => readCrl(list)).toThrow(expect.objectContaining({ code: 'CRL_MALFORMED' }));
});

test('a list of more than 64 KiB is refused', async () => {
  const revoked = Array.from({ length: 3000 }, (_, at) => (0x10000000 + at).toString(16));
  const list = await issueCrl({ ...issuing, number: 7n, revoked });
  expect(await judgeCrl(pemOf(list), ours.chain, ports)).toMatchObject({
    found: expect.stringMatching(/^more than/),
  });
});

interface CrlParts {
  readonly version?: Uint8Array;
  readonly nextUpdate?: Uint8Array;
  readonly revoked?: Uint8Array;
  readonly extensions?: readonly Uint8Array[];
  readonly signer?: typeof ours.accountSigner;
}

async function made(parts: CrlParts): Promise<Uint8Array> {
  const identifier = writeSignatureIdentifier('ed25519');
  const extensions = parts.extensions ?? [number(integer(Uint8Array.of(7)))];
  const tbs = sequence(
    parts.version ?? integer(Uint8Array.of(1)),
    identifier,
    ours.account.subject,
    writeTime(NOW),
    parts.nextUpdate ?? writeTime(new Date('2040-01-01')),
    parts.revoked ?? new Uint8Array(),
    extensions.length > 0 ? explicit(0, sequence(...extensions)) : new Uint8Array(),
  );
  const signer = parts.signer ?? ours.accountSigner;
  return sequence(tbs, identifier, bitString(await signer.sign(tbs)));
}

function number(value: Uint8Array): Uint8Array {
  return sequence(oid('551d14'), octetString(value));
}

function keyId(id: Uint8Array): Uint8Array {
  return sequence(oid('551d23'), octetString(sequence(element(0x80, id))));
}

function pemOf(list: Uint8Array): Uint8Array {
  return writePem([list], 'X509 CRL');
}
