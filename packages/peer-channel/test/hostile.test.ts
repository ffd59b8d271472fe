import { connect as connectHttp2, constants as http2 } from 'node:http2';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { Failure, type Frame, InviteRequest } from '@covey/grpc-api';
import { Dialer } from '../src/dialer.ts';
import { whyOver } from '../src/hello.ts';
import { DEFAULT_LIMITS } from '../src/limits.ts';
import { tlsSettings } from '../src/tls-settings.ts';
import {
  type CastDevice,
  castAccount,
  castThrowaway,
  goHome,
  PORTS,
  type Station,
  station,
} from './cast.ts';

const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await goHome();
});

describe('the handshake', () => {
  test('SWARM-5: TLS 1.2 is refused', async () => {
    const bob = await station();
    const { tls } = await aDevice();
    const old = { ...tlsSettings(tls), minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
    await expect(secured(bob, { ...old, ciphers: 'DEFAULT' })).rejects.toThrow(/alert|version/i);
  });

  test('SWARM-5: no session ticket is sent, and what a client kept is not resumed', async () => {
    const bob = await station();
    const settings = tlsSettings((await aDevice()).tls);
    const first = await secured(bob, settings);
    const tickets: Buffer[] = [];
    first.on('session', (ticket) => tickets.push(ticket));
    // HTTP/2 speaks after the handshake, and tickets would have come between.
    await new Promise((resolve) => first.once('data', resolve));
    expect(tickets).toEqual([]);
    const kept = first.getSession();
    const second = await secured(bob, { ...settings, ...(kept && { session: kept }) });
    expect(second.isSessionReused()).toBe(false);
    expect(second.getProtocol()).toBe('TLSv1.3');
    expect(second.getEphemeralKeyInfo()).toMatchObject({ type: 'ECDH', name: 'X25519' });
  });

  test.each([
    ['none', []],
    ['HTTP/1.1', ['http/1.1']],
  ])('ALPN: %s is cut', async (_, protocols) => {
    const bob = await station();
    const { tls } = await aDevice();
    await isCut(bob, { ...tlsSettings(tls), ALPNProtocols: protocols });
  });

  test('a caller without a certificate is cut', async () => {
    const bob = await station();
    const { key: _, cert: __, ...anonymous } = tlsSettings((await aDevice()).tls);
    await isCut(bob, anonymous);
  });

  test("another device's certificate without its key does not pass", async () => {
    const bob = await station();
    const [alice, mallory] = [await aDevice(), await aDevice()];
    expect(() => connectTls(tlsSettings({ ...alice.tls, pkcs8: mallory.tls.pkcs8 }))).toThrow(
      /key values mismatch/,
    );
    // A chain of somebody else's account behind one's own leaf proves nothing either.
    const [, ...issuers] = alice.tls.certificates;
    const forged = {
      ...mallory.tls,
      certificates: [...mallory.tls.certificates.slice(0, 1), ...issuers],
    };
    const { link } = await opened(bob, forged);
    expect(await link).toMatchObject({ code: 'PEER_REFUSED' });
  });

  test('a leaf, an account and a CA that nobody issued to each other are refused a channel', async () => {
    const bob = await station();
    const { link } = await opened(bob, await castThrowaway());
    expect(await link).toMatchObject({ code: 'PEER_REFUSED' });
  });

  test('nobody on the way reads who calls whom', async () => {
    const said = Promise.withResolvers<string>();
    const listener = createServer((socket) => {
      sockets.push(socket);
      socket.once('data', (bytes) => said.resolve(bytes.toString('latin1')));
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const alice = await station({}, { handshakeMs: 500 });
    const { deviceId } = await aDevice();
    const { port } = listener.address() as { port: number };
    const dialed = alice.network.dial(`localhost:${port}`, { deviceId });
    const hello = await said.promise;
    for (const name of [deviceId, alice.deviceId, alice.identity.chain.uri, 'localhost']) {
      expect(hello).not.toContain(name);
    }
    // It says nothing back: that is a deadline, not a place where nobody is.
    await expect(dialed).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    listener.close();
  });

  test('six hundred half-open connections do not keep a good peer out', async () => {
    const bob = await station({ heads: async () => ({ heads: [], stateDigest: '' }) });
    for (let n = 0; n < 600; n += 1) {
      const socket = connectTcp(bob.network.port, '127.0.0.1');
      socket.on('error', () => {});
      sockets.push(socket);
    }
    const alice = await station();
    const at = performance.now();
    const link = await alice.network.dial(bob.address, {});
    expect(await link.heads({ conversationId: '' })).toMatchObject({ heads: [] });
    expect(performance.now() - at).toBeLessThan(1000);
  });

  test('a half-open connection has until its deadline', async () => {
    const bob = await station({}, { handshakeMs: 50 });
    const socket = connectTcp(bob.network.port, '127.0.0.1');
    sockets.push(socket);
    await new Promise((resolve) => socket.once('close', resolve).resume());
  });

  test('a connection that opens no channel does not stay', async () => {
    const bob = await station({}, { visitMs: 50 });
    const socket = await secured(bob, tlsSettings((await aDevice()).tls));
    await new Promise((resolve) => socket.once('close', resolve).resume());
  });

  test('one device has at most eight connections', async () => {
    const bob = await station();
    const { tls } = await aDevice();
    const held = [];
    for (let n = 0; n < 8; n += 1) held.push(await secured(bob, tlsSettings(tls)));
    await isCut(bob, tlsSettings(tls));
    expect(held.filter(({ destroyed }) => destroyed)).toEqual([]);
  });
});

describe('HTTP/2 and gRPC', () => {
  test.each([
    ['a stranger opens 64', false, 64],
    ['a peer, whose messages may be longer, opens 8', true, 8],
  ])('headers have 16 KiB; of streams %s', async (_, admitted, streams) => {
    const bob = await station({ admits: () => admitted });
    const session = connectHttp2('https://peer', {
      createConnection: () => connectTls(options(bob, tlsSettings(bob.tls))),
    });
    session.on('error', () => {});
    const settings = await new Promise<{
      maxHeaderListSize?: number;
      maxConcurrentStreams?: number;
    }>((resolve) => session.once('remoteSettings', resolve));
    expect(settings).toMatchObject({ maxHeaderListSize: 16_384, maxConcurrentStreams: streams });
    const stream = session.request({
      ':path': '/',
      ':method': 'POST',
      'x-long': 'a'.repeat(20_000),
    });
    await new Promise((resolve) => stream.once('error', resolve).once('close', resolve));
    expect(stream.rstCode).not.toBe(http2.NGHTTP2_NO_ERROR);
    session.destroy();
  });

  test.each([
    ['a frame of 4 MiB and one byte', 4 * 1024 * 1024 + 1, 4 * 1024 * 1024 + 1],
    ['a length of 1 GiB with no body', 1024 ** 3, 0],
  ])('%s is refused', async (_, announced, sent) => {
    const bob = await station();
    expect(await rawCall(bob, await aDevice(), 'Channel', announced, new Uint8Array(sent))).toBe(
      '8',
    );
  });

  test('a stranger can send no more than an invitation has', async () => {
    const bob = await station({ admits: () => false });
    const long = 100 * 1024;
    expect(await rawCall(bob, await aDevice(), 'Invite', long, new Uint8Array(long))).toBe('8');
    expect(await rawCall(bob, await aDevice(), 'Channel', long, new Uint8Array(long))).not.toBe(
      '0',
    );
  });

  test.each([
    ['nested groups', new Uint8Array(60_000).fill(0x7b)],
    ['a varint without an end', new Uint8Array(60).fill(0xff)],
    ['a length beyond the message', Uint8Array.of(0x0a, 0xff, 0xff, 0x03)],
  ])('an invitation of %s is malformed, and no handler sees it', async (_, bytes) => {
    const bob = await station();
    const [, trailer] = await rawTrailers(bob, await aDevice(), 'Invite', bytes.length, bytes);
    expect(Failure.decode(Buffer.from(String(trailer), 'base64')).code).toBe('ENCODING_MALFORMED');
  });

  test('a map key `__proto__` is a key', () => {
    const metadatas = new Map([['__proto__', 'x']]);
    const value = {
      ...{ mimeType: '', conversationId: '', from: '', received: '', members: [], addresses: [] },
      metadatas,
    };
    const bytes = InviteRequest.encode({ body: { $case: 'invite', value } }).finish();
    const { body } = InviteRequest.decode(bytes);
    expect(body?.$case === 'invite' && body.value.metadatas).toEqual(metadatas);
  });
});

describe('a peer that breaks the protocol of the channel is cut', () => {
  const heads = { body: { $case: 'heads' as const, value: { conversationId: '' } } };
  test.each<[string, Frame[], string]>([
    [
      'a call number twice',
      [
        { call: 1n, body: { $case: 'request', value: heads } },
        { call: 1n, body: { $case: 'request', value: heads } },
      ],
      'REQUEST_MALFORMED',
    ],
    ['a second hello', [{ call: 1n, body: hello(1) }], 'REQUEST_MALFORMED'],
    [
      'credit for more than was used',
      [
        { call: 1n, body: { $case: 'request', value: aFetch() } },
        { call: 1n, body: { $case: 'credit', value: { chunks: 1000 } } },
      ],
      'REQUEST_MALFORMED',
    ],
  ])('%s', async (_, frames, code) => {
    const bob = await station({
      heads: () => new Promise(() => {}),
      async *fetch() {
        await new Promise(() => {});
      },
    });
    const { stream, link } = await opened(bob, (await aDevice()).tls);
    await bob.nextLink();
    for (const frame of frames) stream.write({ frame });
    expect(await link).toMatchObject({ code });
  });

  test('COMPAT-1: another version is told which one is spoken', async () => {
    const bob = await station();
    const { link } = await opened(bob, (await aDevice()).tls, 2);
    expect(await link).toMatchObject({
      code: 'PEER_VERSION_UNSUPPORTED',
      data: new Map([
        ['speaks', '1'],
        ['met', '2'],
      ]),
    });
    expect(bob.links).toEqual([]);
  });

  test('a peer that asks for a pack and reads nothing is given up', async () => {
    const over = Promise.withResolvers<void>();
    const bob = await station(
      {
        async *fetch(_link, _request, signal) {
          signal.addEventListener('abort', () => over.resolve());
          for (;;) yield new Uint8Array(64 * 1024);
        },
      },
      { stallMs: 100 },
    );
    const { stream } = await opened(bob, (await aDevice()).tls);
    const bobsLink = await bob.nextLink();
    stream.pause();
    for (let call = 1n; call < 60n; call += 1n) {
      stream.write({ frame: { call, body: { $case: 'request', value: aFetch() } } });
    }
    await over.promise;
    await bobsLink.closed;
  });
});

function hello(protocolVersion: number) {
  return { $case: 'hello' as const, value: { protocolVersion, addresses: [], features: [] } };
}

function aFetch() {
  const value = { conversationId: '', wants: [], haves: [], maxBytes: 0 };
  return { body: { $case: 'fetch' as const, value } };
}

async function aDevice(): Promise<CastDevice> {
  return (await castAccount()).device();
}

/** A channel by somebody who writes frames of their own. `link` is the failure that ended it. */
async function opened(bob: Station, identity: CastDevice['tls'], version = 1) {
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

function options(bob: Station, settings: ConnectionOptions): ConnectionOptions {
  return {
    ...{ host: '127.0.0.1', port: bob.network.port, rejectUnauthorized: false },
    ...{ ALPNProtocols: ['h2'], ...settings },
  };
}

function secured(bob: Station, settings: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls(options(bob, settings), () => resolve(socket));
    socket.on('error', reject);
    sockets.push(socket);
  });
}

/** Resolves when the connection is closed by the other side, before or after the handshake. */
async function isCut(bob: Station, settings: ConnectionOptions): Promise<void> {
  const socket = connectTls(options(bob, settings));
  sockets.push(socket);
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('close', resolve).resume());
}

async function rawCall(...call: Parameters<typeof rawTrailers>): Promise<unknown> {
  return (await rawTrailers(...call))[0];
}

/** One gRPC message with a length of its own; the status and the failure that come back. */
async function rawTrailers(
  bob: Station,
  { tls }: CastDevice,
  method: string,
  announced: number,
  body: Uint8Array,
): Promise<[unknown, unknown]> {
  const socket = await secured(bob, tlsSettings(tls));
  const session = connectHttp2('https://peer', { createConnection: () => socket });
  session.on('error', () => {});
  const stream = session.request({
    ...{ ':path': `/covey.peer.v1.PeerService/${method}`, ':method': 'POST' },
    ...{ 'content-type': 'application/grpc', te: 'trailers' },
  });
  stream.on('error', () => {});
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(announced, 1);
  stream.write(Buffer.concat([prefix, body]));
  if (announced === body.length) stream.end();
  const headers = await new Promise<Record<string, unknown>>((resolve) => {
    stream.on('response', (found) => 'grpc-status' in found && resolve(found));
    stream.on('trailers', resolve);
    stream.on('close', () => resolve({}));
    stream.resume();
  });
  session.destroy();
  return [headers['grpc-status'], headers['covey-failure-bin']];
}
