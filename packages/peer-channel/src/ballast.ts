import type { TLSSocket } from 'node:tls';
import type { PeerLimits } from './limits.ts';

/** Frame header, gRPC prefix and TLS record of one short message, generously. */
const BYTES_PER_MESSAGE = 64;
/** Of what this side sends, the other side gives back so much window: two updates per 32 KiB. */
const SENT_PER_BYTE = 64;

/**
 * Cuts a connection over which too much comes that is no message. HTTP/2 has a dozen frames of which a
 * peer may send any number (RFC 9113 section 10.5), and some of them reach none of our code: so it is
 * the bytes that are counted, and what was a message is taken off.
 */
export class Ballast {
  readonly #socket: TLSSocket;
  readonly #limits: PeerLimits;
  readonly #mostBytes: number;
  readonly #timer: NodeJS.Timeout;
  #messageBytes = 0;
  #seen = 0;
  #level = 0;

  /** `messageBytes`: of one message that is still coming, of which is not known yet that it is one. */
  constructor(
    socket: TLSSocket,
    { messageBytes, limits }: { messageBytes: number; limits: PeerLimits },
  ) {
    this.#socket = socket;
    this.#limits = limits;
    this.#mostBytes = limits.ballastBytes + messageBytes;
    this.#timer = setInterval(() => this.#weigh(), limits.ballastMs);
    this.#timer.unref();
    socket.once('close', () => clearInterval(this.#timer));
  }

  /** A message of so many bytes came. */
  took(bytes: number): void {
    // A message of no bytes is free of charge nowhere: it counts as the least that one costs.
    this.#messageBytes += bytes + BYTES_PER_MESSAGE + bytes / SENT_PER_BYTE;
  }

  #weigh(): void {
    const { bytesRead, bytesWritten } = this.#socket;
    const ballast = bytesRead - this.#messageBytes - bytesWritten / SENT_PER_BYTE;
    const more = ballast - this.#seen;
    this.#seen = ballast;
    const drained = (this.#limits.ballastRefillBytes * this.#limits.ballastMs) / 1000;
    this.#level = Math.max(0, this.#level + more - drained);
    if (this.#level > this.#mostBytes) this.#socket.destroy();
  }
}
