import { equalBytes, toHex } from '@covey/codec';
import { type Crl, readCrl, readPem, writePem } from '@covey/identity';
import { makeTestAccount } from '@covey/testkit';
import type { Chance } from '../chance.ts';
import { type FuzzTarget, promise } from '../fuzz-target.ts';
import { words } from '../words.ts';
import { reshapeDer } from './der-forge.ts';

const PEM_START = 0x2d;

/** Revocation lists, DER and PEM. */
export async function open(): Promise<FuzzTarget> {
  const alice = await makeTestAccount('alice');
  const devices = [await alice.addDevice('one'), await alice.addDevice('two')];
  const pems = [
    await alice.revoke(1n, []),
    await alice.revoke(2n, devices.slice(1)),
    await alice.revoke(2n ** 64n, devices),
  ];
  return {
    seeds: [...pems.flatMap((pem) => readPem(pem, 'X509 CRL')), ...pems],
    corpora: [{ name: 'openssl-fuzz' }, { name: 'x509-limbo' }],
    dictionary: [
      ...words('-----BEGIN X509 CRL-----\n', '-----END X509 CRL-----\n', '=\n', '20261101000000Z'),
      ...[Uint8Array.of(0x30, 0x80), Uint8Array.of(0x02, 1, 1), Uint8Array.of(0x02, 2, 0, 0x80)],
      ...[Uint8Array.of(0x06, 3, 0x55, 0x1d, 0x14), Uint8Array.of(0x06, 3, 0x55, 0x1d, 0x23)],
    ],
    reshape: (input: Uint8Array, chance: Chance) =>
      input[0] === PEM_START ? input : reshapeDer(input, chance),
    run,
  };
}

function run(input: Uint8Array): void {
  const isPem = input[0] === PEM_START;
  const ders = isPem ? readPem(input, 'X509 CRL') : [input];
  promise(!isPem || equalBytes(writePem(ders, 'X509 CRL'), input), 'PEM is written as it was read');
  for (const der of ders) checkOne(der, readCrl(der));
}

function checkOne(der: Uint8Array, crl: Crl): void {
  promise(equalBytes(crl.der, der), 'a list keeps its bytes');
  promise(toHex(der).includes(toHex(crl.tbs)), 'what is signed stands in the list');
  promise(crl.number >= 0n && crl.number < 2n ** 160n, 'a list has a number');
  promise(crl.thisUpdate <= crl.nextUpdate, 'a list ends after it begins');
  for (const serial of crl.revoked)
    promise(/^(?:[0-9a-f]{2}){1,20}$/.test(serial), 'serials are hex');
}
