import { afterEach, describe, expect, test } from 'vitest';
import type { Frame } from '@covey/grpc-api';
import { aDevice, goHome, station } from './cast.ts';
import { openChannel } from './channel-attacks.ts';
import { aFetch, hangUp, hello, opened } from './raw-calls.ts';
import { INITIAL_WINDOW_SIZE, RawPeer } from './raw-http2.ts';

afterEach(async () => {
  hangUp();
  await goHome();
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

test('D1, BAN-2: who loses the right is cut within a second, even one that reads nothing and never leaves', async () => {
  const banned = new Set<string>();
  const bob = await station({ admits: ({ deviceId }) => !banned.has(deviceId) });
  const { tls, deviceId } = await aDevice();
  const link = bob.nextLink();
  const mallory = await RawPeer.connect(bob.network.port, tls);
  await openChannel(mallory, { [INITIAL_WINDOW_SIZE]: 0 });
  await link;
  mallory.stopReading();
  banned.add(deviceId);
  const at = performance.now();
  bob.network.recheck();
  expect(await (await link).closed).toBe('PEER_REFUSED');
  expect(performance.now() - at).toBeLessThan(1000);
});
