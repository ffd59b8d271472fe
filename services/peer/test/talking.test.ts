import { expect, test } from 'vitest';
import { peopleApart } from './daemon.ts';
import { fsck, git } from './git.ts';
import { agree, type Person, until } from './person.ts';

/** Alice's group, with Bob in it. */
async function twoTalking(options: Parameters<Person['starts']>[0] = {}) {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const conversationId = await alice.starts(options);
  await bob.joins(conversationId, { invitedBy: alice });
  await agree(conversationId, [alice, bob]);
  return { alice, bob, conversationId };
}

test('SYNC-2: the sender’s own MessageReceived comes when the commit is in the repository', async () => {
  const { alice, bob, conversationId } = await twoTalking();
  const messageId = await alice.says(conversationId, 'hello');
  const own = await alice.hears(conversationId, 'hello');
  expect(own).toMatchObject({ id: messageId, author: alice.uri, device: alice.info.deviceId });
  const repository = alice.daemon.repository(alice, conversationId);
  expect(git(repository, 'rev-parse', 'refs/heads/main')).toBe(messageId);
  expect(await bob.hears(conversationId, 'hello')).toEqual(own);
});

test('SYNC-7, SYNC-6: what three people send at once arrives everywhere, each once and in one order', async () => {
  const { alice, bob, carol } = await peopleApart('alice', 'bob', 'carol');
  const conversationId = await alice.starts();
  await bob.joins(conversationId, { invitedBy: alice });
  await carol.joins(conversationId, { invitedBy: bob });
  const everyone = [alice, bob, carol];
  const said = everyone.flatMap(({ name }) => [...Array(30).keys()].map((n) => `${name} ${n}`));
  await Promise.all(
    everyone.flatMap((person) =>
      said
        .filter((body) => body.startsWith(person.name))
        .map((body) => person.says(conversationId, body)),
    ),
  );
  await agree(conversationId, everyone);
  const [first, ...others] = await Promise.all(everyone.map((each) => each.heard(conversationId)));
  expect(first?.toSorted()).toEqual(said.toSorted());
  for (const other of others) expect(other).toEqual(first);
  for (const person of everyone)
    expect(fsck(person.daemon.repository(person, conversationId))).toBe('');
});

test('MSG-3, MSG-11: an edit, a reply, a reaction and a deletion show on their message at the other side', async () => {
  const { alice, bob, conversationId } = await twoTalking();
  const original = await alice.says(conversationId, 'helo');
  await bob.hears(conversationId, 'helo');
  const reply = await bob.says(conversationId, 'hi', { replyTo: original });
  const reaction = await bob.says(conversationId, '👍', { reactTo: original });
  await alice.hears(conversationId, '👍');
  await alice.says(conversationId, 'hello', { edit: original });
  await agree(conversationId, [alice, bob]);

  const find = async (person: Person, id: string) =>
    (await person.messages(conversationId)).find((message) => message.id === id);
  for (const person of [alice, bob]) {
    expect(await find(person, original)).toMatchObject({
      fields: { body: 'hello' },
      editions: [{ body: 'helo' }],
      reactions: [{ id: reaction, author: bob.uri, body: '👍' }],
      deleted: false,
    });
    expect(await find(person, reply)).toMatchObject({
      fields: { body: 'hi', 'reply-to': original },
    });
    expect(await person.heard(conversationId)).toEqual(['hello', 'hi']);
  }

  await bob.says(conversationId, '', { edit: reaction });
  await alice.says(conversationId, '', { edit: original });
  const deleted = await until('the deletion is there', [bob], async () => {
    const message = await find(bob, original);
    return message?.deleted === true && message;
  });
  expect(deleted.reactions).toEqual([]);
  await expect(bob.says(conversationId, 'mine now', { edit: original })).rejects.toMatchObject({
    code: 'COMMIT_REFUSED',
  });
});

test('LIFE-4: title and description change for all; who may not change them is refused', async () => {
  const { alice, bob, conversationId } = await twoTalking({ title: 'Old' });
  const infos = { title: 'New: with a colon', description: 'one line\nand another' };
  await alice.call('updateConversationInfos', { conversationId, infos });
  await bob.sees('ConversationProfileUpdated');
  await agree(conversationId, [alice, bob]);
  expect(await bob.call('conversationInfos', { conversationId })).toEqual({ mode: '2', ...infos });
  const listed = await until('the title is listed', [bob], async () => {
    const [only] = await bob.call('getConversations', {});
    return only?.title === infos.title && only;
  });
  expect(listed).toMatchObject({ id: conversationId, syncing: false });
  await expect(
    bob.call('updateConversationInfos', { conversationId, infos: { title: 'Bob’s' } }),
  ).rejects.toMatchObject({ code: 'COMMIT_REFUSED' });
  await expect(
    alice.call('updateConversationInfos', { conversationId, infos: { mode: '3' } }),
  ).rejects.toMatchObject({ code: 'MODE_IS_FIXED' });
});

test('LIFE-4: where members may, a member changes the title', async () => {
  const { alice, bob, conversationId } = await twoTalking({ profile: 'member' });
  await bob.call('updateConversationInfos', { conversationId, infos: { title: 'Bob’s' } });
  await alice.sees('ConversationProfileUpdated');
  expect(await alice.call('conversationInfos', { conversationId })).toMatchObject({
    title: 'Bob’s',
  });
});
