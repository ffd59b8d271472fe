import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Connections that may stand without having shown the token: more than any program opens at once. */
const MOST = 1024;

/**
 * Connections over which nobody has shown the token yet. Any page and any program can open as many as it
 * likes; so the oldest makes way for the next, and whoever has the token is not kept out.
 */
export class Strangers {
  readonly #sockets = new Set<Socket>();

  constructor(app: FastifyInstance) {
    app.server.on('connection', (socket: Socket) => this.#came(socket));
    // Node counts them as busy, not as idle: a stop would wait for what they never say.
    app.addHook('preClose', async () => {
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  /** The token was shown over this connection. */
  admit(socket: Socket): void {
    this.#sockets.delete(socket);
  }

  #came(socket: Socket): void {
    const [oldest] = this.#sockets;
    if (this.#sockets.size >= MOST) oldest?.destroy();
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
