import {
  accountUriOf,
  issueAccount,
  issueAuthority,
  issueDevice,
  judgeAccountChain,
  readCertificate,
  writePem,
} from '@covey/identity';
import { LanDiscovery } from '@covey/lan-discovery';
import { makeEd25519Key, nodeDigests, nodeRandom, nodeVerifier } from '@covey/node-crypto';
import { PeerNetwork } from '@covey/peer-channel';

// A device in a process of its own that is told no address of any other. Arguments: the interface
// (an IPv4 address), the UDP port, and whether it dials whom it finds. Tells its parent what happens.
const [, , own = '127.0.0.1', mdnsPort = '5353', role = 'waits'] = process.argv;

const settings = { now: new Date(), random: nodeRandom, digests: nodeDigests };
const ports = { digests: nodeDigests, verifier: nodeVerifier() };
const [ca, account, device] = [makeEd25519Key(), makeEd25519Key(), makeEd25519Key()];
const authority = readCertificate(await issueAuthority({ ...settings, signer: ca.signer }));
const paper = readCertificate(
  await issueAccount({
    ...{ ...settings, authority, authoritySigner: ca.signer },
    accountKey: account.signer.publicKey,
  }),
);
const uri = accountUriOf(paper.publicKey, nodeDigests);
const pem = writePem([paper.der, authority.der], 'CERTIFICATE');
const chain = await judgeAccountChain(pem, uri, ports);
if (!chain.ok) throw new Error(chain.found);
const deviceCertificate = await issueDevice({
  ...{ ...settings, account: paper, accountSigner: account.signer },
  deviceKey: device.signer.publicKey,
});

const nothing = () => Promise.reject(new Error('not asked here'));
const network = new PeerNetwork(
  {
    ...ports,
    identity: { deviceCertificate, chain: chain.value, pkcs8: device.pkcs8 },
    handlers: {
      admits: () => true,
      linked: ({ remote, dialed }) => tell({ linked: remote.deviceId, dialed }),
      ...{ heads: nothing, announce: nothing, roster: nothing, sync: nothing },
      ...{
        askInvite: nothing,
        invite: nothing,
        link: nothing,
        refused: nothing,
        reconcile: nothing,
      },
      // biome-ignore lint/correctness/useYield: there is nothing to give
      async *fetch() {
        await nothing();
      },
    },
  },
  { listen: '0.0.0.0:0' },
);
await network.start();
tell({ deviceId: network.deviceId, uri });

const discovery = new LanDiscovery(
  { deviceId: network.deviceId },
  { port: network.port, interfaces: [own], mdnsPort: Number(mdnsPort) },
);
discovery.onFound(async ({ addresses, deviceTag }) => {
  tell({ found: deviceTag, addresses });
  if (role !== 'dials') return;
  for (const address of addresses) await network.dial(address, {}).catch(() => undefined);
});
discovery.start();

process.on('message', async () => {
  await discovery.close();
  await network.close();
  process.disconnect();
});

function tell(news: Readonly<Record<string, unknown>>): void {
  process.send?.(news);
}
