import type { Writer } from '@covey/conversation';
import {
  type AccountUri,
  accountUriOf,
  type Certificate,
  deviceIdOf,
  issueAccount,
  issueAuthority,
  issueCrl,
  issueDevice,
  readCertificate,
  readPem,
  type Signer,
  writePem,
} from '@covey/identity';
import { nodeDigests } from '@covey/node-crypto';
import { testRandom, testSigner } from './test-crypto.ts';

/** An account with all of its keys: what a person has, and what a thief may have. */
export interface TestAccount {
  readonly name: string;
  readonly uri: AccountUri;
  readonly certificate: Certificate;
  /** The account's own key, which issues devices and revocation lists. */
  readonly signer: Signer;
  /** As in `admins/<uri>.crt`. */
  readonly chainPem: Uint8Array;
  /** The first device. */
  readonly writer: Writer;
  /** Another device of the account; the same label gives the same keys. */
  addDevice(label?: string): Promise<Writer>;
  /**
   * `devices/<deviceId>.crt` for any key, issued on a day of choice; PEM. With `inNameOf` it names
   * another account as its issuer, though it is signed by this one.
   */
  issuePaper(
    device: Pick<Writer, 'signer'>,
    issuedAt: Date,
    inNameOf?: Pick<TestAccount, 'certificate'>,
  ): Promise<Uint8Array>;
  /** `admins/<uri>.crt` once more, issued on a day of choice. PEM. */
  renewChain(issuedAt: Date): Promise<Uint8Array>;
  /** `CRLs/<uri>`, PEM. */
  revoke(number: bigint, devices: readonly Pick<Writer, 'devicePem'>[]): Promise<Uint8Array>;
}

/** All test certificates begin here, unless a test says otherwise. */
export const ISSUED_AT = new Date('2026-11-01T00:00:00Z');

const made = new Map<string, Promise<TestAccount>>();

/** The account that belongs to a name: the same keys, papers and ids in every run. Ed25519. */
export function makeTestAccount(name: string): Promise<TestAccount> {
  const known = made.get(name);
  if (known) return known;
  const account = issuePapers(name);
  made.set(name, account);
  return account;
}

async function issuePapers(name: string): Promise<TestAccount> {
  const settingsFor = (paper: string, now = ISSUED_AT) => ({
    ...{ digests: nodeDigests, random: testRandom(`${name}, ${paper}`), now },
  });
  const authoritySigner = testSigner(`${name}, authority`);
  const signer = testSigner(`${name}, account`);
  const authority = readCertificate(
    await issueAuthority({ ...settingsFor('authority'), signer: authoritySigner }),
  );
  const chainOf = async (now: Date) => {
    const settings = settingsFor(`account ${now.toISOString()}`, now);
    const accountKey = signer.publicKey;
    const der = await issueAccount({ ...settings, authority, authoritySigner, accountKey });
    return {
      certificate: readCertificate(der),
      pem: writePem([der, authority.der], 'CERTIFICATE'),
    };
  };
  const { certificate, pem: chainPem } = await chainOf(ISSUED_AT);
  const uri = accountUriOf(signer.publicKey, nodeDigests);

  const issuePaper: TestAccount['issuePaper'] = async (device, now, inNameOf) => {
    const { subject } = (inNameOf ?? { certificate }).certificate;
    const keys = {
      account: { ...certificate, subject },
      ...{ accountSigner: signer, deviceKey: device.signer.publicKey },
    };
    const id = deviceIdOf(device.signer.publicKey, nodeDigests);
    const settings = settingsFor(`device ${id} ${now.toISOString()}`, now);
    return writePem([await issueDevice({ ...settings, ...keys })], 'CERTIFICATE');
  };
  const addDevice = async (label = 'second') => {
    const deviceSigner = testSigner(`${name}, device ${label}`);
    const deviceId = deviceIdOf(deviceSigner.publicKey, nodeDigests);
    const devicePem = await issuePaper({ signer: deviceSigner }, ISSUED_AT);
    return { uri, deviceId, displayName: name, signer: deviceSigner, chainPem, devicePem };
  };
  return {
    ...{ name, uri, certificate, signer, chainPem, issuePaper, addDevice },
    writer: await addDevice('first'),
    renewChain: async (issuedAt) => (await chainOf(issuedAt)).pem,
    revoke: async (number, devices) => {
      const revoked = devices.flatMap(({ devicePem }) =>
        readPem(devicePem, 'CERTIFICATE').map((der) => readCertificate(der).serialHex),
      );
      const keys = { account: certificate, accountSigner: signer };
      return writePem([await issueCrl({ ...keys, number, revoked, now: ISSUED_AT })], 'X509 CRL');
    },
  };
}
