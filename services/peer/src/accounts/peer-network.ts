import type { Logger } from 'pino';
import type { Crypto } from '@covey/conversation';
import type { Handlers, Network, NetworkIdentity } from '@covey/device';
import { CoveyError } from '@covey/errors';
import { readPem } from '@covey/identity';
import { nodeDigests } from '@covey/node-crypto';
import { PeerNetwork } from '@covey/peer-channel';
import type { Door } from './doors.ts';
import type { DiskAccountFolder } from './household.ts';

/**
 * The listening side of one account. An account that has no port of its own yet takes a free one and
 * keeps it: others know the device by it.
 */
export function peerNetworkOf(
  { identity, handlers, crypto }: { identity: NetworkIdentity; handlers: Handlers; crypto: Crypto },
  folder: DiskAccountFolder,
  { listen, advertise }: Door,
  log: Logger,
): Network {
  const [deviceCertificate] = readPem(identity.devicePem, 'CERTIFICATE');
  if (!deviceCertificate)
    throw new CoveyError('CERTIFICATE_MALFORMED', 'the device has no certificate');
  const make = (port: number) =>
    new PeerNetwork(
      {
        identity: { deviceCertificate, chain: identity.chain, pkcs8: identity.pkcs8 },
        handlers,
        digests: nodeDigests,
        verifier: crypto.verifier,
        log: log.child({ part: 'peer-channel' }),
      },
      {
        listen: `${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${port}`,
        ...(advertise.length > 0 ? { advertise } : {}),
      },
    );
  let network = make(listen.port);
  return {
    start: async () => {
      const kept = listen.port === 0 ? await folder.readPort() : 0;
      if (kept > 0) network = make(kept);
      try {
        await network.start();
      } catch (reason) {
        if (kept === 0) throw reason;
        log.warn({ port: kept }, 'the usual port is taken');
        network = make(0);
        await network.start();
      }
      if (listen.port === 0 && network.port !== kept) await folder.writePort(network.port);
    },
    addresses: () => network.addresses(),
    dial: (...request) => network.dial(...request),
    knock: (...request) => network.knock(...request),
    reconcile: (...request) => network.reconcile(...request),
    recheck: () => network.recheck(),
    close: () => network.close(),
  };
}
