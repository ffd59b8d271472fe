import type { Logger } from 'pino';
import type { PeerConfig } from '../config.ts';

/** Where one account listens, and what it tells others of that. */
export type Door = Pick<PeerConfig, 'listen' | 'advertise'>;

/**
 * Who listens on the port of the settings. Each account is a device of its own and needs its own
 * port: a fixed one, and the addresses that lead to it, belong to the oldest account, also while that
 * one is locked. The others take free ports and keep them.
 */
export class Doors {
  readonly #settings: Door;
  readonly #oldest: () => string | undefined;
  readonly #log: Logger;

  constructor(settings: Door, oldest: () => string | undefined, log: Logger) {
    this.#settings = settings;
    this.#oldest = oldest;
    this.#log = log;
  }

  of(accountId: string): Door {
    const { listen, advertise } = this.#settings;
    const holder = this.#oldest();
    if (listen.port === 0 || holder === accountId) return { listen, advertise };
    this.#log.warn(
      { port: listen.port, holder, account: accountId },
      'the port of the settings is that of another account; this one takes a port of its own',
    );
    return { listen: { host: listen.host, port: 0 }, advertise: [] };
  }
}
