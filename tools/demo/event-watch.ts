import type { AccountEvent } from '@covey/device';
import type { PeerClient } from '../../services/peer/src/client.ts';
import { inTime } from './expectation.ts';

/** Every event of one account on one device, from its first on. It outlives restarts of the daemon. */
export class EventWatch {
  readonly #seen: AccountEvent[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #stop = new AbortController();
  readonly #failed = Promise.withResolvers<never>();

  constructor(peer: PeerClient, accountId: string) {
    this.#failed.promise.catch(() => {}); // Told to whoever waits.
    this.#read(peer, accountId).catch(this.#failed.reject);
  }

  get seen(): readonly AccountEvent[] {
    return this.#seen;
  }

  /** Calls back after each event. Returns how to stop that. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * The first event that fits, of those seen after the first `since` ones.
   * @throws {Unexpected} when it does not come
   */
  async until(
    what: string,
    fits: (event: AccountEvent) => boolean,
    since = 0,
  ): Promise<AccountEvent> {
    const found = Promise.withResolvers<AccountEvent>();
    let looked = since;
    const look = () => {
      for (; looked < this.#seen.length; looked++) {
        const event = this.#seen[looked];
        if (event && fits(event)) found.resolve(event);
      }
    };
    const stop = this.listen(look);
    look();
    try {
      return await inTime(what, Promise.race([found.promise, this.#failed.promise]));
    } finally {
      stop();
    }
  }

  close(): void {
    this.#stop.abort();
  }

  async #read(peer: PeerClient, accountId: string): Promise<void> {
    for await (const event of peer.events(accountId, 0, this.#stop.signal)) {
      this.#seen.push(event);
      for (const listener of [...this.#listeners]) listener();
    }
  }
}
