import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CoveyError } from '@covey/errors';
import { parseOid } from '@covey/git-objects';
import { parseAccountUri } from '@covey/identity';
import { type CommandRun, covey } from '../../test/command-line.ts';
import { type Stage, startStage } from '../../test/stage.ts';
import { COMMANDS } from './commands.ts';

const BOB = 'b0b0000000000000000000000000000000000b0b';
const REQUEST = 'c0ffee0000000000000000000000000000000001';

async function startGarden() {
  const stage = await startStage();
  const account = stage.accounts.add('alice');
  const conversationId = await account.startConversation({ mode: 2, title: 'garden' });
  account.requests.push({ id: REQUEST, from: BOB, received: '1700000000', title: 'picnic' });
  const run = (...argv: string[]) => covey(stage.dataFolder, argv);
  return { ...stage, account, conversationId, run };
}

function last(run: CommandRun): string {
  return run.out.at(-1) ?? '';
}

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

/** The garden with two more admins, and a member. */
async function startCouncil() {
  const garden = await startGarden();
  const { account, conversationId } = garden;
  const members = account.conversations.get(conversationId)?.members ?? [];
  const as = (uri: string, role: 'admin' | 'member') =>
    members.push({ uri: parseAccountUri(uri), role, lastDisplayed: '' });
  as('aaaa000000000000000000000000000000000001', 'admin');
  as('aaab000000000000000000000000000000000001', 'admin');
  as(BOB, 'member');
  const votes = account.conversations.get(conversationId)?.votes;
  const another = (action: string, target = BOB) =>
    votes
      ?.get(`${action} ${target}`)
      ?.add(parseAccountUri('aaaa000000000000000000000000000000000001'));
  return { ...garden, another };
}

test.each(['ban', 'unban', 'promote', 'demote'])(
  'BAN-1: covey %s votes, says what is missing, and carries it out once it is enough',
  async (action) => {
    const { run, another } = await startCouncil();
    expect(await run(action, 'garden', 'b0b0')).toEqual({
      ...{ exit: 0, err: [] },
      out: [`1 of 3 admins has voted to ${action} b0b00000, 1 more is needed`],
    });
    expect((await run('members', 'garden')).out).toContainEqual(
      expect.stringMatching(new RegExp(`^  vote to ${action}  by [0-9a-f]{8}  1 more needed$`)),
    );
    another(action);
    const { out } = await run(action, 'garden', BOB);
    expect(out).toEqual([expect.stringMatching(/^[0-9a-f]{8} {2}.* b0b00000$/)]);
    expect((await run('members', 'garden')).out.join('\n')).not.toContain('vote to');
  },
);

test('BAN-8: covey vote only says an opinion, and tells how it is carried out; --resolve does', async () => {
  const { run, another } = await startCouncil();
  await run('vote', 'ban', 'garden', 'b0b0');
  another('ban');
  expect(await run('vote', 'ban', 'garden', 'b0b0')).toMatchObject({
    out: ['2 of 3 admins have voted to ban b0b00000: that is enough'],
    err: [expect.stringMatching(/^covey: hint: covey ban [0-9a-f]{8} b0b00000 carries it out$/)],
  });
  expect(last(await run('vote', 'ban', 'garden', 'b0b0', '--resolve'))).toMatch(
    /removed b0b00000$/,
  );
  expect((await run('members', 'garden')).out).toContain(`${BOB}  removed`);
  expect((await run('vote', 'eject', 'garden', 'b0b0')).exit).toBe(2);
});

test('whom a vote is about is named by an id, never by a name that anybody can claim', async () => {
  const { run } = await startCouncil();
  expect((await run('ban', 'garden', 'bob')).err).toEqual([
    'covey: error: no such member or device',
    'covey: hint: covey members lists them by their ids',
  ]);
  expect((await run('ban', 'garden', 'aaa')).exit).toBe(1);
  expect((await run('ban', 'garden', 'aaab')).exit).toBe(0);
});

test('BAN-7: the last admin is told what follows before he leaves, and leaves with --yes', async () => {
  const { run, account, conversationId } = await startGarden();
  const { members = [], infos = {} } = account.conversations.get(conversationId) ?? {};
  members.push({ uri: parseAccountUri(BOB), role: 'member', lastDisplayed: '' });
  expect(await run('leave', 'garden')).toEqual({
    exit: 1,
    out: [],
    err: [
      'covey: error: you are the last admin: without you nobody can ever again change the title, or remove or promote anybody',
      'covey: hint: covey promote makes another one first; covey leave --yes leaves all the same',
    ],
  });
  Object.assign(infos, { mode: '1', profile: 'member' });
  expect((await run('leave', 'garden')).err[0]).toMatch(/again invite, or remove or promote/);
  expect((await run('leave', 'garden', '--yes')).out).toEqual([`left ${conversationId}`]);
});

test.each([
  ['another admin stays', { role: 'admin' as const }, {}],
  ['nobody but the invited stays', { role: 'invited' as const }, {}],
  ['nobody has votes in a flat group', { role: 'member' as const }, { flat: 'true' }],
  ['nobody has votes in a conversation of two', { role: 'member' as const }, { mode: '0' }],
])('BAN-7: nothing is asked when %s', async (_, { role }, more) => {
  const { run, account, conversationId } = await startGarden();
  const { members = [], infos = {} } = account.conversations.get(conversationId) ?? {};
  members.push({ uri: parseAccountUri(BOB), role, lastDisplayed: '' });
  Object.assign(infos, more);
  expect((await run('leave', 'garden')).exit).toBe(0);
});

test('device revoke names a device by its name or the beginning of its id', async () => {
  const { run, account } = await startGarden();
  expect((await run('device', 'revoke', 'tablet')).out).toEqual([
    `${'d'.repeat(64)}  revoked in 1 conversation`,
  ]);
  expect(account.revoked.size).toBe(1);
  expect((await run('device', 'list')).out[0]).toBe(`${'d'.repeat(64)}  tablet  (revoked)`);
  expect((await run('device', 'revoke', 'dddd')).exit).toBe(0);
  expect((await run('device', 'revoke', 'toaster')).err[0]).toBe('covey: error: no such device');
});

test('what has no effect is folded and counted; log --void shows it with the reason', async () => {
  const { run, account, conversationId } = await startGarden();
  for (const text of ['one', 'two', 'three', 'four', 'five']) await run('send', 'garden', text);
  const messages = account.conversations.get(conversationId)?.messages ?? [];
  const mark = (at: number, changes: object) => Object.assign(messages[at] ?? {}, changes);
  const cut = { step: 'cut', found: 'its author was banned apart from it' };
  mark(1, { void: cut });
  mark(2, { void: cut });
  mark(3, { late: true, timeContradicts: true });
  mark(4, { void: { step: 'rests', found: 'nobody invited it' } });
  const texts = (run: CommandRun) => run.out.map((line) => line.replace(/^[0-9a-f]{8} {2}/, ''));
  expect(texts(await run('log', 'garden'))).toEqual([
    '22:13  alice  one',
    '* 2 messages sent by a removed member, not shown; covey log --void',
    '22:16?  alice  (late) four',
    '* 1 message without effect, not shown; covey log --void',
  ]);
  expect(texts(await run('log', 'garden', '--void')).slice(1, 3)).toEqual([
    '22:14  alice  (void: its author was banned apart from it) two',
    '22:15  alice  (void: its author was banned apart from it) three',
  ]);
});

test('SWARM-6, GROUP-FLAT: new makes every mode, flat groups and conversations with oneself', async () => {
  const { run, account } = await startGarden();
  const started: object[] = [];
  const start = account.startConversation.bind(account);
  account.startConversation = (options) => {
    started.push(options);
    return start(options);
  };
  const { uri } = account.info;
  const cases: [string[], object][] = [
    [['--self'], { mode: 0, invited: uri }],
    [['Notes', '--self'], { mode: 0, invited: uri, title: 'Notes' }],
    [['--with', BOB], { mode: 0, invited: BOB }],
    [
      ['x', '--mode', 'admin-invites', '--profile', 'member'],
      { mode: 1, title: 'x', profile: 'member' },
    ],
    [['x', '--flat'], { mode: 2, title: 'x', flat: true }],
    [['x', '--mode', 'public', '--flat'], { mode: 3, title: 'x', flat: true }],
  ];
  for (const [argv] of cases) expect((await run('new', ...argv)).exit).toBe(0);
  expect(started).toEqual(cases.map(([, options]) => options));
  const misuse: [string[], string][] = [
    [['--self', '--with', BOB], '--self is with nobody else'],
    [['--self', '--mode', 'public'], '--self has the mode one-to-one'],
    [
      ['x', '--flat', '--mode', 'admin-invites'],
      '--flat is for the modes invites and public, where all are equal',
    ],
    [['--flat', '--with', BOB], '--flat is for the modes invites and public, where all are equal'],
    [['x', '--profile', 'nobody'], '--profile takes admin or member'],
    [['x', '--mode', 'one-to-one'], 'one to one with whom? --with URI, or --self'],
    [['x', '--mode', 'secret'], 'no such mode'],
  ];
  for (const [argv, why] of misuse) {
    const { exit, err } = await run('new', ...argv);
    expect([exit, err[0]]).toEqual([2, `covey: error: ${why}`]);
  }
});

test('GROUP-FLAT, VAL-11: where nobody votes it says what to do instead', async () => {
  const { run, account } = await startGarden();
  account.vote = async () => {
    const rule = 'vote/group-has-votes';
    throw new CoveyError('COMMIT_REFUSED', `${rule}: a flat group has no votes`, {
      data: { rule },
    });
  };
  expect((await run('ban', 'garden', BOB)).err).toEqual([
    'covey: error: vote/group-has-votes: a flat group has no votes',
    'covey: hint: nobody is removed or promoted here; start a copy of the group without them: covey new, then covey invite the others (the rule is vote/group-has-votes)',
  ]);
});

test('invite --revoke takes a link back', async () => {
  const { run, account } = await startGarden();
  const link = last(await run('invite', 'garden', '--link'));
  expect(await run('invite', 'garden', '--revoke', link)).toMatchObject({
    ...{ exit: 0, out: ['the link opens nothing any more'] },
  });
  expect(account.revokedLinks).toEqual([link]);
  expect((await run('invite', 'garden', BOB, '--revoke', link)).exit).toBe(2);
});

test('explain tells of a message or a member by the first digits; --evidence writes a new file, never an old one', async () => {
  const { run, account, dataFolder } = await startGarden();
  const { uri, deviceId } = account.info;
  const message = last(await run('send', 'garden', 'x'));
  const told = (await run('explain', 'garden', message.slice(0, 8))).out;
  expect(told[0]).toBe(`commit        ${message}`);
  expect(told.at(-1)).toBe('effect        it has effect');
  expect((await run('explain', 'garden', uri)).out.slice(0, 2)).toEqual([
    `member        ${uri}`,
    'place         member',
  ]);
  const file = join(dataFolder, 'proof.json');
  expect((await run('explain', 'garden', message, '--evidence', file)).err).toEqual([
    'covey: error: nobody has contradicted himself here: there is no evidence',
  ]);
  const act = (commit: string) => ({
    commit: parseOid(commit),
    kind: 'vote' as const,
    by: uri,
    device: deviceId,
  });
  const [one, other] = ['1'.repeat(40), '2'.repeat(40)];
  account.contradictions = [{ uri, one: act(one), other: act(other), isOpen: true }];
  const { out } = await run('explain', 'garden', message, '--evidence', file);
  expect(out.at(-1)).toBe(`evidence      11111111 and 22222222, in ${file}`);
  expect(out.join('\n')).toContain('no rule can tell which was meant');
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ one, other });
  expect((await run('explain', 'garden', message, '--evidence', file)).err[0]).toBe(
    'covey: error: the file cannot be written, or is there already: EEXIST',
  );
  expect((await run('explain', 'garden', 'abcd')).err[0]).toBe(
    'covey: error: no such commit, member or device',
  );
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
