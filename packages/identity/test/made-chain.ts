import { makeEd25519Key, nodeDigests, nodeRandom, nodeVerifier } from '@covey/node-crypto';
import {
  type AccountChain,
  accountUriOf,
  deviceIdOf,
  issueAccount,
  issueAuthority,
  issueDevice,
  judgeAccountChain,
  readCertificate,
  writePem,
} from '../src/index.ts';

export const ports = { digests: nodeDigests, verifier: nodeVerifier() };
export const NOW = new Date('2026-11-21T12:00:00Z');
export const settings = { now: NOW, random: nodeRandom, digests: nodeDigests };

/** A CA, its account and its device, issued by our own code. */
export async function makeChain(now = NOW) {
  const [authorityKey, accountKey, deviceKey] = [1, 2, 3].map(makeEd25519Key) as [Key, Key, Key];
  const [authoritySigner, accountSigner, deviceSigner] = [
    authorityKey.signer,
    accountKey.signer,
    deviceKey.signer,
  ];
  const timed = { ...settings, now };
  const authority = readCertificate(await issueAuthority({ ...timed, signer: authoritySigner }));
  const account = readCertificate(
    await issueAccount({
      ...timed,
      authority,
      authoritySigner,
      accountKey: accountSigner.publicKey,
    }),
  );
  const device = readCertificate(
    await issueDevice({ ...timed, account, accountSigner, deviceKey: deviceSigner.publicKey }),
  );
  const accountPem = writePem([account.der, authority.der], 'CERTIFICATE');
  const uri = accountUriOf(account.publicKey, nodeDigests);
  return {
    ...{ authority, account, device, authoritySigner, accountSigner, deviceSigner, deviceKey },
    ...{ accountPem, uri, chain: await chainOf(accountPem, uri) },
    devicePem: writePem([device.der], 'CERTIFICATE'),
    deviceId: deviceIdOf(device.publicKey, nodeDigests),
  };
}

type Key = ReturnType<typeof makeEd25519Key>;

async function chainOf(pem: Uint8Array, uri: AccountChain['uri']): Promise<AccountChain> {
  const judged = await judgeAccountChain(pem, uri, ports);
  if (!judged.ok) throw new Error(judged.found);
  return judged.value;
}
