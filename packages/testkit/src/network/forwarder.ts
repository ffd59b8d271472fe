import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import type { ByteGate } from './byte-gate.ts';

/** An IP address and a port. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

type Way = 'toClient' | 'toTarget';
/** Hears each byte that comes, before it goes on. */
type Tap = (way: Way, bytes: Uint8Array) => void;

/** One connection that came to a forwarder. Bytes pass unread, but for a tap. */
export class Passage {
  /** The end that dialed. */
  readonly client: Endpoint;
  /** The end at the forwarder. */
  readonly door: Endpoint;
  /** Resolves when it has ended. */
  readonly over: Promise<void>;
  readonly #sockets: Socket[];
  readonly #ways: Transform[] = [];
  readonly #gates: { toClient?: ByteGate; toTarget?: ByteGate } = {};
  readonly #tap: Tap | undefined;
  #isCut = false;

  constructor(socket: Socket, tap?: Tap) {
    this.#tap = tap;
    this.client = endpoint(socket.remoteAddress, socket.remotePort);
    this.door = endpoint(socket.localAddress, socket.localPort);
    this.#sockets = [socket];
    this.over = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  /** From now on, what goes this way goes through the gate; without one it goes freely. */
  gate(way: Way, gate: ByteGate): void {
    this.#gates[way] = gate;
  }

  /**
   * Not a byte more: whatever is under way is lost, and both sides hear that the other one has ended.
   * NOTE: by FIN, not by RST: Node 24 may miss a reset that a write of HTTP/2 over TLS is told of.
   */
  cut(): void {
    this.#isCut = true;
    for (const way of this.#ways) way.unpipe();
    for (const socket of this.#sockets) {
      socket.unpipe();
      socket.end();
      socket.resume();
    }
  }

  /** Leaves nothing open. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Joins the client's socket to the target's. */
  join(target: Socket): void {
    const [client] = this.#sockets;
    if (!client || this.#isCut) return void target.destroy();
    this.#sockets.push(target);
    client.pipe(this.#way('toTarget')).pipe(target);
    target.pipe(this.#way('toClient')).pipe(client);
    for (const socket of this.#sockets) {
      // What ends well has been passed on as such.
      socket.once('close', () => socket.readableEnded || this.cut());
    }
  }

  #way(way: Way): Transform {
    const gateNow = () => this.#gates[way];
    const stream = new Transform({
      transform: (chunk: Uint8Array, _encoding, done) => {
        this.#tap?.(way, chunk);
        const gate = gateNow();
        if (!gate) return done(null, chunk);
        const push = async () => {
          for await (const part of gate.pass(chunk)) stream.push(part);
        };
        push().then(() => done(), done);
      },
    });
    this.#ways.push(stream);
    return stream;
  }
}

/** What a forwarder is told. */
export interface ForwarderSettings {
  readonly listen: Endpoint;
  readonly target: (own: Endpoint) => Endpoint;
  /** Asked before a byte passes, whoever dials; false hangs up. */
  readonly admits: (passage: Passage) => boolean | Promise<boolean>;
  /** Somebody on the way who listens. */
  readonly tap?: Tap;
}

/** A TCP address that leads to another one, for tests that pull cables. */
export class Forwarder {
  readonly #server: Server;
  readonly #settings: ForwarderSettings;
  readonly #passages = new Set<Passage>();

  private constructor(settings: ForwarderSettings) {
    this.#settings = settings;
    this.#server = createServer((socket) => void this.#enter(socket));
  }

  /** Resolves when it listens; port 0 takes a free one. */
  static async open(settings: ForwarderSettings): Promise<Forwarder> {
    const forwarder = new Forwarder(settings);
    forwarder.#server.listen({ ...settings.listen });
    await once(forwarder.#server, 'listening');
    return forwarder;
  }

  /** Where it listens. */
  get endpoint(): Endpoint {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
    return endpoint(address.address, address.port);
  }

  /** Connections that were admitted and are not over. */
  get passages(): readonly Passage[] {
    return [...this.#passages];
  }

  /** Stops listening and ends every connection. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const passage of this.#passages) passage.destroy();
    await closed;
  }

  async #enter(socket: Socket): Promise<void> {
    socket.on('error', () => {}); // A connection that breaks is what this is for.
    const passage = new Passage(socket, this.#settings.tap);
    if (!(await this.#settings.admits(passage)) || socket.destroyed) return passage.cut();
    this.#passages.add(passage);
    const target = connect({ ...this.#settings.target(this.endpoint) });
    target.on('error', () => {}); // As above.
    passage.join(target);
    void passage.over.then(() => this.#passages.delete(passage));
  }
}

function endpoint(host = '', port = 0): Endpoint {
  return { host, port };
}
