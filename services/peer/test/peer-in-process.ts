import { pino } from 'pino';
import { type Account, type AccountEvent, DeviceAccounts, type Network } from '@covey/device';
import { CoveyError } from '@covey/errors';
import { nodePorts } from '../src/accounts/ports.ts';
import type { Threads } from '../src/accounts/threads.ts';
import { makeConfig } from '../src/config.ts';
import { openDataFolder } from '../src/data-folder.ts';
import { FileEventLog } from '../src/event-log.ts';

/** Neither listens nor dials: what a peer has on its disk is enough. */
const NO_NETWORK: Network = {
  start: async () => {},
  addresses: () => [],
  dial: () => Promise.reject(unreachable()),
  knock: () => Promise.reject(unreachable()),
  reconcile: () => Promise.reject(unreachable()),
  recheck: () => {},
  close: async () => {},
};

/** A peer in this process: what `main.ts` puts together, but for the local API. */
export interface PeerInProcess {
  readonly accounts: DeviceAccounts;
  readonly events: FileEventLog;
  /** The one account, or the first. */
  account(): Account;
  /** The first event of the first account that matches, of those that were kept or the next to come. */
  sees(matches: (event: AccountEvent) => boolean): Promise<AccountEvent>;
  close(): Promise<void>;
}

/** Starts a peer on a data folder. `isAlone`: without a network. */
export async function openPeer(
  dataFolder: string,
  { threads, isAlone = false }: { threads: Threads; isAlone?: boolean },
): Promise<PeerInProcess> {
  const env = { PEER_DATA: dataFolder, PEER_LISTEN: '127.0.0.1:0', PEER_LAN_DISCOVERY: 'false' };
  const config = makeConfig(env);
  const folder = await openDataFolder(config.dataFolder);
  const events = new FileEventLog({ root: config.dataFolder, clock: () => new Date() });
  const log = pino({ level: 'silent' });
  const ports = nodePorts(config, { events, log, threads });
  const accounts = await DeviceAccounts.start({
    ...ports,
    ...(isAlone ? { network: () => NO_NETWORK } : {}),
  });
  const first = () => accounts.list()[0]?.accountId ?? '';
  return {
    accounts,
    events,
    account: () => accounts.account(first()),
    sees: (matches) => {
      const { promise, resolve } = Promise.withResolvers<AccountEvent>();
      const stop = events.subscribe(first(), 0, (event) => matches(event) && resolve(event));
      return promise.finally(stop);
    },
    close: async () => {
      await accounts.close();
      events.close();
      await folder.close();
    },
  };
}

function unreachable(): CoveyError {
  return new CoveyError('PEER_UNREACHABLE', 'there is no network here');
}
