import type { Crypto, Writer } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import {
  type AccountChain,
  accountUriOf,
  deviceIdOf,
  issueAccount,
  issueAuthority,
  issueDevice,
  judgeAccountChain,
  judgeDevice,
  type PublicKey,
  readCertificate,
  readPem,
  writePem,
} from '@covey/identity';
import type { Clock, Keys, Papers } from './ports.ts';

/** Makes a new account: authority, account and first device. */
export async function makePapers(
  names: { displayName: string; deviceName: string },
  { keys, crypto, clock }: { keys: Keys; crypto: Crypto; clock: Clock },
): Promise<Papers> {
  const settings = { now: clock.now(), random: keys.random, digests: crypto.digests };
  const [root, account, device] = [keys.make(), keys.make(), keys.make()];
  const authority = readCertificate(await issueAuthority({ ...settings, signer: root.signer }));
  const accountDer = await issueAccount({
    ...settings,
    authority,
    authoritySigner: root.signer,
    accountKey: account.signer.publicKey,
  });
  const deviceDer = await issueDevice({
    ...settings,
    account: readCertificate(accountDer),
    accountSigner: account.signer,
    deviceKey: device.signer.publicKey,
  });
  return {
    ...names,
    chainPem: writePem([accountDer, authority.der], 'CERTIFICATE'),
    devicePem: writePem([deviceDer], 'CERTIFICATE'),
    devicePkcs8: device.pkcs8,
    accountPkcs8: account.pkcs8,
    authorityPkcs8: root.pkcs8,
  };
}

/** The certificate of a further device, signed by the account. */
export async function certifyDevice(
  deviceKey: PublicKey,
  papers: Papers,
  { keys, crypto, clock }: { keys: Keys; crypto: Crypto; clock: Clock },
): Promise<Uint8Array> {
  const [der] = readPem(papers.chainPem, 'CERTIFICATE');
  if (!der) throw new CoveyError('CERTIFICATE_MALFORMED', 'the account has no certificate');
  const issued = await issueDevice({
    now: clock.now(),
    random: keys.random,
    digests: crypto.digests,
    account: readCertificate(der),
    accountSigner: keys.load(papers.accountPkcs8),
    deviceKey,
  });
  return writePem([issued], 'CERTIFICATE');
}

/** Checks the papers against their keys, so that a damaged folder is found at the start. @throws {CoveyError} CERTIFICATE_MALFORMED */
export async function writerOf(
  papers: Papers,
  { keys, crypto }: { keys: Keys; crypto: Crypto },
): Promise<{ writer: Writer; chain: AccountChain }> {
  const signer = keys.load(papers.devicePkcs8);
  const [der] = readPem(papers.chainPem, 'CERTIFICATE');
  if (!der) throw new CoveyError('CERTIFICATE_MALFORMED', 'the account has no certificate');
  const uri = accountUriOf(readCertificate(der).publicKey, crypto.digests);
  const deviceId = deviceIdOf(signer.publicKey, crypto.digests);
  const chain = await judgeAccountChain(papers.chainPem, uri, crypto);
  if (!chain.ok) throw new CoveyError('CERTIFICATE_MALFORMED', chain.found);
  const device = await judgeDevice(papers.devicePem, deviceId, chain.value, crypto);
  if (!device.ok) throw new CoveyError('CERTIFICATE_MALFORMED', device.found);
  const { chainPem, devicePem, displayName } = papers;
  return {
    chain: chain.value,
    writer: { uri, deviceId, displayName, signer, chainPem, devicePem },
  };
}
