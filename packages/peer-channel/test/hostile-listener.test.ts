import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { TRUST_NOBODY_YET, tlsSettings } from '../src/tls-settings.ts';
import { ATTACKS } from './attacks.ts';
import { aDevice, goHome, station } from './cast.ts';
import { RawPeer } from './raw-http2.ts';

const closing: (() => void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await goHome();
});

const MOST_MORE_BYTES = 128 * 2 ** 20;

/** What needs no stream that the other side has opened. */
const FLOODS = [
  'SETTINGS flood (CVE-2019-9515)',
  'PING flood (CVE-2019-9512)',
  'PING flood whose answers nobody reads',
  'PRIORITY flood',
  'WINDOW_UPDATE flood',
  'frames of an unknown type',
  'CONTINUATION without end (CVE-2024-27983)',
  'empty DATA without end (CVE-2019-9518)',
  'a first window beyond 2^31 - 1',
];

test.each(FLOODS)(
  'D4: a device that was dialed and answers with %s is hung up on',
  async (flood) => {
    const mallory = await hostileListener(flood);
    const [alice, bob] = [await station(), await station({ heads: answer })];
    const link = await alice.network.dial(bob.address, {});
    const before = process.memoryUsage.rss();
    const dialing = alice.network.dial(mallory.address, {});
    let calls = 0;
    const isOver = dialing.then(
      () => true,
      () => true,
    );
    // Others are served all the while.
    while (!(await Promise.race([isOver, link.heads({ conversationId: '' }).then(() => false)]))) {
      calls += 1;
    }
    // Which of the two depends on whether gRPC or we noticed first.
    await expect(dialing).rejects.toMatchObject({
      code: expect.stringMatching(/^(PEER_UNREACHABLE|INTERNAL)$/),
    });
    await mallory.cut;
    expect(calls).toBeGreaterThan(0);
    expect(process.memoryUsage.rss() - before).toBeLessThan(MOST_MORE_BYTES);
  },
);

const answer = async () => ({ heads: [], stateDigest: '' });

/** A device with papers that says hello to nobody. */
async function hostileListener(flood: string) {
  const { tls } = await aDevice();
  const server = createServer({ ...tlsSettings(tls), ...TRUST_NOBODY_YET });
  const cut = Promise.withResolvers<void>();
  server.on('secureConnection', async (socket: TLSSocket) => {
    const peer = RawPeer.answering(socket);
    await ATTACKS[flood]?.run(peer, () => false);
    await peer.closed;
    cut.resolve();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  const { port } = server.address() as AddressInfo; // It listens on TCP.
  return { address: `127.0.0.1:${port}`, cut: cut.promise };
}
