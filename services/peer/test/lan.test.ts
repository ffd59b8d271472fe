import { expect, test } from 'vitest';
import { Daemon } from './daemon.ts';
import { agree } from './person.ts';

/** Real multicast, on loopback: no daemon is told where another one is. */
const LAN = { PEER_LAN_DISCOVERY: 'true', PEER_LAN_INTERFACE: '127.0.0.1' };

test('NET-5: an invitation without an address finds its person in the local network, and both talk', async () => {
  const alice = await (await Daemon.start(LAN)).person('alice');
  const conversationId = await alice.starts({ title: 'Kitchen' });
  const bob = await (await Daemon.start(LAN)).person('bob');
  // Either he is seen already, or the invitation waits until he is.
  await alice.call('addConversationMember', { conversationId, uri: bob.uri, addresses: [] });
  expect(await bob.sees('ConversationRequestReceived')).toMatchObject({ from: alice.uri });
  await bob.call('acceptConversationRequest', { conversationId });
  await bob.has(conversationId);
  await bob.says(conversationId, 'dinner?');
  await agree(conversationId, [alice, bob]);
  expect(await alice.heard(conversationId)).toEqual(['dinner?']);
});
