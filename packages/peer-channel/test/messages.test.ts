import { randomBytes } from 'node:crypto';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { Failure } from '@covey/grpc-api';
import { tlsSettings } from '../src/tls-settings.ts';
import { aDevice, goHome, station } from './cast.ts';
import { Listener } from './listener.ts';
import { hangUp, options, type RawCall, rawCall } from './raw-calls.ts';

const MEBI = 1024 * 1024;
/** Status codes of gRPC, as they stand in its trailer. */
const [RESOURCE_EXHAUSTED, UNIMPLEMENTED] = ['8', '12'];

afterEach(async () => {
  hangUp();
  await goHome();
});

test.each([
  ['a stranger four', false, 4],
  ['a peer, whose messages may be longer, two', true, 2],
])('D4: headers have 16 KiB; of streams at once has %s', async (_, admitted, streams) => {
  const bob = await station({ admits: () => admitted });
  const session = connectHttp2('https://peer', {
    createConnection: () => connectTls(options(bob, tlsSettings(bob.tls))),
  });
  session.on('error', () => {});
  const settings = await new Promise((resolve) => session.once('remoteSettings', resolve));
  expect(settings).toMatchObject({ maxHeaderListSize: 16_384, maxConcurrentStreams: streams });
  session.destroy();
});

const bomb = gzipSync(Buffer.alloc(64 * MEBI));
test.each<[string, RawCall, string]>([
  [
    '4 MiB and one byte',
    { method: 'Channel', body: new Uint8Array(4 * MEBI + 1) },
    RESOURCE_EXHAUSTED,
  ],
  [
    'a length of 1 GiB with no body',
    { method: 'Channel', body: new Uint8Array(), announced: 1024 * MEBI },
    RESOURCE_EXHAUSTED,
  ],
  [
    'a length of 4 GiB with no body',
    { method: 'Channel', body: new Uint8Array(), announced: 0xffff_ffff },
    RESOURCE_EXHAUSTED,
  ],
  ['64 MiB that were packed by gzip', packed('gzip', bomb), UNIMPLEMENTED],
  ['4 KiB that were packed by gzip', packed('gzip', gzipSync(Buffer.alloc(4096))), UNIMPLEMENTED],
  ['what was packed by deflate', packed('deflate', deflateSync(Buffer.alloc(4096))), UNIMPLEMENTED],
  ['what was packed by something unknown', packed('zstd', randomBytes(64)), UNIMPLEMENTED],
  ['what was packed by something without end', packed('x'.repeat(900), bomb), UNIMPLEMENTED],
])('D3: a message of %s is refused', async (_, call, status) => {
  const bob = await station();
  expect(await rawCall(bob, (await aDevice()).tls, call)).toMatchObject({ status });
});

test('D3: a message that says it was packed, of a caller that says it packs nothing, is malformed', async () => {
  const bob = await station();
  const call = { method: 'Invite', body: gzipSync(Buffer.alloc(4096)), isPacked: true };
  const { failure } = await rawCall(bob, (await aDevice()).tls, call);
  expect(failureIn(failure)).toMatchObject({ code: 'ENCODING_MALFORMED' });
});

test('D3: a hundred of each take no memory', { timeout: 60_000 }, async ({ annotate }) => {
  const bob = await Listener.start();
  const { tls } = await aDevice();
  const { peakRssBytes: before } = await bob.measure();
  const calls: RawCall[] = [
    packed('gzip', bomb),
    { method: 'Channel', body: new Uint8Array(), announced: 1024 * MEBI },
  ];
  for (let n = 0; n < 200; n += 1) await rawCall(bob, tls, calls[n % 2] as RawCall); // one of two
  const { peakRssBytes } = await bob.measure();
  await annotate(`${((peakRssBytes - before) / MEBI).toFixed(0)} MiB more than before`);
  expect(peakRssBytes - before).toBeLessThan(128 * MEBI);
  await bob.stop();
});

test('a stranger can send no more than an invitation has', async () => {
  const bob = await station({ admits: () => false });
  const { tls } = await aDevice();
  const body = new Uint8Array(100 * 1024);
  const invite = await rawCall(bob, tls, { method: 'Invite', body });
  expect(invite).toMatchObject({ status: RESOURCE_EXHAUSTED });
  expect(await rawCall(bob, tls, { method: 'Channel', body })).not.toMatchObject({ status: '0' });
});

describe('D7: an invitation is malformed, and no handler sees it, of', () => {
  test.each([
    ['nested groups', new Uint8Array(60_000).fill(0x7b)],
    ['a varint without an end', new Uint8Array(60).fill(0xff)],
    ['a length beyond the message', Uint8Array.of(0x0a, 0xff, 0xff, 0x03)],
    ['text that is no UTF-8', Uint8Array.of(0x0a, 0x04, 0x0a, 0x02, 0xc3, 0x28)],
    [
      'more members than any invitation has',
      invitationOf(Buffer.alloc(60_000, Buffer.of(0x32, 0))),
    ],
  ])('%s', async (_, body) => {
    const bob = await station();
    const { failure } = await rawCall(bob, (await aDevice()).tls, { method: 'Invite', body });
    expect(failureIn(failure)).toMatchObject({ code: 'ENCODING_MALFORMED' });
  });
});

/** An invitation whose fields these are. */
function invitationOf(fields: Uint8Array): Uint8Array {
  const { length } = fields;
  return Buffer.concat([
    Buffer.of(0x0a, (length & 127) | 128, ((length >> 7) & 127) | 128, length >> 14),
    fields,
  ]);
}

function packed(encoding: string, body: Uint8Array): RawCall {
  return { method: 'Invite', body, isPacked: true, headers: { 'grpc-encoding': encoding } };
}

function failureIn(trailer: unknown): Failure {
  return Failure.decode(Buffer.from(String(trailer), 'base64'));
}
