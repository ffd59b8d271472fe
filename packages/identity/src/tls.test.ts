import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { connect, TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { utf8Text } from '@covey/codec';
import { makeChain } from '../test/made-chain.ts';
import { issueCrl, writePem } from './index.ts';

// OpenSSL and Node's TLS check dates by the clock of the machine, so this chain is made for today.
const ours = await makeChain(new Date());
const opensslAbsent = spawnSync('openssl', ['version']).status !== 0;
const pem = (...ders: Uint8Array[]) => utf8Text(writePem(ders, 'CERTIFICATE'));
const identity = {
  cert: pem(ours.device.der, ours.account.der),
  key: privateKeyPem(),
  ca: pem(ours.authority.der),
};

test('Node reads our certificates and follows their chain', () => {
  const [authority, account, device] = [ours.authority, ours.account, ours.device].map(
    ({ der }) => new X509Certificate(der),
  ) as [X509Certificate, X509Certificate, X509Certificate];
  expect([authority.ca, account.ca, device.ca]).toEqual([true, true, false]);
  expect(device.subject).toBe(`CN=Covey device\nUID=${ours.deviceId}`);
  expect(device.verify(account.publicKey)).toBe(true);
  expect(account.verify(authority.publicKey)).toBe(true);
  expect(device.checkIssued(account)).toBe(true);
  expect(Number.parseInt(ours.device.serialHex, 16)).toBe(Number.parseInt(device.serialNumber, 16));
});

test.skipIf(opensslAbsent)(
  `openssl verifies our chain, and finds a revoked device${opensslAbsent ? ' (openssl is absent)' : ''}`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'covey-identity-'));
    try {
      const [ca, account, device, list] = ['ca', 'account', 'device', 'crl'].map((name) =>
        join(folder, name),
      ) as [string, string, string, string];
      writeFileSync(ca, pem(ours.authority.der));
      writeFileSync(account, pem(ours.account.der));
      writeFileSync(device, pem(ours.device.der));
      const chain = ['-CAfile', ca, '-untrusted', account];
      for (const purpose of ['sslclient', 'sslserver']) {
        const said = execFileSync('openssl', ['verify', '-purpose', purpose, ...chain, device]);
        expect(said.toString()).toBe(`${device}: OK\n`);
      }

      const crl = async (revoked: string[], number: bigint) => {
        const { account: issuer, accountSigner } = ours;
        const der = await issueCrl({
          account: issuer,
          accountSigner,
          number,
          revoked,
          now: new Date(),
        });
        writeFileSync(list, writePem([der], 'X509 CRL'));
        return spawnSync('openssl', ['verify', '-crl_check', '-CRLfile', list, ...chain, device]);
      };
      expect((await crl([], 1n)).status).toBe(0);
      const refused = await crl([ours.device.serialHex], 2n);
      expect(refused.status).not.toBe(0);
      expect(refused.stderr.toString()).toContain('certificate revoked');
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

test('two devices meet over TLS 1.3, each with its certificate', async () => {
  const [here, there] = duplexPair();
  const server = new TLSSocket(here, {
    ...identity,
    isServer: true,
    requestCert: true,
    rejectUnauthorized: true,
  });
  const client = connect({ ...identity, socket: there, checkServerIdentity: () => undefined });
  await Promise.all([once(server, 'secure'), once(client, 'secureConnect')]);
  expect(client.authorized).toBe(true);
  expect(client.getProtocol()).toBe('TLSv1.3');
  expect(new Uint8Array(client.getPeerCertificate().raw)).toEqual(ours.device.der);
  expect(new Uint8Array(server.getPeerCertificate().raw)).toEqual(ours.device.der);
  client.destroy();
  server.destroy();
});

function privateKeyPem(): string {
  const base64 = Buffer.from(ours.deviceKey.pkcs8).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${base64}\n-----END PRIVATE KEY-----\n`;
}
