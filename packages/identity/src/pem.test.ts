import { expect, test } from 'vitest';
import { utf8, utf8Text } from '@covey/codec';
import { readPem, writePem } from './index.ts';

const der = Uint8Array.from({ length: 100 }, (_, at) => at);
const pem = utf8Text(writePem([der, der.subarray(0, 48)], 'CERTIFICATE'));

test('what is written is read back, with 64 columns and a line feed at the end', () => {
  expect(readPem(utf8(pem), 'CERTIFICATE')).toEqual([der, der.slice(0, 48)]);
  expect(pem).toMatch(/^-----BEGIN CERTIFICATE-----\n[^\n]{64}\n[^\n]{64}\n[^\n]{8}\n-----END CER/);
  expect(pem.endsWith('-----\n')).toBe(true);
});

const lines = pem.split('\n');
test.each([
  ['nothing', ''],
  ['text in front', `hello\n${pem}`],
  ['text behind', `${pem}hello\n`],
  ['a NUL behind', `${pem}\0`],
  ['a line between the blocks', pem.replace('-----\n-----', '-----\n\n-----')],
  ['no line feed at the end', pem.slice(0, -1)],
  ['a line feed more at the end', `${pem}\n`],
  ['carriage returns', pem.replaceAll('\n', '\r\n')],
  ['a byte order mark', `\ufeff${pem}`],
  ['another label', pem.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE')],
  ['the label in lower case', pem.replaceAll('CERTIFICATE', 'certificate')],
  ['a header', pem.replace('-----\n', '-----\nX: y\n\n')],
  ['one long line', pem.replace(`${lines[1]}\n${lines[2]}`, `${lines[1]}${lines[2]}`)],
  [
    'columns of 63',
    pem.replace(lines[1] ?? '', `${lines[1]?.slice(0, 63)}\n${lines[1]?.slice(63)}`),
  ],
  ['a space at the end of a line', pem.replace('\n', ' \n')],
  ['base64 with spare bits', pem.replace('Yw==', 'Yx==')],
  ['base64 without padding', pem.replace('Yw==', 'Yw')],
  ['URL-safe base64', pem.replace('Yw==', '-w==')],
  ['an empty block', '-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n'],
  ['an end without a begin', pem.replace('-----BEGIN CERTIFICATE-----\n', '')],
  ['a begin that stands twice', `-----BEGIN CERTIFICATE-----\n${pem}`],
  ['bytes that are not UTF-8', '\xff'],
])('%s is refused', (_, text) => {
  expect(() =>
    readPem(Buffer.from(text, text === '\xff' ? 'latin1' : 'utf8'), 'CERTIFICATE'),
  ).toThrow(expect.objectContaining({ code: 'CERTIFICATE_MALFORMED' }));
});

test('a list is no certificate, and its errors say so', () => {
  expect(() => readPem(utf8(pem), 'X509 CRL')).toThrow(
    expect.objectContaining({ code: 'CRL_MALFORMED' }),
  );
});

test('more than any file of ours has is refused unread', () => {
  expect(() => readPem(new Uint8Array(1 << 20), 'X509 CRL')).toThrow(/more than/);
});
