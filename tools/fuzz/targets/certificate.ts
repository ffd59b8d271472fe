import { X509Certificate } from 'node:crypto';
import { concatBytes, equalBytes, toHex } from '@covey/codec';
import {
  accountUriOf,
  type Certificate,
  deviceIdOf,
  judgeAccountChain,
  readCertificate,
  readDeviceCertificate,
  readPem,
  writePem,
} from '@covey/identity';
import { makeTestAccount, TEST_CRYPTO } from '@covey/testkit';
import type { Chance } from '../chance.ts';
import { type FuzzTarget, promise } from '../fuzz-target.ts';
import { words } from '../words.ts';
import { reshapeDer } from './der-forge.ts';

const PEM_START = 0x2d;

/** Certificates, DER and PEM: what is accepted is one spelling, and a certificate to OpenSSL too. */
export async function open(): Promise<FuzzTarget> {
  const alice = await makeTestAccount('alice');
  const { devicePem } = await alice.addDevice('fuzz');
  const ders = [alice.chainPem, devicePem].flatMap((pem) => readPem(pem, 'CERTIFICATE'));
  return {
    seeds: [...ders, alice.chainPem, devicePem],
    corpora: [
      { name: 'openssl-fuzz' },
      { name: 'x509-limbo' },
      { name: 'signature-malleability' },
    ].concat([{ name: 'go-fuzz-corpus' }]),
    dictionary: [
      ...words(
        '-----BEGIN CERTIFICATE-----\n',
        '-----END CERTIFICATE-----\n',
        '=\n',
        '99991231235959Z',
      ),
      ...[Uint8Array.of(0x30, 0x80), Uint8Array.of(0x05, 0), Uint8Array.of(0x02, 1, 0)],
      ...[Uint8Array.of(0x06, 3, 0x2b, 0x65, 0x70), Uint8Array.of(0x01, 1, 0xff)],
    ],
    reshape,
    run,
  };
}

function reshape(input: Uint8Array, chance: Chance): Uint8Array {
  if (input[0] !== PEM_START) return reshapeDer(input, chance);
  try {
    const ders = readPem(input, 'CERTIFICATE');
    const at = chance.below(ders.length);
    return writePem(
      ders.map((der, place) => (place === at ? reshapeDer(der, chance) : der)),
      'CERTIFICATE',
    );
  } catch {
    return input; // No PEM: bytes are changed elsewhere.
  }
}

async function run(input: Uint8Array): Promise<void> {
  if (input[0] !== PEM_START) return checkOne(input, readCertificate(input));
  const ders = readPem(input, 'CERTIFICATE');
  promise(equalBytes(writePem(ders, 'CERTIFICATE'), input), 'PEM is written as it was read');
  const [first] = ders.map((der) => {
    const certificate = readCertificate(der);
    checkOne(der, certificate);
    return certificate;
  });
  if (!first) return;
  const uri = accountUriOf(first.publicKey, TEST_CRYPTO.digests);
  const device = deviceIdOf(first.publicKey, TEST_CRYPTO.digests);
  const asDevice = readDeviceCertificate(input, device, TEST_CRYPTO);
  const asAccount = await judgeAccountChain(input, uri, TEST_CRYPTO);
  promise(!(asDevice.ok && asAccount.ok), 'nothing is a device and an account');
}

function checkOne(der: Uint8Array, certificate: Certificate): void {
  promise(equalBytes(certificate.der, der), 'a certificate keeps its bytes');
  const { tbs, signature, notBefore, notAfter, serialHex } = certificate;
  const parts = concatBytes(tbs, signature);
  promise(parts.length < der.length, 'the parts lie within the whole');
  promise(toHex(der).includes(toHex(tbs)), 'what is signed stands in the certificate');
  promise(notBefore <= notAfter && /^(?:[0-9a-f]{2}){1,20}$/.test(serialHex), 'fields are fields');
  checkAgainstOpenSsl(der, certificate);
}

function readByOpenSsl(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined; // It has one answer for all that it cannot read.
  }
}

function checkAgainstOpenSsl(
  der: Uint8Array,
  { notAfter, isAuthority, keyUsage }: Certificate,
): void {
  const theirs = readByOpenSsl(der);
  promise(theirs !== undefined, 'OpenSSL reads what is accepted');
  promise(equalBytes(theirs.raw, der), 'OpenSSL sees the same bytes');
  // It sees none in a key that may not sign certificates; here that is for the judge of the chain.
  const maySign = keyUsage?.includes('keyCertSign') ?? true;
  promise(theirs.ca === (isAuthority && maySign), 'OpenSSL sees the same authority');
  promise(Date.parse(theirs.validTo) === notAfter.getTime(), 'OpenSSL sees the same end');
}
