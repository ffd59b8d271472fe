import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../src/limits.ts';
import { goHome } from './cast.ts';
import { expectServed, GoodPeer } from './good-peer.ts';
import type { HalfOpenOrder, HalfOpenReport } from './half-open-process.ts';
import { Listener } from './listener.ts';

const COUNT = 5000;
const CALLS = 200;
const MOST_RSS_BYTES = 512 * 2 ** 20;
/** Every address of 127/8 is this machine. */
const MANY_ADDRESSES = Array.from({ length: 200 }, (_, n) => `127.0.1.${n + 1}`);
/** The first bytes of a TLS record that holds a ClientHello of 512 bytes. */
const BEGUN_HELLO = Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3);

const children: ChildProcess[] = [];
let listener: Listener | undefined;
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await goHome();
  await listener?.stop();
});

test.each<[string, Pick<HalfOpenOrder, 'from' | 'bytes' | 'returns'>]>([
  [
    'from the address of the good one',
    { from: ['127.0.0.1'], bytes: new Uint8Array(), returns: false },
  ],
  [
    'that have begun a handshake, from 200 addresses',
    { from: MANY_ADDRESSES, bytes: BEGUN_HELLO, returns: false },
  ],
  [
    'from 200 addresses, each of which comes again when it is thrown out',
    { from: MANY_ADDRESSES, bytes: BEGUN_HELLO, returns: true },
  ],
])('D2, M22: five thousand half-open connections %s', { timeout: 60_000 }, async (_, order) => {
  const bob = await Listener.start({ handshakeMs: 2000 });
  listener = bob;
  const good = await GoodPeer.of(bob);
  const { descriptors } = await bob.measure();

  const crowd = new HalfOpenCrowd();
  const { made } = await crowd.press({ ...order, port: bob.port, count: COUNT });
  const served = await good.isServed(CALLS);
  expectServed(served);
  const pressed = await bob.measure();
  expect(pressed.descriptors).toBeLessThan(descriptors + DEFAULT_LIMITS.halfOpen + 50);
  expect(pressed.peakRssBytes).toBeLessThan(MOST_RSS_BYTES);
  const said = await crowd.stop();
  await bob.haveDescriptors(descriptors + 2);

  const figures = [
    `${made} made at first, ${said.made} in all; a new connection ${served.dialMs.toFixed(0)} ms`,
    `calls p99 ${served.p99Ms.toFixed(0)} ms; RSS ${(pressed.peakRssBytes / 2 ** 20).toFixed(0)} MiB`,
  ];
  console.log(figures.join(', '));
});

test('D2: who does not finish the handshake has until its deadline', async () => {
  const bob = await Listener.start({ handshakeMs: 200 });
  listener = bob;
  const { descriptors } = await bob.measure();
  const order = { from: MANY_ADDRESSES, bytes: BEGUN_HELLO, returns: false };
  await new HalfOpenCrowd().press({ ...order, port: bob.port, count: 100 });
  await bob.haveDescriptors(descriptors);
});

/** A process that does nothing but hold connections half open. */
class HalfOpenCrowd {
  readonly #child = fork(fileURLToPath(new URL('./half-open-process.ts', import.meta.url)), [], {
    serialization: 'advanced',
    execArgv: [],
  });

  /** Resolves when as many connections as ordered have been made. */
  press(order: HalfOpenOrder): Promise<HalfOpenReport> {
    children.push(this.#child);
    return this.#ask(order);
  }

  stop(): Promise<HalfOpenReport> {
    return this.#ask('stop');
  }

  async #ask(question: HalfOpenOrder | 'stop'): Promise<HalfOpenReport> {
    const answer = once(this.#child, 'message');
    this.#child.send(question);
    return (await answer)[0];
  }
}
