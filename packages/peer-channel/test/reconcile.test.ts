import { afterEach, describe, expect, test } from 'vitest';
import type { OfferedPack } from '@covey/peer-channel';
import { CONVERSATION } from './asked.ts';
import { goHome, station } from './cast.ts';

afterEach(goHome);

const asked = { conversationId: CONVERSATION, offers: ['a'.repeat(40)], haves: [], addresses: [] };
const OFFER = 'b'.repeat(40);

/** Bytes in pieces that are longer than a chunk. */
async function* pieces(count: number, bytes = 100_000) {
  for (let n = 0; n < count; n += 1) yield new Uint8Array(bytes).fill(n);
}

async function whole({ offers, pack }: OfferedPack) {
  let bytes = 0;
  for await (const chunk of pack) bytes += chunk.length;
  return { offers, bytes };
}

describe('asking for resolutions', () => {
  test('needs no right to talk, and gives none', async () => {
    const bob = await station({
      admits: () => false,
      reconcile: async (remote, request) => {
        expect(remote.deviceId).toBe(alice.deviceId);
        expect(request).toEqual(asked);
        return { offers: [OFFER], pack: pieces(60) };
      },
    });
    const alice = await station({ admits: () => false });
    const taken = await alice.network.reconcile(bob.address, {}, asked, whole);
    expect(taken).toEqual({ offers: [OFFER], bytes: 6_000_000 });
    await expect(alice.network.dial(bob.address, {})).rejects.toMatchObject({
      code: 'PEER_REFUSED',
    });
    expect(bob.links).toEqual([]);
  });

  test('leaves the pack unread when the offers are known', async () => {
    let made = 0;
    async function* counted() {
      for (const _ of Array(1000)) {
        made += 1;
        yield new Uint8Array(100_000);
      }
    }
    const bob = await station({
      reconcile: async () => ({ offers: [OFFER], pack: counted() }),
    });
    const alice = await station();
    const offers = await alice.network.reconcile(bob.address, {}, asked, async (o) => o.offers);
    expect(offers).toEqual([OFFER]);
    expect(made).toBeLessThan(100);
  });

  test('a pack that breaks off is told apart from a whole one', async () => {
    async function* breaking() {
      yield new Uint8Array(10);
      throw new Error('the disk is gone');
    }
    const bob = await station({ reconcile: async () => ({ offers: [OFFER], pack: breaking() }) });
    const alice = await station();
    const taken = alice.network.reconcile(bob.address, {}, asked, whole);
    await expect(taken).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  test('SAFE-5: has a rate, and bounds on both sides', async () => {
    const bob = await station(
      { reconcile: async () => ({ offers: [], pack: pieces(0) }) },
      { reconcileBurst: 2 },
    );
    const alice = await station();
    const ask = (request = asked) => alice.network.reconcile(bob.address, {}, request, whole);
    await expect(ask({ ...asked, offers: Array(65).fill(OFFER) })).rejects.toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
    });
    await ask();
    await ask();
    await expect(ask()).rejects.toMatchObject({ code: 'RATE_EXCEEDED' });
  });

  test('who offers more than he may is not listened to', async () => {
    const bob = await station({
      reconcile: async () => ({ offers: Array(65).fill(OFFER), pack: pieces(0) }),
    });
    const alice = await station();
    const taken = alice.network.reconcile(bob.address, {}, asked, whole);
    await expect(taken).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
  });
});
