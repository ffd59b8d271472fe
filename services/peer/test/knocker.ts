import { onTestFinished } from 'vitest';
import { CoveyError } from '@covey/errors';
import { judgeAccountChain, parseAccountUri, parseDeviceId, readPem } from '@covey/identity';
import { nodeDigests, nodeVerifier } from '@covey/node-crypto';
import {
  type Invite,
  type InviteResponse,
  type PeerHandlers,
  type PeerLink,
  PeerNetwork,
  type ReconcileRequest,
} from '@covey/peer-channel';
import { DiskHousehold } from '../src/accounts/household.ts';
import type { Person } from './person.ts';

/** Somebody's device in the hands of a program that sends what it likes. */
export interface Knocker {
  invites(other: Named, invite: Invite): Promise<InviteResponse>;
  dials(other: Named): Promise<PeerLink>;
  /** Asks for resolutions; answers with the offers, and how many bytes of pack came. */
  reconciles(
    other: Named,
    request: Partial<ReconcileRequest>,
  ): Promise<{ offers: readonly string[]; bytes: number }>;
  readonly addresses: readonly string[];
}

/** As much of somebody as is needed to reach him. */
type Named = { readonly info: Pick<Person['info'], 'addresses' | 'deviceId' | 'uri'> };
type Owned = {
  readonly daemon: { readonly dataFolder: string };
  readonly info: Pick<Person['info'], 'accountId' | 'uri'>;
};

/** Takes the keys of a device out of its folder; the daemon may go on meanwhile. `handlers`: what it answers. */
export async function knocker(
  { daemon, info }: Owned,
  handlers: Partial<PeerHandlers> = {},
): Promise<Knocker> {
  const household = new DiskHousehold(daemon.dataFolder, () => new Date());
  const { chainPem, devicePem, devicePkcs8 } = await household.folder(info.accountId).papers();
  const crypto = { digests: nodeDigests, verifier: nodeVerifier() };
  const chain = await judgeAccountChain(chainPem, parseAccountUri(info.uri), crypto);
  const [deviceCertificate] = readPem(devicePem, 'CERTIFICATE');
  if (!chain.ok || !deviceCertificate) throw new Error('these are no papers');
  const identity = { deviceCertificate, chain: chain.value, pkcs8: devicePkcs8 };
  const network = new PeerNetwork(
    { ...crypto, identity, handlers: { ...ANSWERS_NOTHING, ...handlers } },
    { listen: '127.0.0.1:0' },
  );
  await network.start();
  onTestFinished(() => network.close());
  const addressOf = (other: Named) => other.info.addresses[0] ?? '';
  const idsOf = ({ info: { deviceId, uri } }: Named) => ({
    deviceId: parseDeviceId(deviceId),
    uri: parseAccountUri(uri),
  });
  return {
    invites: async (other, value) => {
      const request = { body: { $case: 'invite', value } } as const;
      return (await network.knock(addressOf(other), idsOf(other), request)).response;
    },
    dials: (other) => network.dial(addressOf(other), idsOf(other)),
    reconciles: (other, request) =>
      network.reconcile(
        addressOf(other),
        idsOf(other),
        { conversationId: '', offers: [], haves: [], addresses: [], ...request },
        async ({ offers, pack }) => {
          let bytes = 0;
          for await (const chunk of pack) bytes += chunk.length;
          return { offers, bytes };
        },
      ),
    addresses: network.addresses(),
  };
}

const nothing = async () => {
  throw new CoveyError('CONVERSATION_NOT_FOUND', 'this device has nothing');
};

const ANSWERS_NOTHING: PeerHandlers = {
  admits: () => true,
  linked: () => {},
  heads: nothing,
  announce: nothing,
  roster: nothing,
  sync: nothing,
  askInvite: nothing,
  invite: nothing,
  link: nothing,
  refused: nothing,
  reconcile: nothing,
  // biome-ignore lint/correctness/useYield: it has nothing to give
  fetch: async function* () {
    await nothing();
  },
};
