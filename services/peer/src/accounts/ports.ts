import { randomInt } from 'node:crypto';
import type { Logger } from 'pino';
import type { Crypto } from '@covey/conversation';
import type { Clock, DevicePorts, EventLog } from '@covey/device';
import { writePack } from '@covey/git-objects';
import { issueAuthority } from '@covey/identity';
import {
  makeEd25519Key,
  nodeDeflate,
  nodeDigests,
  nodeRandom,
  signerFromPkcs8,
} from '@covey/node-crypto';
import { linkOverNetwork } from '@covey/peer-channel';
import type { PeerConfig } from '../config.ts';
import { Doors } from './doors.ts';
import { DiskHousehold } from './household.ts';
import { lanDiscoveryOf } from './lan.ts';
import { peerNetworkOf } from './peer-network.ts';
import type { Threads } from './threads.ts';

const systemClock: Clock = {
  now: () => new Date(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    // A wait for the next try is no reason to stay alive.
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Everything that the device runtime needs, on Node and this machine's disk and network. */
export function nodePorts(
  config: PeerConfig,
  { events, log, threads }: { events: EventLog; log: Logger; threads: Threads },
): DevicePorts {
  const crypto: Crypto = { digests: nodeDigests, verifier: threads.verifier };
  const { packReader } = threads;
  const household = new DiskHousehold(config.dataFolder, systemClock.now, { packReader });
  const doors = new Doors(config, () => household.oldest, log);
  return {
    clock: systemClock,
    crypto,
    keys: { make: makeEd25519Key, load: signerFromPkcs8, random: nodeRandom },
    household,
    events,
    log: log.child({ part: 'device' }),
    chance: () => randomInt(1_000_000) / 1_000_000,
    network: (accountId, identity, handlers) =>
      peerNetworkOf(
        { identity, handlers, crypto },
        household.folder(accountId),
        doors.of(accountId),
        log,
      ),
    linkOverNetwork: async (address, deviceId, request) => {
      // One connection, one call: nobody needs to know who this device will be.
      const key = makeEd25519Key();
      const settings = { now: new Date(), random: nodeRandom, digests: nodeDigests };
      const certificate = await issueAuthority({ ...settings, signer: key.signer });
      const identity = { certificates: [certificate], pkcs8: key.pkcs8 };
      return linkOverNetwork({ identity, ...crypto }, { address, deviceId }, request);
    },
    ...(config.lan.discovery ? { discovery: lanDiscoveryOf(config, log) } : {}),
    packOf: (objects) =>
      writePack(objects, objects.length, { digests: nodeDigests, deflate: nodeDeflate }),
  };
}
