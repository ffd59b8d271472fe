import {
  type AccountChain,
  accountUriOf,
  type DeviceId,
  deviceIdOf,
  issueAccount,
  issueAuthority,
  issueDevice,
  judgeAccountChain,
  readCertificate,
  writePem,
} from '@covey/identity';
import { makeEd25519Key, nodeDigests, nodeRandom, nodeVerifier } from '@covey/node-crypto';
import {
  type DeviceIdentity,
  type PeerHandlers,
  type PeerLimits,
  type PeerLink,
  PeerNetwork,
  type TlsIdentity,
} from '@covey/peer-channel';

export const PORTS = { digests: nodeDigests, verifier: nodeVerifier() };

/** An account with devices, made for one test. */
export interface CastAccount {
  readonly chain: AccountChain;
  device(at?: Date): Promise<CastDevice>;
}

export interface CastDevice {
  readonly identity: DeviceIdentity;
  readonly deviceId: DeviceId;
  readonly tls: TlsIdentity;
}

export async function castAccount(now = new Date()): Promise<CastAccount> {
  const settings = { now, random: nodeRandom, digests: nodeDigests };
  const [ca, own] = [makeEd25519Key(), makeEd25519Key()];
  const authority = readCertificate(await issueAuthority({ ...settings, signer: ca.signer }));
  const account = readCertificate(
    await issueAccount({
      ...settings,
      authority,
      authoritySigner: ca.signer,
      accountKey: own.signer.publicKey,
    }),
  );
  const pem = writePem([account.der, authority.der], 'CERTIFICATE');
  const uri = accountUriOf(account.publicKey, nodeDigests);
  const judged = await judgeAccountChain(pem, uri, PORTS);
  if (!judged.ok) throw new Error(judged.found);
  const chain = judged.value;
  return {
    chain,
    async device(at = now) {
      const { signer, pkcs8 } = makeEd25519Key();
      const deviceCertificate = await issueDevice({
        ...{ ...settings, now: at, account },
        accountSigner: own.signer,
        deviceKey: signer.publicKey,
      });
      return {
        identity: { deviceCertificate, chain, pkcs8 },
        deviceId: deviceIdOf(signer.publicKey, nodeDigests),
        tls: { certificates: [deviceCertificate, account.der, authority.der], pkcs8 },
      };
    },
  };
}

/** A key with a certificate that nobody vouches for. */
export async function castThrowaway(): Promise<TlsIdentity & { deviceId: DeviceId }> {
  const { signer, pkcs8 } = makeEd25519Key();
  const settings = { now: new Date(), random: nodeRandom, digests: nodeDigests };
  const certificate = await issueAuthority({ ...settings, signer });
  return {
    certificates: [certificate],
    pkcs8,
    deviceId: deviceIdOf(signer.publicKey, nodeDigests),
  };
}

export interface Station {
  readonly network: PeerNetwork;
  readonly deviceId: DeviceId;
  readonly identity: DeviceIdentity;
  readonly tls: TlsIdentity;
  readonly links: PeerLink[];
  /** The n-th link from now on. */
  nextLink(): Promise<PeerLink>;
  readonly address: string;
}

const UNEXPECTED = () => Promise.reject(new Error('not asked in this test'));

/** Admits everybody and answers nothing, but for what a test says otherwise. */
export async function station(
  handlers: Partial<PeerHandlers> = {},
  limits: Partial<PeerLimits> = {},
  device?: CastDevice,
): Promise<Station> {
  const cast = device ?? (await (await castAccount()).device());
  const links: PeerLink[] = [];
  const waiting: ((link: PeerLink) => void)[] = [];
  const all: PeerHandlers = {
    admits: () => true,
    heads: UNEXPECTED,
    announce: UNEXPECTED,
    roster: UNEXPECTED,
    sync: UNEXPECTED,
    askInvite: UNEXPECTED,
    refused: UNEXPECTED,
    reconcile: UNEXPECTED,
    invite: UNEXPECTED,
    link: UNEXPECTED,
    // biome-ignore lint/correctness/useYield: there is nothing to give
    async *fetch() {
      throw new Error('not asked in this test');
    },
    ...handlers,
    linked(link) {
      links.push(link);
      handlers.linked?.(link);
      waiting.shift()?.(link);
    },
  };
  const network = new PeerNetwork(
    { ...PORTS, identity: cast.identity, handlers: all },
    { listen: '127.0.0.1:0', limits },
  );
  await network.start();
  open.push(network);
  return {
    ...{ network, links, deviceId: cast.deviceId, identity: cast.identity, tls: cast.tls },
    nextLink: () => new Promise((resolve) => waiting.push(resolve)),
    get address() {
      return `127.0.0.1:${network.port}`;
    },
  };
}

const open: PeerNetwork[] = [];

/** Closes what the test opened. */
export async function goHome(): Promise<void> {
  await Promise.all(open.splice(0).map((network) => network.close()));
}

/** A device of an account that nobody else has. */
export async function aDevice(): Promise<CastDevice> {
  return (await castAccount()).device();
}
