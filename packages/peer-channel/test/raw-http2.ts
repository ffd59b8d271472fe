import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import type { TlsIdentity } from '../src/tls-settings.ts';
import { tlsSettings } from '../src/tls-settings.ts';

/** Frame types (RFC 9113 section 6). */
export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;
/** Flags of DATA and HEADERS. */
export const END_STREAM = 1;
export const END_HEADERS = 4;
/** SETTINGS identifier (RFC 9113 section 6.5.2). */
export const INITIAL_WINDOW_SIZE = 4;
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** What to do with a connection: until it is over, or `isEnough`. */
export type Run = (peer: RawPeer, isEnough: () => boolean) => Promise<void>;

/** A way to wear out an HTTP/2 endpoint. */
export interface Attack {
  readonly run: Run;
  /** What comes of it: the connection or the stream ends, or no more is taken than can be borne. */
  readonly comesTo: 'an end' | 'a trickle';
}

const FRAME_HEADER_BYTES = 9;
const FIRST_WINDOW = 65_535;
const MOST_DATA = 16_384;

/** One frame, right or wrong: nothing is checked. */
export function frame(
  type: number,
  { flags = 0, stream = 0 }: { flags?: number; stream?: number },
  payload: Uint8Array = new Uint8Array(),
): Buffer {
  const head = Buffer.alloc(FRAME_HEADER_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A 32-bit number, as RST_STREAM and WINDOW_UPDATE carry. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** SETTINGS of identifiers and values. */
export function settings(values: Readonly<Record<number, number>>): Buffer {
  const entries = Object.entries(values).map(([id, value]) => {
    const entry = Buffer.alloc(6);
    entry.writeUInt16BE(Number(id));
    entry.writeUInt32BE(value, 2);
    return entry;
  });
  return frame(FRAME.settings, {}, Buffer.concat(entries));
}

/** As everybody does. */
export function begin(peer: RawPeer, values: Readonly<Record<number, number>> = {}): Promise<void> {
  return peer.write(...(peer.dialed ? [PREFACE] : []), settings(values));
}

/** Batch after batch, as fast as they are taken. */
export function flood(batch: (turn: number) => readonly Uint8Array[], values = {}): Run {
  return async (peer, isEnough) => {
    await begin(peer, values);
    for (let turn = 0; !peer.isClosed && !isEnough(); turn += 1) await peer.write(...batch(turn));
  };
}

/** Says it, and waits for what comes of it. */
export function sendOnce(bytes: () => readonly Uint8Array[]): Run {
  return async (peer) => {
    await begin(peer);
    await peer.write(...bytes());
    await peer.closed;
  };
}

export function many<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

/** A header as HPACK's "literal without indexing, new name" (RFC 7541 section 6.2.2). */
export function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.of(0), hpackText(name), hpackText(value)]);
}

/** Headers of a gRPC call. */
export function callHeaders(method: string, more: Readonly<Record<string, string>> = {}): Buffer {
  const headers = {
    ':method': 'POST',
    ':scheme': 'https',
    ':path': `/covey.peer.v1.PeerService/${method}`,
    ':authority': 'peer',
    'content-type': 'application/grpc',
    te: 'trailers',
    ...more,
  };
  return Buffer.concat(Object.entries(headers).map(([name, value]) => literal(name, value)));
}

/** Length in HPACK's prefix coding of 7 bits (RFC 7541 section 5.1), then the text as it is. */
export function hpackText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([hpackNumber(bytes.length, 7), bytes]);
}

/** A number behind a prefix of so many bits, the bits above them zero (RFC 7541 section 5.1). */
export function hpackNumber(value: number, prefixBits: number): Buffer {
  const most = 2 ** prefixBits - 1;
  if (value < most) return Buffer.of(value);
  const bytes = [most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

/** One end of a mutual TLS 1.3 connection that speaks HTTP/2 as badly as it is told to. */
export class RawPeer {
  /** Resolves when the connection is over, whoever ended it. */
  readonly closed: Promise<void>;
  /** Whether it is the client of HTTP/2. */
  readonly dialed: boolean;
  bytesSent = 0;
  readonly #listeners = new Map<number, (flags: number) => void>();
  readonly #socket: TLSSocket;
  /** Bytes of DATA that may go, on the connection (0) and on streams. */
  readonly #windows = new Map([[0, FIRST_WINDOW]]);
  #moreWindow = Promise.withResolvers<void>();
  #rest = Buffer.alloc(0);

  private constructor(socket: TLSSocket, dialed: boolean) {
    this.#socket = socket;
    this.dialed = dialed;
    socket.on('error', () => {}); // Being thrown out is what it is here for.
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
  }

  /** Shakes hands as the device that it is; says no HTTP/2 yet. @throws what TLS says */
  static async connect(
    port: number,
    identity: TlsIdentity,
    localAddress = '127.0.0.1',
  ): Promise<RawPeer> {
    const socket = connect({
      ...tlsSettings(identity),
      ...{ host: '127.0.0.1', port, localAddress },
      ...{ rejectUnauthorized: false, ALPNProtocols: ['h2'] },
    });
    await once(socket, 'secureConnect');
    return new RawPeer(socket, true);
  }

  /** The end that was dialed. */
  static answering(socket: TLSSocket): RawPeer {
    return new RawPeer(socket, false);
  }

  get isClosed(): boolean {
    return this.#socket.destroyed || this.#socket.readableEnded;
  }

  /** Sends, and waits until the kernel has taken it or the connection is over. */
  async write(...parts: readonly Uint8Array[]): Promise<void> {
    const bytes = Buffer.concat(parts);
    this.bytesSent += bytes.length;
    if (this.isClosed || this.#socket.write(bytes)) return;
    const over = new AbortController();
    await Promise.race([once(this.#socket, 'drain', over), this.closed]).catch(() => {});
    over.abort();
  }

  /** DATA that keeps to the windows: what a peer sends that wants to stay. */
  async writeData(stream: number, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length && !this.isClosed; ) {
      const window = Math.min(this.#window(0), this.#window(stream), MOST_DATA);
      if (window <= 0) {
        this.#moreWindow = Promise.withResolvers();
        await Promise.race([this.#moreWindow.promise, this.closed]);
        continue;
      }
      const part = bytes.subarray(at, at + window);
      for (const id of [0, stream]) this.#windows.set(id, this.#window(id) - part.length);
      at += part.length;
      await this.write(frame(FRAME.data, { stream }, part));
    }
  }

  /** Hears of each frame of a type that comes. */
  on(type: number, listener: (flags: number) => void): void {
    this.#listeners.set(type, listener);
  }

  /** Reads nothing from now on. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Sends no more, and lets the other side say what it has to. */
  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= FRAME_HEADER_BYTES) {
      const length = FRAME_HEADER_BYTES + this.#rest.readUIntBE(0, 3);
      if (this.#rest.length < length) return;
      const type = this.#rest.readUInt8(3);
      this.#listeners.get(type)?.(this.#rest.readUInt8(4));
      if (type === FRAME.windowUpdate) this.#widen(this.#rest);
      this.#rest = this.#rest.subarray(length);
    }
  }

  #window(stream: number): number {
    return this.#windows.get(stream) ?? FIRST_WINDOW;
  }

  #widen(update: Buffer): void {
    const stream = update.readUInt32BE(5);
    this.#windows.set(stream, this.#window(stream) + update.readUInt32BE(FRAME_HEADER_BYTES));
    this.#moreWindow.resolve();
  }
}
