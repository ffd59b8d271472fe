import { expect, test } from 'vitest';
import { covey } from '../../test/command-line.ts';
import { BOB, last, REQUEST, startGarden } from '../../test/garden.ts';
import { type Stage, startStage } from '../../test/stage.ts';
import { COMMANDS } from './commands.ts';

test('init prints the URI alone, and on stderr what to type next', async () => {
  const { dataFolder, accounts } = await startStage();
  const { exit, out, err } = await covey(dataFolder, ['init', '--name', 'alice']);
  expect([exit, out]).toEqual([0, [accounts.list()[0]?.uri]]);
  expect(err.join('\n')).toContain('covey new TITLE');
});

test('init --link becomes a further device by the code that device add printed', async () => {
  const { run, dataFolder } = await startGarden();
  const code = last(await run('device', 'add'));
  expect((await covey(dataFolder, ['init', '--link', code, '--device-name', 'phone'])).exit).toBe(
    0,
  );
  expect(last(await run('device', 'list', '--account', 'linked'))).toMatch(
    /phone {2}\(this device\)$/,
  );
});

test('what new prints names the conversation, as do its title and its first four digits', async () => {
  const { run } = await startGarden();
  const id = last(await run('new', 'allotment'));
  expect(id).toMatch(/^[0-9a-f]{40}$/);
  for (const named of [id, id.slice(0, 4), 'allotment']) {
    expect((await run('info', named)).out).toContain('title=allotment');
  }
  expect((await run('info', id.slice(0, 3))).exit).toBe(1);
});

test('two conversations of one title are told apart by their ids', async () => {
  const { run } = await startGarden();
  await run('new', 'garden');
  expect((await run('log', 'garden')).err[0]).toBe(
    'covey: error: more than one conversation is called that',
  );
});

test('new --with makes a conversation of two, with a title it invites', async () => {
  const { run } = await startGarden();
  const pair = last(await run('new', '--with', BOB));
  expect((await run('info', pair)).out).toContain('mode=0');
  const group = last(await run('new', 'allotment', '--with', BOB));
  expect((await run('info', group)).out).toContain('mode=2');
  expect((await run('members', group)).out).toEqual([
    expect.stringMatching(/ {2}admin {2}\(you\)$/),
    `${BOB}  invited`,
  ]);
});

test('log shows id, time in the zone of the reader, author and text, one message per line', async () => {
  const { run, account, conversationId } = await startGarden();
  const first = last(await run('send', 'garden', 'the beans are up'));
  await run('send', 'garden', 'two\nlines', '--reply-to', first.slice(0, 6));
  const { out } = await run('log', 'garden');
  expect(out).toEqual([
    `${first.slice(0, 8)}  22:13  alice  the beans are up`,
    expect.stringMatching(
      new RegExp(`^[0-9a-f]{8}  22:14  alice  \\(re ${first.slice(0, 8)}\\) two↵lines$`),
    ),
  ]);
  const messages = await account.loadConversation(conversationId, { n: 9 });
  const { author, ...rest } = messages[0] ?? expect.fail('no message');
  Object.assign(account.conversations.get(conversationId)?.messages[0] ?? {}, {
    ...rest,
    author: BOB,
    authorName: 'bob',
    editions: [{ id: first, body: 'old' }],
    reactions: [{ id: first, author, body: '👍' }],
  });
  expect((await run('log', 'garden')).out[0]).toBe(
    `${first.slice(0, 8)}  22:13  bob~b0b0  the beans are up (edited) [👍 ${author.slice(0, 8)}]`,
  );
});

test('log --limit shows the newest; more than one page is fetched', async () => {
  const { run, account, conversationId } = await startGarden();
  for (let n = 1; n <= 1203; n++) await account.sendMessage(conversationId, { body: `n${n}` });
  const texts = async (limit: string) =>
    (await run('log', 'garden', '--limit', limit)).out.map((line) => line.split('  ').at(-1));
  expect(await texts('2')).toEqual(['n1202', 'n1203']);
  const all = await texts('99999');
  expect(all).toEqual(Array.from({ length: 1203 }, (_, at) => `n${at + 1}`));
});

test('commits that are no messages are told in words, merges not at all', async () => {
  const { run, account, conversationId } = await startGarden();
  await run('send', 'garden', 'x');
  const messages = account.conversations.get(conversationId)?.messages ?? [];
  const [model] = messages;
  if (!model) throw new Error('nothing was sent');
  const told: [object, string | undefined][] = [
    [{ type: 'initial', fields: {} }, '* started the conversation'],
    [{ type: 'member', fields: { action: 'add', uri: BOB } }, '* add b0b00000'],
    [{ type: 'vote', fields: { uri: BOB } }, '* voted on b0b00000'],
    [{ type: 'vote', fields: { uri: BOB, action: 'ban' } }, '* voted to ban b0b00000'],
    [
      { type: 'application/update-papers', fields: {} },
      '* renewed certificates or revoked a device',
    ],
    [{ type: 'merge', fields: {} }, undefined],
    [{ deleted: true, fields: { body: '' } }, '(deleted)'],
    [
      { type: 'x/new', needsNewerVersion: true, fields: {} },
      '* needs a newer version of covey to be read (x/new)',
    ],
    [{ timestamp: 1e300 }, 'x'],
  ];
  messages.splice(0, 1, ...told.map(([changes]) => ({ ...model, ...changes })));
  const { out } = await run('log', 'garden');
  const expected = told.flatMap(([, text]) => text ?? []);
  expect(out.map((line) => line.split('  ').slice(3).join('  '))).toEqual(expected);
  expect(out.at(-1)).toContain('  --:--  ');
});

test('send - takes the text from standard input, without the line break at its end', async () => {
  const { dataFolder, account, conversationId } = await startGarden();
  const stdin = 'first line\nsecond line\n';
  expect((await covey(dataFolder, ['send', 'garden', '-'], { stdin })).exit).toBe(0);
  const [message] = await account.loadConversation(conversationId, { n: 1 });
  expect(message?.fields['body']).toBe('first line\nsecond line');
});

test('send names messages by the beginning of their id, and edits, reacts and deletes', async () => {
  const { run, account, conversationId } = await startGarden();
  const first = last(await run('send', 'garden', 'x'));
  await run('send', 'garden', '👍', '--react-to', first.slice(0, 8));
  await run('send', 'garden', '', '--edit', first);
  const sent = await account.loadConversation(conversationId, { n: 9 });
  expect(sent.map(({ fields }) => fields)).toEqual([
    { body: 'x' },
    { body: '👍', 'react-to': first },
    { body: '', edit: first },
  ]);
  expect((await run('send', 'garden', 'x', '--reply-to', 'abcd')).err[0]).toBe(
    'covey: error: no such message',
  );
});

test('a text that begins with a dash comes after --', async () => {
  const { run, account, conversationId } = await startGarden();
  expect((await run('send', 'garden', '--', '--json')).exit).toBe(0);
  const [message] = await account.loadConversation(conversationId, { n: 1 });
  expect(message?.fields['body']).toBe('--json');
});

test('invite says whether it was delivered; --link prints the link alone', async () => {
  const { run, conversationId } = await startGarden();
  expect(last(await run('invite', 'garden', BOB))).toMatch(
    /invited b0b00000 {2}not delivered yet$/,
  );
  const reached = await run('invite', 'garden', BOB, '--address', 'a:1', '--address', '[::1]:2');
  expect(last(reached)).toMatch(/delivered$/);
  expect((await run('invite', 'garden', '--link')).out).toEqual([`covey:invite/${conversationId}`]);
  expect((await run('invite', 'garden', 'bob')).err[0]).toMatch(/^covey: error: uri: /);
});

test('requests are accepted and declined by title or by the beginning of their id', async () => {
  const { run, account } = await startGarden();
  expect((await run('requests')).out).toEqual([`c0ffee00  22:13  from ${BOB}  picnic`]);
  expect((await run('accept', 'c0ffee')).out).toEqual([REQUEST]);
  expect(account.requests).toEqual([]);
  account.requests.push({ id: REQUEST, from: BOB, received: '0', title: 'picnic' });
  expect((await run('decline', 'picnic')).exit).toBe(0);
  for (const command of ['accept', 'decline']) {
    expect(await run(command, 'c0ffee')).toMatchObject({
      exit: 1,
      err: ['covey: error: no such request', 'covey: hint: covey requests lists them'],
    });
  }
});

test('accept takes a link and prints the conversation', async () => {
  const { run, conversationId } = await startGarden();
  const link = last(await run('invite', 'garden', '--link'));
  expect((await run('accept', link)).out).toEqual([conversationId]);
});

test('info set changes what is given; the mode is fixed', async () => {
  const { run } = await startGarden();
  const change = await run('info', 'set', 'garden', 'title=a=b', 'description=d');
  expect(change).toEqual({ exit: 0, out: [], err: [] });
  expect((await run('info', 'a=b')).out).toEqual(['mode=2', 'title=a=b', 'description=d']);
  expect(await run('info', 'set', 'a=b', 'mode=3')).toMatchObject({
    exit: 1,
    err: ['covey: error: the mode cannot be changed', expect.stringMatching(/^covey: hint: /)],
  });
});

test('leave forgets the conversation', async () => {
  const { run, conversationId } = await startGarden();
  expect((await run('leave', 'garden')).out).toEqual([`left ${conversationId}`]);
  expect((await run('conversations')).out).toEqual([]);
});

test('rpc calls any method, by position or by name; ids of digits stay texts', async () => {
  const { run, account } = await startGarden();
  const { accountId } = account.info;
  const info = JSON.stringify(account.info);
  expect((await run('rpc', 'accountInfo', accountId)).out).toEqual([info]);
  const named = JSON.stringify({ accountId });
  expect((await run('rpc', 'accountInfo', named)).out).toEqual([info]);
  const started = await run('rpc', 'startConversation', accountId, '2', 'null', 'shed');
  expect(JSON.parse(last(started))).toMatchObject({ conversationId: expect.any(String) });
  expect((await run('rpc', 'noSuchMethod')).err[0]).toBe('covey: error: no such method');
  expect((await run('rpc', 'accountInfo', '{')).exit).toBe(2);
});

test('UX-1: every command gives JSON with --json, one value per line, and no hints', async () => {
  const jsonOf: Record<string, (stage: Stage) => string[]> = {
    down: () => [],
    up: () => ['--detach'],
    init: () => ['--name', 'bob'],
    new: () => ['x'],
    invite: () => ['garden', BOB],
    accept: () => ['picnic'],
    decline: () => ['picnic'],
    send: () => ['garden', 'x'],
    log: () => ['garden'],
    watch: () => ['--after', '0', '--until', 'ConversationReady'],
    members: () => ['garden'],
    info: () => ['garden'],
    'info set': () => ['garden', 'title=x'],
    leave: () => ['garden'],
    ban: () => ['garden', BOB],
    unban: () => ['garden', BOB],
    promote: () => ['garden', BOB],
    demote: () => ['garden', BOB],
    vote: () => ['promote', 'garden', BOB],
    'device revoke': () => ['tablet'],
    explain: ({ accounts }) => ['garden', accounts.list()[0]?.uri ?? ''],
    state: () => ['garden'],
    rpc: () => ['listAccounts'],
  };
  const elsewhere = ['down', 'verify'];
  for (const { name } of COMMANDS.filter((command) => !elsewhere.includes(command.name))) {
    const stage = await startGarden();
    const argv = [...name.split(' '), '--json', ...(jsonOf[name]?.(stage) ?? [])];
    const stdin = 'correct horse\n';
    const { exit, out, err } = await covey(stage.dataFolder, argv, { stdin });
    expect([name, exit, err]).toEqual([name, 0, []]);
    expect([name, out.length]).toEqual([name, 1]);
    expect(JSON.parse(out[0] ?? ''), name).toBeTypeOf('object');
  }
});
