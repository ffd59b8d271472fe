import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { goHome, station } from './cast.ts';
import { tcpRelay } from './tcp-relay.ts';

afterEach(goHome);

test('a peer whose process is killed in the middle of a fetch is noticed at once', async () => {
  const peer = fork(fileURLToPath(new URL('./peer-process.ts', import.meta.url)));
  const [{ address, deviceId }] = await once(peer, 'message');
  const alice = await station();
  const link = await alice.network.dial(address, { deviceId });
  const fetch = { conversationId: '', wants: [], haves: [], maxBytes: 0 };
  let chunks = 0;
  const reading = (async () => {
    for await (const _chunk of link.fetch(fetch)) {
      chunks += 1;
      if (chunks === 20) peer.kill('SIGKILL');
    }
  })();
  await expect(reading).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' });
  expect(await link.closed).toBeUndefined();
  const again = alice.network.dial(address, { deviceId });
  await expect(again).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' });
});

test('a peer that falls silent without a word is noticed by keepalive', async () => {
  const bob = await station();
  const relay = await tcpRelay(bob.network.port);
  const alice = await station({}, { keepaliveMs: 50, keepaliveTimeoutMs: 50 });
  const link = await alice.network.dial(relay.address, { deviceId: bob.deviceId });
  relay.silence();
  expect(await link.closed).toBeUndefined();
  relay.close();
});
