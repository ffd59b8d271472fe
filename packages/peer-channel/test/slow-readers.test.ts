import { afterEach, expect, test } from 'vitest';
import type { Request } from '@covey/grpc-api';
import { aDevice, goHome, station } from './cast.ts';
import { openChannel, said } from './channel-attacks.ts';
import { expectServed, GoodPeer } from './good-peer.ts';
import { Listener } from './listener.ts';
import { aFetch } from './raw-calls.ts';
import { INITIAL_WINDOW_SIZE, RawPeer } from './raw-http2.ts';

/** Above what the process had before. */
const MOST_MORE_BYTES = 128 * 2 ** 20;
const READERS = 16;

const listeners: Listener[] = [];
afterEach(async () => {
  await goHome();
  for (const listener of listeners.splice(0)) await listener.stop();
});

const questions: Record<string, Request> = {
  'a pack': aFetch(),
  heads: { body: { $case: 'heads', value: { conversationId: '' } } },
};

test.each([
  ['a pack', 'never opens its window', 0],
  ['a pack', 'takes 64 KiB and no more', 65_535],
  ['heads', 'never opens its window', 0],
])(
  'D5: who asks for %s sixty times and %s is cut, and takes no memory',
  async (what, _, window) => {
    const bob = await Listener.start({ stallMs: 500 });
    listeners.push(bob);
    const good = await GoodPeer.of(bob);
    const { peakRssBytes: before, descriptors } = await bob.measure();
    const value = questions[what] ?? aFetch();
    const readers = Array.from({ length: READERS }, async () => {
      const reader = await RawPeer.connect(bob.port, (await aDevice()).tls);
      await openChannel(reader, { [INITIAL_WINDOW_SIZE]: window });
      for (let call = 1n; call <= 60n; call += 1n) {
        await reader.writeData(1, said({ call, body: { $case: 'request', value } }));
      }
      await reader.closed;
    });
    const served = await good.isServed(100);
    await Promise.all(readers);
    expectServed(served);
    await bob.haveDescriptors(descriptors + 2);
    expect((await bob.measure()).peakRssBytes - before).toBeLessThan(MOST_MORE_BYTES);
  },
);

test('D5: who reads no further in a pack gets no more of it than the credit', async () => {
  const over = Promise.withResolvers<void>();
  let made = 0;
  const bob = await station(
    {
      async *fetch() {
        try {
          for (;;) {
            made += 1;
            yield new Uint8Array(64 * 1024);
          }
        } finally {
          over.resolve();
        }
      },
    },
    { stallMs: 100 },
  );
  const alice = await station();
  const link = await alice.network.dial(bob.address, {});
  const pack = link.fetch(aFetch().body.value)[Symbol.asyncIterator]();
  await pack.next();
  await over.promise;
  expect(made).toBeLessThanOrEqual(18);
});
