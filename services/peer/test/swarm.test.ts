import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { whenFolderShows } from '../src/cli/watch-folder.ts';
import { peopleApart } from './daemon.ts';
import { knocker } from './knocker.ts';
import { agree, type Person } from './person.ts';
import { connectionsBetween, socketsAreShown } from './sockets.ts';

/** Alice's group of three. */
async function threeTalking() {
  const { alice, bob, carol } = await peopleApart('alice', 'bob', 'carol');
  const conversationId = await alice.starts();
  await bob.joins(conversationId, { invitedBy: alice });
  await carol.joins(conversationId, { invitedBy: alice });
  await agree(conversationId, [alice, bob, carol]);
  return { alice, bob, carol, conversationId };
}

/** Resolves when a connection stands between the two. */
async function areConnected(one: Person, other: Person): Promise<void> {
  await one.sees('PeerConnected', ({ deviceId }) => deviceId === other.info.deviceId);
  await other.sees('PeerConnected', ({ deviceId }) => deviceId === one.info.deviceId);
}

/** Resolves when nothing stands at this path any more. */
async function isGone(path: string): Promise<void> {
  await whenFolderShows(dirname(path), AbortSignal.timeout(20_000), async () => {
    if (existsSync(path)) throw new Error('it is still there');
  });
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of chunks);
}

test('SWARM-1, SWARM-2: both sides of a cut go on talking, and come to one history when it is over', async () => {
  const { alice, bob, carol, conversationId } = await threeTalking();
  await Promise.all([alice.daemon.stop(), bob.daemon.stop()]);
  await carol.says(conversationId, 'is anyone there?');
  await carol.says(conversationId, 'hello?');
  await carol.daemon.stop();
  await Promise.all([alice.daemon.start(), bob.daemon.start()]);
  await alice.says(conversationId, 'where is Carol?');
  await bob.hears(conversationId, 'where is Carol?');
  await bob.says(conversationId, 'away');
  await agree(conversationId, [alice, bob]);

  await carol.daemon.start();
  await agree(conversationId, [alice, bob, carol]);
  await bob.says(conversationId, 'there you are');
  const { heads } = await agree(conversationId, [alice, bob, carol]);
  expect(heads).toHaveLength(1);
  const heard = await alice.heard(conversationId);
  expect(heard.toSorted()).toEqual(
    ['is anyone there?', 'hello?', 'where is Carol?', 'away', 'there you are'].sort(),
  );
  expect(heard.at(-1)).toBe('there you are');
  expect(await bob.heard(conversationId)).toEqual(heard);
  expect(await carol.heard(conversationId)).toEqual(heard);
});

test('NET-2: who knows only the inviter learns of the others from him, and needs him no more', async () => {
  const { alice, bob, carol, conversationId } = await threeTalking();
  await areConnected(bob, carol);
  await alice.daemon.stop();
  await carol.says(conversationId, 'without Alice');
  await bob.hears(conversationId, 'without Alice');
  await bob.says(conversationId, 'indeed');
  await carol.hears(conversationId, 'indeed');
  await agree(conversationId, [bob, carol]);
});

test.runIf(socketsAreShown)(
  'NET-1: two daemons have one connection, whoever dialed and however much they share',
  async () => {
    const { alice, bob, carol, conversationId } = await threeTalking();
    await areConnected(bob, carol);
    const second = await carol.starts();
    await bob.joins(second, { invitedBy: carol });
    await alice.joins(second, { invitedBy: bob });
    // Both dial at once.
    await Promise.all([bob.daemon.stop(), carol.daemon.stop()]);
    await Promise.all([bob.daemon.start(), carol.daemon.start()]);
    for (const id of [conversationId, second]) {
      await bob.says(id, 'again');
      await carol.hears(id, 'again');
      await agree(id, [alice, bob, carol]);
    }
    const pairs = [
      [alice, bob],
      [bob, carol],
      [carol, alice],
    ] as const;
    for (const [one, other] of pairs) {
      expect(connectionsBetween(one.daemon.pid, other.daemon.pid)).toBe(1);
    }
    const { connected } = await bob.state(second);
    expect(connected.toSorted()).toEqual([alice.info.deviceId, carol.info.deviceId].sort());
  },
);

test('SWARM-5, NET-1: a device speaks TLS 1.3 with an ephemeral key, and nothing older', async () => {
  const { alice } = await peopleApart('alice');
  const address = new URL(`tcp://${alice.info.addresses[0]}`);
  const handshake = (maxVersion: 'TLSv1.2' | 'TLSv1.3') =>
    new Promise<string>((resolve, reject) => {
      const socket = connect({
        host: address.hostname,
        port: Number(address.port),
        rejectUnauthorized: false,
        ALPNProtocols: ['h2'],
        maxVersion,
      });
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        const { type } = socket.getEphemeralKeyInfo() as { type?: string };
        resolve(`${socket.getProtocol()} ${type}`);
        socket.destroy();
      });
    });
  expect(await handshake('TLSv1.3')).toMatch(/^TLSv1\.3 (?:X25519|ECDH)/);
  await expect(handshake('TLSv1.2')).rejects.toThrow();
});

test('VAL-8, LIFE-1: who leaves is cut off by the others within a second, and can fetch nothing any more', async () => {
  const { alice, bob, carol, conversationId } = await threeTalking();
  const shared = await alice.starts();
  await bob.joins(shared, { invitedBy: alice });
  const repository = bob.daemon.repository(bob, conversationId);
  const { heads } = await bob.state(conversationId);
  await bob.call('removeConversation', { conversationId });
  await bob.sees('ConversationRemoved');

  const left = ({ action, uri }: Readonly<Record<string, unknown>>) =>
    action === 'leave' && uri === bob.uri;
  await Promise.all([
    alice.sees('ConversationMemberEvent', left),
    carol.sees('ConversationMemberEvent', left),
  ]);
  const at = performance.now();
  await carol.sees('PeerDisconnected', ({ deviceId }) => deviceId === bob.info.deviceId);
  expect(performance.now() - at).toBeLessThan(1000);
  await agree(conversationId, [alice, carol]);
  expect(await alice.members(conversationId)).not.toContain(`${bob.uri} member`);
  expect((await bob.call('getConversations', {})).map(({ id }) => id)).toEqual([shared]);
  await expect(bob.says(conversationId, 'one more thing')).rejects.toMatchObject({
    code: 'CONVERSATION_NOT_FOUND',
  });
  await isGone(repository);

  // His device as another program would use it.
  await bob.daemon.stop();
  const bobsDevice = await knocker(bob);
  await expect(bobsDevice.dials(carol)).rejects.toMatchObject({ code: 'PEER_REFUSED' });
  const link = await bobsDevice.dials(alice);
  const asked = { conversationId, wants: [...heads], haves: [], maxBytes: 0 };
  await expect(link.heads({ conversationId })).rejects.toMatchObject({
    code: 'CONVERSATION_NOT_FOUND',
  });
  await expect(drain(link.fetch(asked))).rejects.toMatchObject({
    code: 'CONVERSATION_NOT_FOUND',
  });
  expect((await link.heads({ conversationId: shared })).heads).not.toEqual([]);
});

test('LIFE-1: a leave that nobody could hear of is told after a restart', async () => {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const conversationId = await alice.starts();
  await bob.joins(conversationId, { invitedBy: alice });
  await agree(conversationId, [alice, bob]);
  const repository = bob.daemon.repository(bob, conversationId);
  await alice.daemon.stop();
  await bob.call('removeConversation', { conversationId });
  expect(await bob.call('getConversations', {})).toEqual([]);
  expect(existsSync(repository)).toBe(true);
  await bob.daemon.kill();
  await Promise.all([bob.daemon.start(), alice.daemon.start()]);
  expect(await bob.call('getConversations', {})).toEqual([]);
  await alice.sees('ConversationMemberEvent', ({ action, uri }) => {
    return action === 'leave' && uri === bob.uri;
  });
  await isGone(repository);
});
