import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Daemon, peopleApart } from './daemon.ts';
import { fsck, git } from './git.ts';
import { agree } from './person.ts';

const NONE = '0000000000000000000000000000000000000000';

test('CONV-1: the first commit holds the papers of its author and nothing else, and names the conversation', async () => {
  const { alice } = await peopleApart('alice');
  const { uri, deviceId } = alice.info;
  const conversationId = await alice.starts();
  const repository = alice.daemon.repository(alice, conversationId);
  const files = git(repository, 'ls-tree', '-r', '--name-only', conversationId).split('\n');
  expect(files).toEqual([`admins/${uri}.crt`, `devices/${deviceId}.crt`]);
  expect(git(repository, 'rev-list', '--parents', 'main')).toBe(conversationId);
  expect(git(repository, 'log', '-1', '--format=%ae %B', 'main')).toBe(
    `${deviceId} {"mode":2,"type":"initial","version":1}`,
  );
  expect(fsck(repository)).toBe('');
});

test('CONV-1: in a conversation of two the first commit also invites the other one', async () => {
  const { alice } = await peopleApart('alice');
  const invited = 'b'.repeat(40);
  const conversationId = await alice.starts({ mode: 0, invited });
  const repository = alice.daemon.repository(alice, conversationId);
  expect(git(repository, 'ls-tree', '-r', '--name-only', conversationId).split('\n')).toEqual([
    `admins/${alice.uri}.crt`,
    `devices/${alice.info.deviceId}.crt`,
    `invited/${invited}`,
  ]);
  expect(git(repository, 'cat-file', '-s', `${conversationId}:invited/${invited}`)).toBe('0');
});

test('STORE-1: a conversation is a Git directory below its account, named by its id', async () => {
  const { alice } = await peopleApart('alice');
  const conversationId = await alice.starts();
  await alice.says(conversationId, 'hello');
  const account = join(alice.daemon.dataFolder, alice.info.accountId);
  expect(await readdir(join(account, 'conversations'))).toEqual([conversationId]);
  const bodies = git(
    join(account, 'conversations', conversationId),
    'log',
    '-1',
    '--format=%B',
    'main',
  );
  expect(JSON.parse(bodies)).toEqual({ type: 'text/plain', body: 'hello' });
});

test('ID-9, ID-1: two accounts of one daemon have keys and folders of their own, and can talk to each other', async () => {
  const daemon = await Daemon.start();
  const alice = await daemon.person('alice');
  const bob = await daemon.person('bob');
  expect(alice.uri).not.toBe(bob.uri);
  const conversationId = await alice.starts();
  await expect(bob.state(conversationId)).rejects.toMatchObject({ code: 'CONVERSATION_NOT_FOUND' });
  await bob.joins(conversationId, { invitedBy: alice });
  await bob.says(conversationId, 'so near');
  await alice.hears(conversationId, 'so near');
  await agree(conversationId, [alice, bob]);

  for (const person of [alice, bob]) {
    const folder = join(daemon.dataFolder, person.info.accountId);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const name of ['keys', 'state.json', 'events.jsonl'])
      expect([name, (await stat(join(folder, name))).mode & 0o777]).toEqual([name, 0o600]);
  }
  const keyOf = ({ info }: typeof alice) =>
    readFile(join(daemon.dataFolder, info.accountId, 'keys'), 'hex');
  expect(await keyOf(alice)).not.toBe(await keyOf(bob));
});

test('a second start finds everything as it was', async () => {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const conversationId = await alice.starts({ title: 'Kept' });
  await bob.joins(conversationId, { invitedBy: alice });
  await bob.says(conversationId, 'before');
  const before = await agree(conversationId, [alice, bob]);
  const told = {
    accounts: await alice.daemon.client.call('listAccounts', {}),
    conversations: await alice.call('getConversations', {}),
    messages: await alice.messages(conversationId),
  };
  const newest = alice.events.at(-1)?.id ?? 0;

  await alice.daemon.stop();
  expect(await readdir(alice.daemon.dataFolder)).toEqual([alice.info.accountId]);
  await alice.daemon.start();

  expect(await alice.daemon.client.call('listAccounts', {})).toEqual(told.accounts);
  expect(await alice.call('getConversations', {})).toEqual(told.conversations);
  expect(await alice.messages(conversationId)).toEqual(told.messages);
  expect((await alice.state(conversationId)).stateDigest).toBe(before.stateDigest);
  await alice.says(conversationId, 'after');
  await bob.hears(conversationId, 'after');
  await agree(conversationId, [alice, bob]);
  const ids = alice.events.map(({ id }) => id);
  expect(ids).toEqual(ids.map((_, at) => at + 1));
  expect(alice.events.at(-1)?.id).toBeGreaterThan(newest);
});

test('what is no conversation of the account is not found, whatever is asked', async () => {
  const { alice } = await peopleApart('alice');
  for (const name of ['conversationState', 'conversationInfos', 'loadConversation'] as const) {
    await expect(alice.call(name, { conversationId: NONE })).rejects.toMatchObject({
      code: 'CONVERSATION_NOT_FOUND',
    });
  }
});
