import type { Logger } from 'pino';
import type { PeerConfig } from '../config.ts';

/** Where one account listens, and what it tells others of that. */
export type Door = Pick<PeerConfig, 'listen' | 'advertise'>;

/**
 * Who listens on the port of the settings. Each account is a device of its own and needs its own
 * port: a fixed one, and the addresses that lead to it, go to the first account that asks, which is
 * the oldest, at every start the same. The others take free ports and keep them.
 */
export class Doors {
  readonly #settings: Door;
  readonly #log: Logger;
  #holder: string | undefined;

  constructor(settings: Door, log: Logger) {
    this.#settings = settings;
    this.#log = log;
  }

  of(accountId: string): Door {
    const { listen, advertise } = this.#settings;
    this.#holder ??= accountId;
    if (listen.port === 0 || this.#holder === accountId) return { listen, advertise };
    this.#log.warn(
      { port: listen.port, holder: this.#holder, account: accountId },
      'the port of the settings is that of another account; this one takes a port of its own',
    );
    return { listen: { host: listen.host, port: 0 }, advertise: [] };
  }
}
