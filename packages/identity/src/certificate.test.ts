import { expect, test } from 'vitest';
import { concatBytes, fromHex, toHex, utf8 } from '@covey/codec';
import { edKey, madeCertificate, type Parts, rsaKey } from '../test/made-certificate.ts';
import { makeChain, NOW, settings } from '../test/made-chain.ts';
import { writeTime } from './der-time.ts';
import { element, explicit, integer, octetString, oid, sequence } from './der-writer.ts';
import { issueAuthority, isWithinDates, readCertificate } from './index.ts';

const ed = edKey();
const rsa = rsaKey();
const malformed = expect.objectContaining({ code: 'CERTIFICATE_MALFORMED' });
const day = (text: string) => writeTime(new Date(text));
const utcTime = (text: string) => element(0x17, utf8(text));
const generalizedTime = (text: string) => element(0x18, utf8(text));
const extension = (id: string, ...rest: Uint8Array[]) => sequence(oid(id), ...rest);
const extensions = (...list: Uint8Array[]) => explicit(3, sequence(...list));
const attribute = (id: string, value: Uint8Array) => element(0x31, sequence(oid(id), value));
const commonName = (text: string) => attribute('550403', element(0x0c, utf8(text)));
const uid = attribute('0992268993f22c640101', element(0x13, utf8('ab'.repeat(20))));
const right = { key: ed.publicKey, issuer: ed, role: 'device' } as const;
const TRUE = fromHex('0101ff');
const keyUsage = octetString(fromHex('03020780'));
const caTrue = octetString(fromHex('30030101ff'));

test('reads what the issuer wrote', async () => {
  const { account, authority, device, uri, deviceId } = await makeChain();
  expect(account).toMatchObject({
    isAuthority: true,
    keyUsage: ['keyCertSign', 'cRLSign'],
    subjectUid: uri,
    subjectName: 'Covey',
    issuerUid: authority.subjectUid,
    issuer: authority.subject,
    notBefore: new Date('2026-11-20T12:00:00Z'),
    notAfter: new Date('2036-11-18T12:00:00Z'),
    signatureAlgorithm: 'ed25519',
  });
  expect(device).toMatchObject({
    isAuthority: false,
    keyUsage: ['digitalSignature'],
    subjectUid: deviceId,
    issuerUid: uri,
  });
  expect(device.serialHex).toMatch(/^(?:00[89a-f].|[0-7].)(?:..){1,7}$/);
});

test('a certificate made by hand in the same way is read', async () => {
  expect(readCertificate(await madeCertificate(right)).serialHex).toBe('0123456789abcdef');
});

test('a negative serial is accepted in Jami’s RSA certificates only', async () => {
  const serial = integer(fromHex('f3f31f0a6143b47b'));
  const der = await madeCertificate(
    { key: rsa.publicKey, issuer: rsa, role: 'device' },
    { serial },
  );
  expect(readCertificate(der).serialHex).toBe('f3f31f0a6143b47b');
  const ours = await madeCertificate(right, { serial });
  expect(() => readCertificate(ours)).toThrow('a serial that is negative');
});

test.each<[string, Parts]>([
  ['version 1', { version: explicit(0, integer(Uint8Array.of(0))) }],
  ['no version', { version: new Uint8Array() }],
  ['a serial of zero', { serial: integer(Uint8Array.of(0)) }],
  ['a serial of 21 bytes', { serial: integer(new Uint8Array(21).fill(1)) }],
  ['a serial with a zero in front', { serial: integer(fromHex('0001')) }],
  ['a negative serial with more ones than needed', { serial: integer(fromHex('ff80')) }],
  ['a serial without content', { serial: integer(new Uint8Array()) }],
  ['a signature algorithm inside that is another', { innerAlgorithm: fromHex('300506032b6571') }],
  ['parameters to Ed25519', { outerAlgorithm: fromHex('300706032b65700500') }],
  ['an RSA signature algorithm', rsaAlgorithm()],
  ['a key of another kind than the signature', { spki: rsa.publicKey.spki }],
  ['an Ed25519 key of 31 bytes', { spki: fromHex(`3029300506032b6570032000${'01'.repeat(31)}`) }],
  ['an X25519 key', { spki: fromHex(`302a300506032b656e032100${'01'.repeat(32)}`) }],
  ['a name without UID', { subject: sequence(commonName('x')) }],
  ['a name with UID first', { subject: sequence(uid, commonName('x')) }],
  ['a name with UID twice', { subject: sequence(commonName('x'), uid, uid) }],
  ['an empty issuer', { issuer: sequence() }],
  ['NUL in a name', { subject: sequence(commonName('a\0b'), uid) }],
  ['an empty common name', { subject: sequence(commonName(''), uid) }],
  ['a common name of 65 letters', { subject: sequence(commonName('a'.repeat(65)), uid) }],
  ['a name that is not UTF-8', { subject: sequence(attribute('550403', fromHex('0c01ff')), uid) }],
  ['a PrintableString with @', { subject: sequence(attribute('550403', fromHex('130140')), uid) }],
  ['an IA5String in a name', { subject: sequence(attribute('550403', fromHex('160161')), uid) }],
  ['dates in the wrong order', { validity: sequence(day('2036-01-01'), day('2026-01-01')) }],
  ['a UTCTime without seconds', timed(utcTime('2611210046Z'))],
  ['a UTCTime with an offset', timed(utcTime('261121004603+0000'))],
  ['the 31st of February', timed(utcTime('260231000000Z'))],
  ['a second 60', timed(utcTime('260101000060Z'))],
  ['a GeneralizedTime before 2050', timed(generalizedTime('20260101000000Z'))],
  ['a GeneralizedTime with fractions', timed(generalizedTime('20600101000000.5Z'))],
  ['a year 50 as GeneralizedTime', timed(generalizedTime('00500101000000Z'))],
  [
    'an unknown critical extension',
    { extensions: extensions(extension('551d24', TRUE, keyUsage)) },
  ],
  [
    'an unknown extension',
    { extensions: extensions(extension('551d11', octetString(sequence()))) },
  ],
  ['no extension in the list', { extensions: extensions() }],
  ['an extension that stands twice', { extensions: twice(extension('551d0f', TRUE, keyUsage)) }],
  [
    'critical FALSE written out',
    {
      extensions: extensions(
        extension('551d0e', fromHex('010100'), octetString(octetString(new Uint8Array(20)))),
      ),
    },
  ],
  [
    'critical TRUE as 1',
    { extensions: extensions(extension('551d0f', fromHex('010101'), keyUsage)) },
  ],
  ['a key usage that is not critical', { extensions: extensions(extension('551d0f', keyUsage)) }],
  [
    'a key usage with spare bits',
    { extensions: extensions(extension('551d0f', TRUE, octetString(fromHex('03020680')))) },
  ],
  [
    'a key usage without bits',
    { extensions: extensions(extension('551d0f', TRUE, octetString(fromHex('030100')))) },
  ],
  ['basic constraints not critical', { extensions: extensions(extension('551d13', caTrue)) }],
  [
    'a path length',
    { extensions: extensions(extension('551d13', TRUE, octetString(fromHex('30060101ff020100')))) },
  ],
  [
    'CA:FALSE written out',
    { extensions: extensions(extension('551d13', TRUE, octetString(fromHex('3003010100')))) },
  ],
  [
    'an empty basic constraints',
    { extensions: extensions(extension('551d13', TRUE, octetString(sequence()))) },
  ],
  [
    'a short key identifier',
    { extensions: extensions(extension('551d0e', octetString(octetString(new Uint8Array(8))))) },
  ],
  [
    'bytes after an extension',
    { extensions: extensions(extension('551d0f', TRUE, keyUsage, TRUE)) },
  ],
  ['an issuer’s unique id', { extensions: concatBytes(element(0x81, fromHex('0000'))) }],
  [
    'a signature that is not of whole bytes',
    { signature: element(0x03, fromHex('01'), new Uint8Array(64)) },
  ],
  ['bytes after the signature', { after: fromHex('0500') }],
  [
    'more than 8 KiB',
    { subject: sequence(commonName('x'), uid, element(0x31, new Uint8Array(9000))) },
  ],
])('%s is refused', async (_, parts) => {
  const der = await madeCertificate(right, parts);
  expect(() => readCertificate(der)).toThrow(malformed);
});

test.each([
  ['trailing bytes', (der: Uint8Array) => concatBytes(der, Uint8Array.of(0))],
  ['a missing byte', (der: Uint8Array) => der.slice(0, -1)],
  [
    'an indefinite length',
    (der: Uint8Array) => concatBytes(fromHex('3080'), der.subarray(4), fromHex('0000')),
  ],
  [
    'a length longer than needed',
    (der: Uint8Array) => concatBytes(fromHex('308300'), der.subarray(2)),
  ],
  [
    'a length of five bytes',
    (der: Uint8Array) => concatBytes(fromHex('3085000000'), der.subarray(2)),
  ],
  ['nothing', () => new Uint8Array()],
  ['a tag alone', () => Uint8Array.of(0x30)],
])('%s is refused', async (_, spoil) => {
  const der = await madeCertificate(right);
  expect(toHex(der.subarray(0, 2))).toBe('3082');
  expect(() => readCertificate(spoil(der))).toThrow(malformed);
});

test.each([
  ['1024 bits', () => rsaKey(1024).publicKey.spki],
  ['8192 bits by its length', () => rsaSpki(fromHex(`00${'ff'.repeat(1024)}`), '0203010001')],
  ['exponent 3', () => rsaSpki(fromHex(`00${'ff'.repeat(256)}`), '020103')],
  ['a negative modulus', () => rsaSpki(fromHex('ff7f'.padEnd(514, 'f')), '0203010001')],
  ['an even modulus', () => rsaSpki(fromHex(`00${'fe'.repeat(256)}`), '0203010001')],
  [
    'a modulus with zeros in front',
    () => rsaSpki(fromHex(`0000${'ff'.repeat(256)}`), '0203010001'),
  ],
])('an RSA key with %s is refused', async (_, spki) => {
  const der = await madeCertificate(
    { key: rsa.publicKey, issuer: rsa, role: 'device' },
    { spki: spki() },
  );
  expect(() => readCertificate(der)).toThrow(malformed);
});

test('a certificate is a copy: changing what it was read from changes nothing', async () => {
  // A Buffer, because its `slice` shares memory where that of other bytes copies.
  const der = Buffer.from(await madeCertificate(right));
  const before = readCertificate(der);
  const again = readCertificate(new Uint8Array(der));
  der.fill(0);
  expect(before).toEqual(again);
});

test('dates count both ends, and from 2050 on have four digits of year', async () => {
  const der = await issueAuthority({
    ...settings,
    now: new Date('2045-06-01T00:00:00Z'),
    signer: edKey(),
  });
  const certificate = readCertificate(der);
  expect(certificate.notAfter).toEqual(new Date('2055-05-30T00:00:00Z'));
  expect(isWithinDates(certificate, certificate.notBefore)).toBe(true);
  expect(isWithinDates(certificate, certificate.notAfter)).toBe(true);
  expect(isWithinDates(certificate, new Date(certificate.notAfter.getTime() + 1))).toBe(false);
  expect(isWithinDates(certificate, NOW)).toBe(false);
});

function rsaAlgorithm(): Parts {
  const identifier = fromHex('300d06092a864886f70d01010b0500');
  return { innerAlgorithm: identifier, outerAlgorithm: identifier };
}

function timed(notBefore: Uint8Array): Parts {
  return { validity: sequence(notBefore, writeTime(new Date('2099-01-01'))) };
}

function twice(one: Uint8Array): Uint8Array {
  return extensions(one, one);
}

function rsaSpki(modulus: Uint8Array, exponent: string): Uint8Array {
  const key = sequence(integer(modulus), fromHex(exponent));
  const algorithm = fromHex('300d06092a864886f70d0101010500');
  return sequence(algorithm, element(0x03, Uint8Array.of(0), key));
}
