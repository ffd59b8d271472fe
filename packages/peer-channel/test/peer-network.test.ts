import { afterEach, describe, expect, test } from 'vitest';
import { CoveyError } from '@covey/errors';
import { aFetch, CONVERSATION, drain } from './asked.ts';
import { goHome, station } from './cast.ts';
import { tcpRelay } from './tcp-relay.ts';

afterEach(goHome);

const heads = (name: string) => ({ heads: [name.repeat(40)], stateDigest: '' });

describe('one connection carries the calls of both sides', () => {
  test('SHAPE-3, NET-1: the dialed device calls the dialer over the same connection', async () => {
    const alice = await station({ heads: async () => heads('a') });
    const bob = await station({ heads: async () => heads('b') });
    const bobsLink = bob.nextLink();
    const toBob = await alice.network.dial(bob.address, { deviceId: bob.deviceId });
    const toAlice = await bobsLink;

    const request = { conversationId: CONVERSATION };
    expect((await toBob.heads(request)).heads).toEqual(heads('b').heads);
    expect((await toAlice.heads(request)).heads).toEqual(heads('a').heads);
    expect([toBob.dialed, toAlice.dialed]).toEqual([true, false]);
    expect(toAlice.remote).toMatchObject({ deviceId: alice.deviceId });
    expect(toBob.remote.uri).toBe(bob.identity.chain.uri);
  });

  test('each side learns the addresses and features of the other', async () => {
    const [alice, bob] = [await station(), await station()];
    const link = await alice.network.dial(bob.address, {});
    expect(link.hello).toMatchObject({ addresses: [bob.address], features: [] });
  });

  test('announce, roster, sync and askInvite arrive as they were sent', async () => {
    const seen: unknown[] = [];
    const roster = { devices: [{ deviceId: 'd', uri: 'u', addresses: ['[::1]:4000'] }] };
    const bob = await station({
      announce: async (_, request) => void seen.push(request),
      roster: async () => roster,
      sync: async (_, { body }) => ({ body: body.map((byte) => byte + 1) }),
      askInvite: async () => ({ body: { $case: 'delivered', value: {} } }),
    });
    const alice = await station();
    const link = await alice.network.dial(bob.address, {});
    const announcement = {
      ...{ mimeType: 'application/im-gitmessage-id', deviceId: alice.deviceId, id: CONVERSATION },
      ...{ commit: 'a'.repeat(40), heads: ['a'.repeat(40)], stateDigest: 'ff' },
    };
    await link.announce(announcement);
    expect(seen).toEqual([announcement]);
    expect(await link.roster({ conversationId: CONVERSATION, devices: [] })).toEqual(roster);
    expect((await link.sync({ body: Uint8Array.of(1, 2) })).body).toEqual(Uint8Array.of(2, 3));
    const ask = { mimeType: 'application/invite', conversationId: CONVERSATION };
    const answer = await link.askInvite({ body: { $case: 'ask', value: ask } });
    expect(answer.body?.$case).toBe('delivered');
  });

  test('a pack of 20 MiB arrives whole, in chunks of at most 64 KiB, beside other calls', async () => {
    const block = new Uint8Array(1024 * 1024).map((_, n) => n % 251);
    const bob = await station({
      heads: async () => heads('b'),
      async *fetch() {
        for (let n = 0; n < 20; n += 1) yield block;
      },
    });
    const alice = await station();
    const link = await alice.network.dial(bob.address, {});
    let total = 0;
    for await (const chunk of link.fetch(aFetch)) {
      expect(chunk.length).toBeLessThanOrEqual(64 * 1024);
      total += chunk.length;
      // A reader that pauses holds up nobody else.
      if (total === 10 * block.length) await link.heads({ conversationId: CONVERSATION });
    }
    expect(total).toBe(20 * block.length);
  });

  test('a reader that stops early tells the sender', async () => {
    const stopped = Promise.withResolvers<void>();
    const bob = await station({
      async *fetch(_link, _request, signal) {
        signal.addEventListener('abort', () => stopped.resolve());
        for (;;) yield new Uint8Array(64 * 1024);
      },
    });
    const alice = await station();
    const link = await alice.network.dial(bob.address, {});
    for await (const _chunk of link.fetch(aFetch)) break;
    await stopped.promise;
  });

  test('a sender gets no further than its credit when nobody reads', async () => {
    let sent = 0;
    const asked = Promise.withResolvers<void>();
    const bob = await station({
      heads: async () => heads('b'),
      async *fetch() {
        for (;;) {
          sent += 1;
          if (sent === 16) asked.resolve();
          yield new Uint8Array(64 * 1024);
        }
      },
    });
    const alice = await station();
    const link = await alice.network.dial(bob.address, {});
    const reader = link.fetch(aFetch)[Symbol.asyncIterator]();
    await reader.next();
    await asked.promise;
    for (let n = 0; n < 10; n += 1) await link.heads({ conversationId: CONVERSATION });
    expect(sent).toBeLessThanOrEqual(18);
    await reader.return?.();
  });

  test('a hundred calls at once are all answered', async () => {
    const bob = await station({ heads: async (_, { conversationId }) => heads(conversationId) });
    const alice = await station();
    const link = await alice.network.dial(bob.address, {});
    const all = Array.from({ length: 100 }, () => link.heads({ conversationId: 'a' }));
    expect(await Promise.all(all)).toHaveLength(100);
  });
});

describe('failures cross the wire by their code', () => {
  test('a handler throws CONVERSATION_NOT_FOUND, the caller gets it with its data', async () => {
    const bob = await station({
      heads: async () => {
        throw new CoveyError('CONVERSATION_NOT_FOUND', 'no such conversation', {
          data: { a: 'b' },
        });
      },
    });
    const alice = await station();
    const link = await alice.network.dial(bob.address, {});
    const call = link.heads({ conversationId: CONVERSATION });
    await expect(call).rejects.toMatchObject({
      ...{ code: 'CONVERSATION_NOT_FOUND', message: 'no such conversation', data: { a: 'b' } },
    });
  });

  test('an unforeseen failure is INTERNAL and says nothing of itself', async () => {
    const bob = await station({ heads: () => Promise.reject(new Error('/home/bob/secret')) });
    const alice = await station();
    const link = await alice.network.dial(bob.address, {});
    const call = link.heads({ conversationId: CONVERSATION });
    await expect(call).rejects.toMatchObject({ code: 'INTERNAL', message: 'internal error' });
  });

  test('a fetch that fails half way fails at the reader with the same code', async () => {
    const bob = await station({
      async *fetch() {
        yield Uint8Array.of(1);
        throw new CoveyError('PACK_LIMIT_EXCEEDED', 'too much');
      },
    });
    const alice = await station();
    const link = await alice.network.dial(bob.address, {});
    await expect(drain(link)).rejects.toMatchObject({ code: 'PACK_LIMIT_EXCEEDED' });
  });

  test('a peer that answers too late is given up', async () => {
    const bob = await station({ heads: () => new Promise(() => {}) });
    const alice = await station({}, { callMs: 50 });
    const link = await alice.network.dial(bob.address, {});
    const call = link.heads({ conversationId: CONVERSATION });
    await expect(call).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  test('a pack that does not go on is given up', async () => {
    const bob = await station({
      async *fetch() {
        yield Uint8Array.of(1);
        await new Promise(() => {});
      },
    });
    const alice = await station({}, { stallMs: 50 });
    const link = await alice.network.dial(bob.address, {});
    await expect(drain(link)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  test('a caller that aborts gets its own reason', async () => {
    const bob = await station({ heads: () => new Promise(() => {}) });
    const alice = await station();
    const link = await alice.network.dial(bob.address, {});
    const own = new AbortController();
    const call = link.heads({ conversationId: CONVERSATION }, own.signal);
    own.abort(new Error('not needed any more'));
    await expect(call).rejects.toThrow('not needed any more');
  });

  test('a message beyond its bound is refused before it is sent, and the link lives on', async () => {
    const bob = await station({ heads: async () => heads('b') });
    const alice = await station();
    const link = await alice.network.dial(bob.address, {});
    const huge = link.sync({ body: new Uint8Array(4 * 1024 * 1024) });
    await expect(huge).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
    const wants = Array.from({ length: 1025 }, () => 'a'.repeat(40));
    await expect(drain(link, { ...aFetch, wants })).rejects.toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
    });
    expect(await link.heads({ conversationId: CONVERSATION })).toEqual(heads('b'));
  });
});

describe('links end, and are one per pair', () => {
  test('NET-1: both devices dial at once: one connection stays, and both have one link', async () => {
    const answer = { heads: async () => heads('x') };
    const [alice, bob] = [await station(answer), await station(answer)];
    const ways = [await tcpRelay(bob.network.port), await tcpRelay(alice.network.port)] as const;
    const [toBob, toAlice] = await Promise.all([
      alice.network.dial(ways[0].address, { deviceId: bob.deviceId }),
      bob.network.dial(ways[1].address, { deviceId: alice.deviceId }),
    ]);
    await Promise.all([
      toBob.heads({ conversationId: CONVERSATION }),
      toAlice.heads({ conversationId: CONVERSATION }),
    ]);
    await expect.poll(() => toBob.dialed !== toAlice.dialed).toBe(true);
    expect(toBob.dialed).toBe(alice.deviceId < bob.deviceId);
    expect([alice.links, bob.links]).toEqual([[toBob], [toAlice]]);
    const winner = toBob.dialed ? 0 : 1;
    await expect.poll(() => ways.map(({ open }) => open)[1 - winner]).toBe(0);
    expect(ways[winner].open).toBe(1);
    expect(await toBob.heads({ conversationId: CONVERSATION })).toEqual(heads('x'));
    expect(await toAlice.heads({ conversationId: CONVERSATION })).toEqual(heads('x'));
    for (const way of ways) way.close();
  });

  test('a fetch over the connection that goes is finished first', async () => {
    const gate = Promise.withResolvers<void>();
    const fetched = {
      async *fetch() {
        yield Uint8Array.of(1);
        await gate.promise;
        yield Uint8Array.of(2);
      },
      heads: async () => heads('x'),
    };
    const first = await station(fetched);
    const second = await station(fetched);
    const [low, high] = [first, second].sort((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
    if (!low || !high) throw new Error('two stations');
    const lowsLink = low.nextLink();
    const toLow = await high.network.dial(low.address, { deviceId: low.deviceId });
    const toHigh = await lowsLink;
    const readers = [drain(toLow), drain(toHigh)];
    await toLow.heads({ conversationId: CONVERSATION });
    // With the address alone, the network can't know that there is a link already.
    expect(await low.network.dial(high.address, {})).toBe(toHigh);
    await expect.poll(() => toHigh.dialed).toBe(true);
    gate.resolve();
    expect(await Promise.all(readers)).toEqual([2, 2]);
    await expect.poll(() => toLow.dialed).toBe(false);
    expect(await toLow.heads({ conversationId: CONVERSATION })).toEqual(heads('x'));
  });

  test('dialing a device that is linked returns the link', async () => {
    const [alice, bob] = [await station(), await station()];
    const link = await alice.network.dial(bob.address, { deviceId: bob.deviceId });
    expect(await alice.network.dial(bob.address, { deviceId: bob.deviceId })).toBe(link);
  });

  test('close tells the other side the code, and a new link can be made at once', async () => {
    const [alice, bob] = [await station(), await station({ heads: async () => heads('b') })];
    const link = await alice.network.dial(bob.address, { deviceId: bob.deviceId });
    await expect.poll(() => bob.links.length).toBe(1);
    link.close('SHUTTING_DOWN');
    const again = await alice.network.dial(bob.address, { deviceId: bob.deviceId });
    expect(again).not.toBe(link);
    expect(await bob.links[0]?.closed).toBe('SHUTTING_DOWN');
    expect(await link.closed).toBe('SHUTTING_DOWN');
    expect(await again.heads({ conversationId: CONVERSATION })).toEqual(heads('b'));
    await expect(link.heads({ conversationId: CONVERSATION })).rejects.toMatchObject({
      code: 'SHUTTING_DOWN',
    });
  });

  test('when a network closes, its peers know, and nobody answers there any more', async () => {
    const [alice, bob] = [await station(), await station()];
    const link = await alice.network.dial(bob.address, {});
    const { address } = bob;
    await bob.network.close();
    expect(await link.closed).toBe('SHUTTING_DOWN');
    const dialed = alice.network.dial(address, {});
    await expect(dialed).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' });
  });

  test('a text that is no address is refused', async () => {
    const alice = await station();
    for (const address of ['', 'host', 'host:', ':1', '::1:80', '[::1]', 'a b:1', 'host:65536']) {
      await expect(alice.network.dial(address, {})).rejects.toMatchObject({
        code: 'ADDRESS_MALFORMED',
      });
    }
  });
});
