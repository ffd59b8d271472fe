import { expect, test } from 'vitest';
import { covey } from './command-line.ts';
import { Daemon, peopleApart } from './daemon.ts';
import { agree, type Person, until } from './person.ts';

/** Alice's group; Bob and Carol have joined. */
async function group(options: Parameters<Person['starts']>[0] = {}) {
  const { alice, bob, carol } = await peopleApart('alice', 'bob', 'carol');
  const conversationId = await alice.starts({ title: 'council', ...options });
  await bob.joins(conversationId, { invitedBy: alice });
  await carol.joins(conversationId, { invitedBy: alice });
  await agree(conversationId, [alice, bob, carol]);
  const run = (person: Person, ...argv: string[]) => covey(person.daemon.dataFolder, argv);
  return { alice, bob, carol, conversationId, run };
}

const decided = (action: string, about: Person) => (payload: Readonly<Record<string, unknown>>) =>
  payload['action'] === action && payload['uri'] === about.uri;

test('BAN-1, BAN-2, BAN-3, BAN-7: three people promote, vote, remove, let back in and demote', async () => {
  const { alice, bob, carol, conversationId, run } = await group();
  const all = [alice, bob, carol];
  expect(await run(alice, 'promote', 'council', bob.uri)).toMatchObject({
    ...{ exit: 0, out: [expect.stringMatching(/is admin now: [0-9a-f]{8}$/)] },
  });
  await agree(conversationId, all);
  expect(await bob.members(conversationId)).toContain(`${bob.uri} admin`);

  // Of two admins one is exactly half, and half is not enough.
  const short = carol.uri.slice(0, 8);
  expect((await run(alice, 'ban', 'council', short)).out).toEqual([
    `1 of 2 admins has voted to ban ${short}, 1 more is needed`,
  ]);
  await agree(conversationId, all);
  expect((await run(carol, 'members', 'council')).out).toContain(
    `  vote to ban  by ${alice.uri.slice(0, 8)}  1 more needed`,
  );
  await carol.says(conversationId, 'please not');
  await agree(conversationId, all);

  const gone = carol.info.deviceId;
  expect((await run(bob, 'ban', 'council', short)).out[0]).toMatch(/removed/);
  const at = performance.now();
  await bob.sees('PeerDisconnected', ({ deviceId }) => deviceId === gone);
  expect(performance.now() - at).toBeLessThan(1000);
  await alice.sees('ConversationMemberEvent', decided('ban', carol));
  await carol.sees('ConversationMemberEvent', decided('ban', carol));
  await bob.says(conversationId, 'among ourselves');
  await alice.hears(conversationId, 'among ourselves');
  await expect(carol.says(conversationId, 'but')).rejects.toMatchObject({ code: 'COMMIT_REFUSED' });
  expect(await carol.heard(conversationId)).toEqual(['please not']);
  expect((await run(alice, 'members', 'council')).out).toContain(
    `${carol.uri}  removed from members`,
  );

  await alice.call('vote', { conversationId, target: carol.uri, action: 'unban' });
  await agree(conversationId, [alice, bob]);
  const { resolution, missing } = await bob.call('vote', {
    ...{ conversationId, target: carol.uri, action: 'unban', resolve: true },
  });
  expect([resolution !== undefined, missing]).toEqual([true, 0]);
  await carol.sees('ConversationMemberEvent', decided('unban', carol));
  await carol.says(conversationId, 'here again');
  await alice.hears(conversationId, 'here again');
  await agree(conversationId, all);

  await bob.call('vote', { conversationId, target: alice.uri, action: 'demote' });
  await agree(conversationId, all);
  await expect(
    bob.call('resolveVote', { conversationId, target: alice.uri, action: 'demote' }),
  ).rejects.toMatchObject({ code: 'COMMIT_REFUSED', data: { rule: 'resolution/majority' } });
  await expect(
    alice.call('vote', { conversationId, target: alice.uri, action: 'demote' }),
  ).rejects.toMatchObject({ data: { rule: 'vote/not-on-oneself' } });
  await run(alice, 'promote', 'council', short);
  await agree(conversationId, all);
  await run(bob, 'promote', 'council', short);
  await agree(conversationId, all);
  expect((await run(carol, 'demote', 'council', alice.uri)).out[0]).toMatch(/is admin no more/);
  await agree(conversationId, all);
  expect(await alice.members(conversationId)).toEqual(
    [`${alice.uri} member`, `${bob.uri} admin`, `${carol.uri} admin`].sort(),
  );

  const { out } = await run(carol, 'explain', 'council', alice.uri.slice(0, 8));
  expect(out.join('\n')).toMatch(/demotion +to member {2}by .* signature good {2}holds/);
});

test('ID-3, ID-4: a revoked device is out of every conversation, and its account goes on', async () => {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const conversationId = await alice.starts();
  const other = await alice.starts({ title: 'other' });
  await bob.joins(conversationId, { invitedBy: alice });
  const { code } = await alice.call('addDevice', {});
  const daemon = await Daemon.start();
  const phone = daemon.personOf(
    await daemon.client.call('linkAccount', { code, deviceName: 'phone' }),
  );
  await phone.has(conversationId);
  await phone.has(other);
  await phone.says(conversationId, 'from the phone');
  await bob.hears(conversationId, 'from the phone');
  await agree(conversationId, [alice, bob, phone]);

  const { deviceId } = phone.info;
  const run = await covey(alice.daemon.dataFolder, ['device', 'revoke', 'phone']);
  expect(run).toMatchObject({ exit: 0, out: [`${deviceId}  revoked in 2 conversations`] });
  await alice.sees('DeviceRevoked', (payload) => payload['deviceId'] === deviceId);
  await Promise.all(
    [alice, bob].map((person) =>
      person.sees('PeerDisconnected', (payload) => payload['deviceId'] === deviceId),
    ),
  );
  expect((await covey(alice.daemon.dataFolder, ['device', 'list'])).out).toContain(
    `${deviceId}  phone  (revoked)`,
  );
  await alice.says(conversationId, 'it was stolen');
  await bob.hears(conversationId, 'it was stolen');
  await agree(conversationId, [alice, bob]);
  // It knows nothing of the list, and goes on writing for itself: nobody takes it.
  await phone.says(conversationId, 'I am still Alice').catch(() => undefined);
  await alice.says(conversationId, 'again');
  await bob.hears(conversationId, 'again');
  expect(await bob.heard(conversationId)).not.toContain('I am still Alice');

  // What is started from now on has the list from the beginning.
  const later = await alice.starts({ title: 'later' });
  const members = await alice.call('getConversationMembers', { conversationId: later });
  expect(members[0]?.devices).toEqual([alice.info.deviceId]);
  expect((await alice.messages(later)).map(({ type }) => type)).toContain(
    'application/update-papers',
  );
  await alice.daemon.stop();
  await alice.daemon.start();
  const listed = await alice.call('getDevices', {});
  expect(listed.filter(({ revoked }) => revoked).map((each) => each.deviceId)).toEqual([deviceId]);
  await expect(alice.call('revokeDevice', { deviceId: alice.info.deviceId })).rejects.toMatchObject(
    { code: 'REQUEST_MALFORMED' },
  );
  await expect(alice.call('revokeDevice', { deviceId: 'e'.repeat(64) })).rejects.toMatchObject({
    code: 'DEVICE_NOT_FOUND',
  });
});

test('BAN-6, SYNC-8: what was written apart from a ban is told as void, folded, and late', async () => {
  const { alice, bob, carol, conversationId, run } = await group();
  await Promise.all([alice.daemon.stop(), carol.daemon.stop()]);
  const apart = await bob.says(conversationId, 'written beside it');
  await bob.daemon.stop();
  await alice.daemon.start();
  await run(alice, 'ban', 'council', bob.uri);
  await alice.says(conversationId, 'afterwards');
  await alice.daemon.stop();
  // Carol hears Bob first, and takes up what he said; then of the ban.
  await Promise.all([bob.daemon.start(), carol.daemon.start()]);
  await carol.hears(conversationId, 'written beside it');
  await carol.says(conversationId, 'an answer');
  await bob.daemon.stop();
  await alice.daemon.start();
  await agree(conversationId, [alice, carol]);
  const voided = (payload: Readonly<Record<string, unknown>>) =>
    (payload['commits'] as string[]).includes(apart);
  await Promise.all([alice, carol].map((person) => person.sees('MessagesVoided', voided)));
  const messages = await alice.messages(conversationId);
  expect(messages.find(({ id }) => id === apart)).toMatchObject({
    void: { step: 'cut' },
    late: true,
  });
  const { out } = await run(alice, 'log', 'council');
  expect(out).toContain('* 1 message sent by a removed member, not shown; covey log --void');
  expect(out.join('\n')).not.toContain('written beside it');
  expect((await run(alice, 'log', 'council', '--void')).out.join('\n')).toContain(
    'written beside it',
  );
  const explained = await run(alice, 'explain', 'council', apart);
  expect(explained.out.join('\n')).toMatch(/effect +void \(cut\)/);
});

test('GROUP-FLAT: in a flat group nobody votes, the founder included, and it says what to do', async () => {
  const { alice, bob, run } = await group({ flat: true });
  const { exit, err } = await run(alice, 'ban', 'council', bob.uri);
  expect([exit, err[1]]).toEqual([1, expect.stringContaining('start a copy of the group')]);
  expect((await run(bob, 'info', 'set', 'council', 'title=ours')).exit).toBe(0);
});

test('SWARM-6: a conversation with oneself is on all of one’s devices, and nobody is added', async () => {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const { out } = await covey(alice.daemon.dataFolder, ['new', 'Notes', '--self']);
  const conversationId = out[0] ?? '';
  await alice.says(conversationId, 'to myself');
  expect(await alice.members(conversationId)).toEqual([`${alice.uri} admin`]);
  await expect(
    alice.call('addConversationMember', { conversationId, uri: bob.uri }),
  ).rejects.toMatchObject({ data: { rule: 'add/one-to-one-stays-two' } });
  const { code } = await alice.call('addDevice', {});
  const daemon = await Daemon.start();
  const phone = daemon.personOf(
    await daemon.client.call('linkAccount', { code, deviceName: 'phone' }),
  );
  await phone.has(conversationId);
  expect(await phone.heard(conversationId)).toEqual(['to myself']);
});

test('CONV-8: a revoked link says so, and one whose maker may not invite lets nobody in', async () => {
  const { alice, bob, carol, conversationId } = await group({ mode: 1 });
  const { dave } = await peopleApart('dave');
  const { link } = await alice.call('createInvitationLink', { conversationId });
  await alice.call('revokeInvitationLink', { link });
  await expect(dave.call('acceptInvitationLink', { link })).rejects.toMatchObject({
    ...{ code: 'LINK_REFUSED', message: 'the link has been revoked' },
  });
  const idle = await bob.call('createInvitationLink', { conversationId });
  await expect(dave.call('acceptInvitationLink', { link: idle.link })).rejects.toMatchObject({
    code: 'LINK_REFUSED',
    message: expect.stringContaining('add/admins-invite'),
  });
  await expect(carol.call('revokeInvitationLink', { link })).rejects.toMatchObject({
    ...{ code: 'LINK_REFUSED', message: 'this device has made no such link' },
  });
  expect(await dave.call('getConversations', {})).toEqual([]);
  expect(await alice.members(conversationId)).not.toContain(expect.stringContaining(dave.uri));
});

test('CONV-8: a public conversation is joined by its id, by as many as like, but by nobody who was removed', async () => {
  const { alice, bob, carol } = await peopleApart('alice', 'bob', 'carol');
  const conversationId = await alice.starts({ mode: 3 });
  const { link, expires } = await alice.call('createInvitationLink', { conversationId });
  expect([link.startsWith('covey:join:'), expires]).toEqual([true, undefined]);
  for (const person of [bob, carol]) {
    await person.call('acceptInvitationLink', { link });
    await person.has(conversationId);
  }
  await agree(conversationId, [alice, bob, carol]);
  expect(await alice.members(conversationId)).toEqual(
    [`${alice.uri} admin`, `${bob.uri} member`, `${carol.uri} member`].sort(),
  );
  await alice.call('removeConversationMember', { conversationId, uri: bob.uri });
  await bob.sees('ConversationMemberEvent', decided('ban', bob));
  await bob.call('removeConversation', { conversationId });
  await until('bob has forgotten it', [bob], async () => {
    return (await bob.call('getConversations', {})).length === 0;
  });
  await expect(bob.call('acceptInvitationLink', { link })).rejects.toMatchObject({
    code: expect.stringMatching(/CONVERSATION_NOT_FOUND|PEER_REFUSED/),
  });
});
