import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { corpusNamed } from '@covey/testkit';
import { ports } from '../test/made-chain.ts';
import {
  type AccountChain,
  judgeAccountChain,
  judgeDevice,
  parseAccountUri,
  parseDeviceId,
  readCertificate,
  readDeviceCertificate,
  readPem,
  writePem,
} from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'covey-jami-'));
afterAll(() => rmSync(folder, { recursive: true }));

const corpus = corpusNamed('jami');
const bundles = corpus.isAbsent
  ? []
  : readdirSync(corpus.folder)
      .filter((name) => name.endsWith('.bundle'))
      .map((name) => name.replace('.bundle', ''));

describe.skipIf(corpus.isAbsent)(`certificates that a real Jami wrote${corpus.note}`, () => {
  test('there are some', () => expect(bundles.length).toBeGreaterThan(5));

  test.each(bundles)(
    'ID-1, ID-2: %s: every account and device is judged to be what it is',
    async (name) => {
      const files = certificatesOf(name);
      const chains: AccountChain[] = [];
      for (const [path, pem] of files) {
        const uri = /^(?:banned\/)?(?:admins|members)\/(.*)\.crt$/.exec(path)?.[1];
        if (uri === undefined) continue;
        const judged = await judgeAccountChain(pem, parseAccountUri(uri), ports);
        if (!judged.ok) throw new Error(`${path}: ${judged.found}`);
        chains.push(judged.value);
      }
      expect(chains.length).toBeGreaterThan(0);

      for (const [path, pem] of files) {
        const id = /^(?:banned\/)?devices\/(.*)\.crt$/.exec(path)?.[1];
        if (id === undefined) continue;
        const deviceId = parseDeviceId(id);
        const read = readDeviceCertificate(pem, deviceId, ports);
        if (!read.ok) throw new Error(`${path}: ${read.found}`);
        const verdicts = await Promise.all(
          chains.map((chain) => judgeDevice(pem, deviceId, chain, ports)),
        );
        // Who left took the account's file along and not the device's; else exactly one account fits.
        const issuers = chains
          .filter(({ uri }) => uri === read.value.issuerUid)
          .map(({ uri }) => uri);
        expect(verdicts.flatMap((judged) => (judged.ok ? [judged.value.accountUri] : []))).toEqual(
          issuers,
        );
      }
    },
  );

  test('some serials are negative, and the PEM that we write is Jami’s', () => {
    const pems = bundles.flatMap((name) => [...certificatesOf(name).values()]);
    const ders = pems.map((pem) => readPem(pem, 'CERTIFICATE'));
    expect(ders.map((der) => writePem(der, 'CERTIFICATE'))).toEqual(pems);
    expect(ders.flat().some((der) => /^[89a-f]/.test(readCertificate(der).serialHex))).toBe(true);
  });
});

function certificatesOf(name: string): Map<string, Uint8Array> {
  const bundle = join(corpus.folder, `${name}.bundle`);
  const repository = join(folder, `${name}.git`);
  if (!readdirSync(folder).includes(`${name}.git`)) {
    execFileSync('git', ['clone', '--quiet', '--bare', bundle, repository]);
  }
  const git = (...args: string[]) => execFileSync('git', ['-C', repository, ...args]);
  const paths = git('ls-tree', '-r', '--name-only', 'HEAD').toString().split('\n');
  return new Map(
    paths
      .filter((path) => path.endsWith('.crt'))
      .map((path) => [path, new Uint8Array(git('show', `HEAD:${path}`))]),
  );
}
