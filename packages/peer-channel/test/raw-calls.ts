import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import type { Failure, Frame } from '@covey/grpc-api';
import { Dialer } from '../src/dialer.ts';
import { whyOver } from '../src/hello.ts';
import { DEFAULT_LIMITS } from '../src/limits.ts';
import { type TlsIdentity, tlsSettings } from '../src/tls-settings.ts';
import { PORTS, type Station } from './cast.ts';

const sockets: TLSSocket[] = [];

/** Ends what {@link secured} and {@link isCut} have opened. */
export function hangUp(): void {
  for (const socket of sockets.splice(0)) socket.destroy();
}

export function hello(protocolVersion: number) {
  return { $case: 'hello' as const, value: { protocolVersion, addresses: [], features: [] } };
}

export function aFetch() {
  const value = { conversationId: '', wants: [], haves: [], maxBytes: 0 };
  return { body: { $case: 'fetch' as const, value } };
}

/** A channel by somebody who writes frames of their own. `link` is the failure that ended it. */
export async function opened(bob: Pick<Station, 'address'>, identity: TlsIdentity, version = 1) {
  const ports = { ...PORTS, identity, now: () => new Date() };
  const settings = { expected: {}, inspect: () => {}, limits: DEFAULT_LIMITS };
  const dialer = new Dialer(bob.address, ports, settings);
  const stream = dialer.client.channel();
  const link = new Promise<Failure | Error | undefined>((resolve) => {
    stream.on('error', (failure) => resolve(dialer.failureOf(whyOver(failure))));
    stream.on('data', ({ frame }: { frame?: Frame }) => {
      if (frame?.call === 0n && frame.body?.$case === 'failure') resolve(frame.body.value);
    });
    stream.on('end', () => resolve(undefined));
  });
  stream.write({ frame: { call: 0n, body: hello(version) } });
  return { stream, link };
}

/** Where to connect, with these settings of TLS. */
export function options(
  { address }: Pick<Station, 'address'>,
  settings: ConnectionOptions,
): ConnectionOptions {
  const port = Number(address.split(':')[1]);
  return { host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['h2'], ...settings };
}

/** @throws what TLS says */
export function secured(
  bob: Pick<Station, 'address'>,
  settings: ConnectionOptions,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls(options(bob, settings), () => resolve(socket));
    socket.on('error', reject);
    sockets.push(socket);
  });
}

/** Resolves when the connection is closed by the other side, before or after the handshake. */
export async function isCut(
  bob: Pick<Station, 'address'>,
  settings: ConnectionOptions,
): Promise<void> {
  const socket = connectTls(options(bob, settings));
  sockets.push(socket);
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('close', resolve).resume());
}

/** One message of gRPC with a length and a mark of its own. */
export interface RawCall {
  readonly method: string;
  readonly body: Uint8Array;
  /** What the prefix says; else the truth. A longer one than the body is waited for. */
  readonly announced?: number;
  readonly isPacked?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What came back; nothing when the call ended without. */
export interface RawOutcome {
  readonly status: unknown;
  readonly failure: unknown;
}

/** An HTTP/2 connection that knows nothing of gRPC. */
export async function rawSession(
  bob: Pick<Station, 'address'>,
  identity: TlsIdentity,
): Promise<ClientHttp2Session> {
  const socket = await secured(bob, tlsSettings(identity));
  const session = connectHttp2('https://peer', { createConnection: () => socket });
  session.on('error', () => {});
  return session;
}

export async function rawCallOn(session: ClientHttp2Session, call: RawCall): Promise<RawOutcome> {
  const { method, body, announced = body.length, isPacked = false, headers = {} } = call;
  const stream = session.request({
    ...{ ':path': `/covey.peer.v1.PeerService/${method}`, ':method': 'POST' },
    ...{ 'content-type': 'application/grpc', te: 'trailers', ...headers },
  });
  stream.on('error', () => {});
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(isPacked ? 1 : 0);
  prefix.writeUInt32BE(announced, 1);
  stream.write(Buffer.concat([prefix, body]));
  if (announced === body.length) stream.end();
  const found = await new Promise<Record<string, unknown>>((resolve) => {
    stream.on('response', (first) => 'grpc-status' in first && resolve(first));
    stream.on('trailers', resolve);
    stream.on('close', () => resolve({}));
    stream.resume();
  });
  stream.close();
  return { status: found['grpc-status'], failure: found['covey-failure-bin'] };
}

/** One call on a connection of its own. */
export async function rawCall(
  ...[bob, identity, call]: [...Parameters<typeof rawSession>, RawCall]
) {
  const session = await rawSession(bob, identity);
  const outcome = await rawCallOn(session, call);
  session.destroy();
  return outcome;
}
