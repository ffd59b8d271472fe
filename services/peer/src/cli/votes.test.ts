import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CoveyError } from '@covey/errors';
import { parseOid } from '@covey/git-objects';
import { parseAccountUri } from '@covey/identity';
import type { CommandRun } from '../../test/command-line.ts';
import { BOB, last, startCouncil, startGarden } from '../../test/garden.ts';

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
