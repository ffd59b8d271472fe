import { createServer, type Server, type Socket } from 'node:net';
import type { TLSSocket, Server as TlsServer } from 'node:tls';
import { CoveyError } from '@covey/errors';
import type { JudgePorts } from '@covey/identity';
import { addressGroup, type HostPort } from './address.ts';
import { Crowd } from './crowd.ts';
import type { PeerLimits } from './limits.ts';
import type { PeerLog } from './log.ts';
import { createServerWithoutTickets } from './no-tickets.ts';
import { addressOf, judgeVisitor, type Visitor } from './papers.ts';
import { ALPN, type TlsIdentity, TRUST_NOBODY_YET, tlsSettings } from './tls-settings.ts';

/**
 * Connections that the system holds until they are taken. Beyond it callers are not heard and ask again
 * after a second; the system may hold fewer (on Linux `somaxconn`, 4096).
 */
const BACKLOG = 4096;

interface DoorwayPorts extends JudgePorts {
  readonly identity: TlsIdentity;
  readonly now: () => Date;
  readonly log: PeerLog;
  /** Somebody came in, known by their key at least. */
  readonly entered: (socket: TLSSocket, visitor: Visitor) => void;
}

/**
 * Listens, shakes hands, looks at papers. Nobody is known before the handshake, so nobody can take up
 * more than a place among the half-open, and the oldest of those makes way for the next.
 */
export class Doorway {
  readonly #ports: DoorwayPorts;
  readonly #listener: Server;
  readonly #tls: TlsServer;
  readonly #halfOpen: Crowd<Socket>;
  readonly #inside: Crowd<TLSSocket>;
  readonly #byDevice: Crowd<TLSSocket>;
  /** Half-open connections by their four-tuple: how a TLS socket finds its TCP socket. */
  readonly #raw = new Map<string, Socket>();

  constructor(ports: DoorwayPorts, limits: PeerLimits) {
    this.#ports = ports;
    const { connections, connectionsPerAddress, connectionsPerDevice } = limits;
    this.#halfOpen = new Crowd({ all: limits.halfOpen, perKey: limits.halfOpenPerAddress });
    this.#inside = new Crowd({ all: connections, perKey: connectionsPerAddress });
    this.#byDevice = new Crowd({ all: connections, perKey: connectionsPerDevice });
    this.#listener = createServer({ noDelay: true }, (socket) => this.#knocked(socket));
    this.#tls = createServerWithoutTickets({
      ...tlsSettings(ports.identity),
      ...TRUST_NOBODY_YET,
      handshakeTimeout: limits.handshakeMs,
    });
    this.#tls.on('secureConnection', (socket) => void this.#shookHands(socket));
    this.#tls.on('tlsClientError', (failure, socket) => {
      ports.log.debug({ err: failure }, 'handshake failed');
      socket.destroy();
    });
  }

  /** Resolves with the port. @throws {CoveyError} CONFIG_INVALID */
  async open({ host, port }: HostPort): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#listener.once('error', (cause) => {
        reject(new CoveyError('CONFIG_INVALID', 'cannot listen on this address', { cause }));
      });
      this.#listener.listen({ host, port, backlog: BACKLOG }, resolve);
    });
    this.#listener.on('error', (err) => this.#ports.log.warn({ err }, 'listening failed'));
    const address = this.#listener.address();
    return typeof address === 'object' && address ? address.port : port;
  }

  /** Stops listening and cuts whoever is still here. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#listener.close(() => resolve()));
    for (const socket of [...this.#halfOpen, ...this.#inside]) socket.destroy();
    await closed;
  }

  #knocked(socket: Socket): void {
    const who = group(socket);
    const name = fourTuple(socket);
    socket.on('error', () => {}); // The TLS socket above reports it.
    this.#halfOpen.enterFirst(who, socket, (oldest) => oldest.destroy());
    this.#raw.set(name, socket);
    socket.once('close', () => {
      this.#halfOpen.leave(who, socket);
      if (this.#raw.get(name) === socket) this.#raw.delete(name);
    });
    // Node starts the handshake, with its deadline, on a server that doesn't itself listen.
    this.#tls.emit('connection', socket);
  }

  async #shookHands(socket: TLSSocket): Promise<void> {
    socket.on('error', (err) => this.#ports.log.debug({ err }, 'connection failed'));
    const who = group(socket);
    const raw = this.#raw.get(fourTuple(socket));
    try {
      if (socket.alpnProtocol !== ALPN) throw new CoveyError('PEER_REFUSED', 'another protocol');
      const visitor = await judgeVisitor(socket, this.#ports);
      if (socket.destroyed) return;
      if (!this.#inside.enter(who, socket)) throw tooMany();
      socket.once('close', () => this.#inside.leave(who, socket));
      if (!this.#byDevice.enter(visitor.deviceId, socket)) throw tooMany();
      socket.once('close', () => this.#byDevice.leave(visitor.deviceId, socket));
      this.#ports.entered(socket, visitor);
    } catch (reason) {
      this.#ports.log.info({ err: reason, address: addressOf(socket) }, 'visitor turned away');
      socket.destroy();
    } finally {
      if (raw) this.#halfOpen.leave(who, raw);
    }
  }
}

function tooMany(): CoveyError {
  return new CoveyError('RATE_EXCEEDED', 'too many connections');
}

function group(socket: Socket): string {
  // A socket that is already gone has no address.
  return socket.remoteAddress ? addressGroup(addressOf(socket)) : '';
}

function fourTuple(socket: Socket): string {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  return [remoteAddress, remotePort, localAddress, localPort].join('|');
}
