import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { corpusNamed } from '@covey/testkit';
import { ports } from '../test/made-chain.ts';
import { settles } from '../test/settles.ts';
import {
  accountUriOf,
  type Certificate,
  deviceIdOf,
  judgeAccountChain,
  judgeDevice,
  readCertificate,
  readCrl,
  writePem,
} from './index.ts';

interface LimboCase {
  readonly id: string;
  readonly expected_result: 'SUCCESS' | 'FAILURE';
  readonly peer_certificate: string;
  readonly untrusted_intermediates: readonly string[];
  readonly trusted_certs: readonly string[];
  readonly crls?: readonly string[];
}

const corpus = corpusNamed('x509-limbo');
const cases = corpus.isAbsent ? [] : readCases();

describe.skipIf(corpus.isAbsent)(`SAFE-2, ID-1: x509-limbo${corpus.note}`, () => {
  test('there are cases of both kinds', () => {
    const results = new Set(cases.map(({ expected_result }) => expected_result));
    expect(results).toEqual(new Set(['SUCCESS', 'FAILURE']));
  });

  test('no chain that must fail is taken', async () => {
    const taken = [];
    for (const each of cases) {
      if (each.expected_result === 'FAILURE' && (await isTaken(each))) taken.push(each.id);
    }
    expect(taken).toEqual([]);
  });

  // Ours is no web PKI. Names are a key's hash here and a host's there, so that none can be both.
  test('every chain that may succeed is refused for its profile, by the first certificate of it', () => {
    const good = cases.filter(({ expected_result }) => expected_result === 'SUCCESS');
    for (const each of good) {
      expect(() => readCertificate(derOf(each.peer_certificate)), each.id).toThrow(
        expect.objectContaining({ code: 'CERTIFICATE_MALFORMED' }),
      );
    }
  });

  test('every revocation list is read or refused with our error', () => {
    const lists = cases.flatMap(({ crls = [] }) => crls);
    for (const pem of lists) settles(() => readCrl(derOf(pem)));
  });
});

/** Whether the chain passes as an account's, or as that of an account's device, whoever stands at its top. */
async function isTaken(tried: LimboCase): Promise<boolean> {
  const peer = readable(tried.peer_certificate);
  if (!peer) return false;
  const others = [...tried.untrusted_intermediates, ...tried.trusted_certs].flatMap(
    (pem) => readable(pem) ?? [],
  );
  const deviceId = deviceIdOf(peer.publicKey, ports.digests);
  for (const issuer of others) {
    if (await chainOf(peer, issuer)) return true;
    for (const top of others) {
      const chain = await chainOf(issuer, top);
      if (!chain) continue;
      const pem = writePem([peer.der], 'CERTIFICATE');
      if ((await judgeDevice(pem, deviceId, chain, ports)).ok) return true;
    }
  }
  return false;
}

async function chainOf(account: Certificate, authority: Certificate) {
  const pem = writePem([account.der, authority.der], 'CERTIFICATE');
  const uri = accountUriOf(account.publicKey, ports.digests);
  const judged = await judgeAccountChain(pem, uri, ports);
  return judged.ok ? judged.value : undefined;
}

function readable(pem: string): Certificate | undefined {
  const der = derOf(pem);
  return settles(() => readCertificate(der)) ? readCertificate(der) : undefined;
}

/** Whatever the line lengths: that they are not ours isn't what the cases are about. */
function derOf(pem: string): Uint8Array {
  return new Uint8Array(Buffer.from(pem.replace(/-----[A-Z0-9 ]+-----/g, ''), 'base64'));
}

function readCases(): readonly LimboCase[] {
  // Its shape is that of limbo-schema.json beside it.
  return (
    JSON.parse(readFileSync(join(corpus.folder, 'limbo.json'), 'utf8')) as {
      testcases: readonly LimboCase[];
    }
  ).testcases;
}
