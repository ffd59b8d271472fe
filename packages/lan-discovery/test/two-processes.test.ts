import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { isTagOf } from '@covey/lan-discovery';
import { loopback, makeLan } from './lan.ts';

describe.each([makeLan(), loopback()])('on a local network of $kind', (lan) => {
  afterAll(() => lan.tearDown());

  test('NET-5: two processes that know no address find each other, and one dials the other', async () => {
    const [first, second] = lan.places;
    if (!first || !second) throw new Error('a network of two');
    const alice = wander(lan.mdnsPort, first, 'dials');
    const { deviceId: aliceId, uri: aliceUri } = await alice.hears('deviceId');
    const bob = wander(lan.mdnsPort, second, 'waits');
    const { deviceId: bobId } = await bob.hears('deviceId');

    const [found, linked, met, back] = await Promise.all([
      alice.hears('found'),
      alice.hears('linked'),
      bob.hears('linked'),
      bob.hears('found'),
    ]);
    expect(isTagOf(String(found['found']), bobId as never)).toBe(true);
    expect(isTagOf(String(back['found']), aliceId as never)).toBe(true);
    expect(linked).toEqual({ linked: bobId, dialed: true });
    expect(met).toEqual({ linked: aliceId, dialed: false });
    // What was said on the network names nobody.
    for (const name of [aliceId, bobId, aliceUri]) {
      expect(JSON.stringify([found, back])).not.toContain(name);
    }
    await Promise.all([alice.goHome(), bob.goHome()]);
  });
});

/** Starts `wanderer.ts` at a place. */
function wander(
  mdnsPort: number,
  { address, command }: { address: string; command: readonly string[] },
  role: 'dials' | 'waits',
) {
  const script = fileURLToPath(new URL('./wanderer.ts', import.meta.url));
  const [program = '', ...words] = [
    ...command,
    process.execPath,
    script,
    address,
    `${mdnsPort}`,
    role,
  ];
  const child: ChildProcess = spawn(program, words, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const news: Record<string, unknown>[] = [];
  child.on('message', (each: Record<string, unknown>) => news.push(each));
  return {
    /** The first news with this key, past or to come. */
    async hears(key: string): Promise<Record<string, unknown>> {
      for (;;) {
        const heard = news.find((each) => key in each);
        if (heard) return heard;
        await once(child, 'message');
      }
    },
    async goHome(): Promise<void> {
      child.send('home');
      await once(child, 'exit');
    },
  };
}
