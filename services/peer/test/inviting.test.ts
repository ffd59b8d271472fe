import { expect, test } from 'vitest';
import { peopleApart } from './daemon.ts';
import { git } from './git.ts';
import { knocker } from './knocker.ts';
import { agree } from './person.ts';

test('CONV-3, CONV-6: an invitation by URI and address is a commit, and arrives as a map of strings', async () => {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const conversationId = await alice.starts({ title: 'First group' });
  await alice.call('updateConversationInfos', {
    conversationId,
    infos: { description: 'all of us' },
  });
  const invited = await alice.call('addConversationMember', {
    conversationId,
    uri: bob.uri,
    addresses: bob.info.addresses,
  });
  expect(invited.delivered).toBe(true);
  const told = await bob.sees('ConversationRequestReceived');
  expect(told).toMatchObject({ conversationId, from: alice.uri });

  const [request, second] = await bob.call('getConversationRequests', {});
  expect(second).toBeUndefined();
  expect(request).toEqual({
    id: conversationId,
    from: alice.uri,
    received: expect.stringMatching(/^[0-9]{10}$/),
    title: 'First group',
    description: 'all of us',
    mode: '2',
  });
  expect(await bob.call('getConversations', {})).toEqual([]);
  const repository = alice.daemon.repository(alice, conversationId);
  expect(git(repository, 'diff-tree', '-r', '--name-status', `${invited.commit}^!`)).toBe(
    `A\tinvited/${bob.uri}`,
  );
});

test('CONV-5: who accepts clones the conversation, joins by a commit of his own, and both agree', async () => {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const conversationId = await alice.starts({ title: 'First group' });
  await alice.says(conversationId, 'long before');
  await alice.call('addConversationMember', {
    conversationId,
    uri: bob.uri,
    addresses: bob.info.addresses,
  });
  await bob.sees('ConversationRequestReceived');
  await bob.call('acceptConversationRequest', { conversationId });
  await bob.has(conversationId);
  expect(await bob.call('getConversationRequests', {})).toEqual([]);
  expect(await bob.heard(conversationId)).toEqual(['long before']);
  await alice.sees('ConversationMemberEvent', ({ action, uri }) => {
    return action === 'join' && uri === bob.uri;
  });
  await agree(conversationId, [alice, bob]);
  expect(await alice.members(conversationId)).toEqual(
    [`${alice.uri} admin`, `${bob.uri} member`].sort(),
  );
  const repository = bob.daemon.repository(bob, conversationId);
  expect(git(repository, 'diff-tree', '-r', '--name-status', 'main^!').split('\n')).toEqual([
    `A\tdevices/${bob.info.deviceId}.crt`,
    `D\tinvited/${bob.uri}`,
    `A\tmembers/${bob.uri}.crt`,
  ]);
});

test('CONV-4: a declined invitation looks to the inviter like one that waits; it stays declined until a person invites again', async () => {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const conversationId = await alice.starts();
  const invitation = { conversationId, uri: bob.uri, addresses: bob.info.addresses };
  await alice.call('addConversationMember', invitation);
  await bob.sees('ConversationRequestReceived');
  const [request] = await bob.call('getConversationRequests', {});
  const before = { events: alice.events.length, state: await alice.state(conversationId) };

  await bob.call('declineConversationRequest', { conversationId });
  await bob.sees('ConversationRequestDeclined');
  expect(await bob.call('getConversationRequests', {})).toEqual([]);

  // The same once more, as a device that never got an answer would send it.
  const alicesDevice = await knocker(alice);
  const redelivery = {
    mimeType: 'application/invite+json',
    conversationId,
    from: alice.uri,
    metadatas: new Map([['mode', '2']]),
    received: request?.received ?? '',
    members: [{ uri: alice.uri }],
    addresses: [...alice.info.addresses],
  };
  const answer = await alicesDevice.invites(bob, redelivery);
  expect(answer).toEqual({ body: { $case: 'delivered', value: {} } });
  expect(await bob.call('getConversationRequests', {})).toEqual([]);
  expect(alice.events.length).toBe(before.events);
  expect(await alice.state(conversationId)).toEqual(before.state);

  const later = { ...redelivery, received: String(Number(redelivery.received) + 1) };
  expect(await alicesDevice.invites(bob, later)).toEqual(answer);
  expect(await bob.call('getConversationRequests', {})).toHaveLength(1);
});

test('CONV-4: inviting again by hand is a later invitation, without a second commit', async () => {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const conversationId = await alice.starts();
  const invitation = { conversationId, uri: bob.uri, addresses: bob.info.addresses };
  const { commit } = await alice.call('addConversationMember', invitation);
  await bob.sees('ConversationRequestReceived');
  const [first] = await bob.call('getConversationRequests', {});
  await bob.call('declineConversationRequest', { conversationId });
  const again = await alice.call('addConversationMember', invitation);
  expect(again).toEqual({ commit, delivered: true });
  const [second] = await bob.call('getConversationRequests', {});
  expect(Number(second?.received)).toBeGreaterThan(Number(first?.received));
});

test('CONV-7: a conversation whose inviter is away is listed, says that it is syncing, and has the two known members', async () => {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const conversationId = await alice.starts({ title: 'Soon' });
  await alice.call('addConversationMember', {
    conversationId,
    uri: bob.uri,
    addresses: bob.info.addresses,
  });
  await bob.sees('ConversationRequestReceived');
  await alice.daemon.stop();
  await bob.call('acceptConversationRequest', { conversationId });

  const syncing = async () => {
    expect(await bob.call('getConversations', {})).toEqual([
      { id: conversationId, mode: 2, title: 'Soon', syncing: true },
    ]);
    const infos = await bob.call('conversationInfos', { conversationId });
    expect(infos).toMatchObject({ syncing: 'true', title: 'Soon' });
    const members = await bob.call('getConversationMembers', { conversationId });
    expect(members.map(({ uri }) => uri).sort()).toEqual([alice.uri, bob.uri].sort());
    await expect(bob.says(conversationId, 'too early')).rejects.toMatchObject({
      code: 'CONVERSATION_SYNCING',
    });
  };
  await syncing();
  await bob.daemon.stop();
  await bob.daemon.start();
  await syncing();

  await alice.daemon.start();
  await bob.has(conversationId);
  await agree(conversationId, [alice, bob]);
  expect(await bob.call('conversationInfos', { conversationId })).toEqual({
    mode: '2',
    title: 'Soon',
  });
});

test('CONV-8: a link lets one account in, tells a second one that it is used, and an altered one opens nothing', async () => {
  const { alice, bob, carol } = await peopleApart('alice', 'bob', 'carol');
  const conversationId = await alice.starts();
  const { link } = await alice.call('createInvitationLink', { conversationId });
  await bob.call('acceptInvitationLink', { link });
  await bob.has(conversationId);
  await expect(carol.call('acceptInvitationLink', { link })).rejects.toMatchObject({
    code: 'LINK_REFUSED',
    message: 'the link has been used',
  });
  const secret = JSON.parse(
    Buffer.from(link.slice('covey:invite:'.length), 'base64url').toString(),
  );
  const altered = { ...secret, s: Buffer.alloc(16, 7).toString('base64url') };
  await expect(
    carol.call('acceptInvitationLink', {
      link: `covey:invite:${Buffer.from(JSON.stringify(altered)).toString('base64url')}`,
    }),
  ).rejects.toMatchObject({
    code: 'LINK_REFUSED',
    message: 'this device has made no such link',
  });
  await expect(
    carol.call('acceptInvitationLink', { link: link.slice(0, -9) }),
  ).rejects.toMatchObject({ code: 'LINK_MALFORMED' });
  expect(await carol.call('getConversations', {})).toEqual([]);
  expect(await alice.members(conversationId)).not.toContain(expect.stringContaining(carol.uri));
});

test('CONV-8: a link that is over says so', async () => {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const conversationId = await alice.starts();
  const { link } = await alice.call('createInvitationLink', { conversationId });
  await alice.daemon.stop();
  await alice.daemon.changeState(alice, (state) => {
    for (const made of Object.values(state.links)) Object.assign(made, { expires: 0 });
  });
  await alice.daemon.start();
  await expect(bob.call('acceptInvitationLink', { link })).rejects.toMatchObject({
    code: 'LINK_REFUSED',
    message: 'the link has expired',
  });
});

test('SWARM-6: where only admins invite, an invitation by a member is refused by its rule', async () => {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const conversationId = await alice.starts({ mode: 1 });
  await bob.joins(conversationId, { invitedBy: alice });
  const before = await agree(conversationId, [alice, bob]);
  await expect(
    bob.call('addConversationMember', { conversationId, uri: 'c'.repeat(40) }),
  ).rejects.toMatchObject({ code: 'COMMIT_REFUSED', data: { rule: 'add/admins-invite' } });
  expect((await bob.state(conversationId)).stateDigest).toBe(before.stateDigest);
});

test('SWARM-6: a conversation of two is joined by the one it names, and by nobody else', async () => {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const conversationId = await alice.starts({ mode: 0, invited: bob.uri });
  const invitation = { conversationId, uri: bob.uri, addresses: bob.info.addresses };
  expect(await alice.call('addConversationMember', invitation)).toEqual({
    commit: conversationId,
    delivered: true,
  });
  await bob.sees('ConversationRequestReceived');
  await bob.call('acceptConversationRequest', { conversationId });
  await bob.has(conversationId);
  await bob.says(conversationId, 'just us');
  await alice.hears(conversationId, 'just us');
  await alice.says(conversationId, 'yes');
  await bob.hears(conversationId, 'yes');
  await agree(conversationId, [alice, bob]);
  for (const one of [alice, bob]) {
    await expect(
      one.call('addConversationMember', { conversationId, uri: 'c'.repeat(40) }),
    ).rejects.toMatchObject({ code: 'COMMIT_REFUSED' });
  }
  expect(await alice.call('conversationInfos', { conversationId })).toEqual({ mode: '0' });
});

test('CONV-3: who is invited into a second conversation hears of it on the connection that stands', async () => {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const first = await alice.starts();
  await bob.joins(first, { invitedBy: alice });
  const second = await alice.starts({ title: 'Second' });
  const { delivered } = await alice.call('addConversationMember', {
    conversationId: second,
    uri: bob.uri,
  });
  expect(delivered).toBe(true);
  await bob.sees('ConversationRequestReceived', ({ conversationId }) => conversationId === second);
  await bob.call('acceptConversationRequest', { conversationId: second });
  await bob.has(second);
  await agree(second, [alice, bob]);
});

test('CONV-3: an invitation to who is away arrives when the connection stands again', async () => {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const first = await alice.starts();
  await bob.joins(first, { invitedBy: alice });
  await bob.daemon.stop();
  const second = await alice.starts({ title: 'Second' });
  const { delivered } = await alice.call('addConversationMember', {
    conversationId: second,
    uri: bob.uri,
  });
  expect(delivered).toBe(false);
  await bob.daemon.start();
  await bob.sees('ConversationRequestReceived', ({ conversationId }) => conversationId === second);
});

test('CONV-3: an invitation tries every address that it was given', async () => {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const conversationId = await alice.starts();
  await expect(
    alice.call('addConversationMember', {
      conversationId,
      uri: bob.uri,
      addresses: ['127.0.0.1:1'],
    }),
  ).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' });
  const again = await alice.call('addConversationMember', {
    conversationId,
    uri: bob.uri,
    addresses: ['127.0.0.1:1', ...bob.info.addresses],
  });
  expect(again.delivered).toBe(true);
  await bob.sees('ConversationRequestReceived');
});
