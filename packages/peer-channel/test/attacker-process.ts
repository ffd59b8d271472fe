import type { TlsIdentity } from '../src/tls-settings.ts';
import { ATTACKS } from './attacks.ts';
import { END_STREAM, FRAME, RawPeer } from './raw-http2.ts';

/** What the attacking process is told to begin with; anything else tells it to stop. */
export interface AttackOrder {
  readonly port: number;
  readonly identity: TlsIdentity;
  readonly attack: string;
}

/** How an attack is going: `cut` when the other side ends the connection, `refused` when it says so. */
export interface AttackNews {
  readonly outcome: 'cut' | 'refused';
}

/** What it tells when it is stopped. */
export interface AttackReport {
  /** Connections that were made, one at a time. */
  readonly connections: number;
  readonly megabytes: number;
}

/** On one connection after the other, each until it is cut. */
class Onslaught {
  readonly #order: AttackOrder;
  #peer: RawPeer | undefined;
  #isStopped = false;
  #connections = 0;
  #bytes = 0;

  constructor(order: AttackOrder) {
    this.#order = order;
  }

  async go(): Promise<void> {
    const { port, identity, attack } = this.#order;
    while (!this.#isStopped) {
      try {
        const peer = await RawPeer.connect(port, identity);
        this.#peer = peer;
        this.#connections += 1;
        // A call that ends with its headers has failed.
        peer.on(FRAME.headers, (flags) => flags & END_STREAM && this.#tell('refused'));
        peer.on(FRAME.rstStream, () => this.#tell('refused'));
        await ATTACKS[attack]?.run(peer, () => this.#isStopped);
        this.#bytes += peer.bytesSent;
        if (!this.#isStopped) this.#tell('cut');
        peer.destroy();
      } catch {
        this.#tell('cut'); // Even before the end of the handshake.
      }
    }
  }

  stop(): AttackReport {
    this.#isStopped = true;
    this.#bytes += this.#peer?.bytesSent ?? 0;
    this.#peer?.destroy();
    return { connections: this.#connections, megabytes: this.#bytes / 2 ** 20 };
  }

  #tell(outcome: AttackNews['outcome']): void {
    const news: AttackNews = { outcome };
    if (!this.#isStopped) process.send?.(news);
  }
}

let onslaught: Onslaught | undefined;
process.on('message', (order: AttackOrder | 'stop') => {
  if (order === 'stop') {
    process.send?.(onslaught?.stop());
  } else {
    onslaught = new Onslaught(order);
    void onslaught.go();
  }
});
