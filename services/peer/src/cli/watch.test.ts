import { expect, test } from 'vitest';
import { covey } from '../../test/command-line.ts';
import { startStage } from '../../test/stage.ts';

async function startTwo() {
  const stage = await startStage();
  const account = stage.accounts.add('alice');
  const garden = await account.startConversation({ mode: 2, title: 'garden' });
  const shed = await account.startConversation({ mode: 2, title: 'shed' });
  return { ...stage, account, garden, shed };
}

test('--until ends with the first event of that name, --after 0 begins with the first kept', async () => {
  const { dataFolder, account, garden } = await startTwo();
  await account.sendMessage(garden, { body: 'hello' });
  await account.sendMessage(garden, { body: 'unseen' });
  const argv = ['watch', '--after', '0', '--until', 'MessageReceived'];
  const { exit, out } = await covey(dataFolder, argv);
  expect(exit).toBe(0);
  expect(out).toEqual([
    expect.stringMatching(/^ConversationReady {2}conversationId=[0-9a-f]{40}$/),
    expect.stringMatching(/^ConversationReady /),
    expect.stringMatching(new RegExp(`^${garden.slice(0, 8)}  [0-9a-f]{8}  22:13  alice  hello$`)),
  ]);
});

test('a named conversation is watched alone, in the lines of log', async () => {
  const { dataFolder, account, garden, shed } = await startTwo();
  await account.sendMessage(shed, { body: 'not this' });
  const id = await account.sendMessage(garden, { body: 'this' });
  const argv = ['watch', 'garden', '--after', '0', '--until', 'MessageReceived'];
  const { out } = await covey(dataFolder, argv);
  expect(out.at(-1)).toBe(`${id.slice(0, 8)}  22:13  alice  this`);
  expect(out.length).toBe(2);
});

test('a person is not told what goes on behind the scenes, unless it is waited for', async () => {
  const { dataFolder, account, events, garden } = await startTwo();
  const { accountId } = account.info;
  events.append(accountId, 'QuarantineOpened', { conversationId: garden, from: 'x' });
  events.append(accountId, 'ConversationSyncFinished', { conversationId: garden, from: 'x' });
  await account.sendMessage(garden, { body: 'this' });
  const argv = ['watch', 'garden', '--after', '0', '--until'];
  const toMessage = await covey(dataFolder, [...argv, 'MessageReceived']);
  expect(toMessage.out.map((line) => line.split('  ')[0])).toEqual([
    'ConversationReady',
    expect.stringMatching(/^[0-9a-f]{8}$/),
  ]);
  const toSync = await covey(dataFolder, [...argv, 'ConversationSyncFinished']);
  expect(toSync.out.at(-1)).toMatch(/^ConversationSyncFinished /);
  expect((await covey(dataFolder, [...argv, 'MessageReceived', '--json'])).out).toHaveLength(4);
});

test('with --json each line is one event with its id', async () => {
  const { dataFolder, account } = await startTwo();
  const argv = ['watch', '--json', '--after', '1', '--until', 'ConversationReady'];
  const { out } = await covey(dataFolder, argv);
  expect(out.map((line) => JSON.parse(line))).toEqual([
    {
      id: 2,
      accountId: account.info.accountId,
      name: 'ConversationReady',
      payload: { conversationId: expect.any(String) },
    },
  ]);
});

test('API-2: it goes on by itself after the daemon was away, and Ctrl-C ends it with 0', async () => {
  const { dataFolder, account, garden, app } = await startTwo();
  const interrupt = new AbortController();
  const heard: string[] = [];
  const watching = covey(dataFolder, ['watch', 'garden', '--after', '2'], {
    interrupt: interrupt.signal,
    onLine: (line) => {
      heard.push(line.split('  ').at(-1) ?? '');
      if (heard.length === 1) {
        app.server.closeAllConnections();
        void account.sendMessage(garden, { body: 'second' });
      } else interrupt.abort();
    },
  });
  await account.sendMessage(garden, { body: 'first' });
  expect(await watching).toMatchObject({ exit: 0, err: [] });
  expect(heard).toEqual(['first', 'second']);
});

test('without a daemon it fails at once instead of waiting for one', async () => {
  const stage = await startTwo();
  await stage.app.close();
  const { exit, err } = await covey(stage.dataFolder, ['watch']);
  expect([exit, err[0]]).toEqual([1, 'covey: error: no daemon answers here']);
});
