import { expect, test } from 'vitest';
import { covey } from '../../test/command-line.ts';
import { startStage, temporaryFolder } from '../../test/stage.ts';
import { COMMANDS, commandPage } from './commands.ts';

test.each([
  ['nothing', []],
  ['an unknown command', ['frobnicate']],
  ['half a command', ['device']],
  ['an unknown option', ['log', 'x', '--frobnicate']],
  ['an unknown option before the command', ['--frobnicate', 'log', 'x']],
  ['an option without its value', ['log', 'x', '--limit']],
  ['too few arguments', ['send', 'x']],
  ['too many arguments', ['accounts', 'x']],
  ['a limit that is no number', ['log', 'x', '--limit', 'many']],
  ['a mode that is none', ['new', 'x', '--mode', 'anarchy']],
  ['two targets of a message', ['send', 'x', 'y', '--edit', 'a', '--reply-to', 'b']],
  ['an empty message', ['send', 'x', '']],
  ['an invitation of nobody', ['invite', 'x']],
  ['an event that is none', ['watch', '--until', 'Doomsday']],
  ['a setting without a value', ['info', 'set', 'x', 'title']],
  ['a link and a name', ['init', '--link', 'x', '--name', 'y']],
  ['help for what is not there', ['help', 'frobnicate']],
])('%s is misuse: exit 2, nothing on stdout', async (_, argv) => {
  const { dataFolder } = await startStage();
  const { exit, out, err } = await covey(dataFolder, argv);
  expect([exit, out]).toEqual([2, []]);
  if (argv.length > 0) expect(err[0]).toMatch(/^covey: error: [^A-Z].*[^.]$/);
});

test('without a daemon a command fails and says how to start one', async () => {
  const nowhere = await temporaryFolder();
  expect(await covey(nowhere, ['init'])).toEqual({
    exit: 1,
    out: [],
    err: ['covey: error: no daemon answers here', 'covey: hint: covey up --detach starts it'],
  });
});

test('what the daemon refuses is an error with advice: exit 1', async () => {
  const { dataFolder } = await startStage();
  await covey(dataFolder, ['init', '--name', 'alice']);
  expect(await covey(dataFolder, ['log', 'no such title'])).toEqual({
    exit: 1,
    out: [],
    err: ['covey: error: no such conversation', 'covey: hint: covey conversations lists them'],
  });
  const unknownId = await covey(dataFolder, ['log', 'a'.repeat(40)]);
  expect(unknownId).toMatchObject({ exit: 1, out: [] });
  expect(unknownId.err[0]).toBe('covey: error: no such conversation');
  const refused = await covey(dataFolder, ['init', '--link', 'covey-device:bad']);
  expect(refused.err[0]).toBe('covey: error: the code is wrong, used or expired');
});

test('with --json an error is JSON too, on stderr', async () => {
  const nowhere = await temporaryFolder();
  for (const argv of [
    ['accounts', '--json'],
    ['--json', 'accounts'],
  ]) {
    const { exit, out, err } = await covey(nowhere, argv);
    expect([exit, out, err.length]).toEqual([1, [], 1]);
    expect(JSON.parse(err[0] ?? '')).toEqual({
      error: {
        code: 'DAEMON_UNREACHABLE',
        message: 'no daemon answers here',
        hint: 'covey up --detach starts it',
      },
    });
  }
  const misused = await covey(nowhere, ['frobnicate', '--json']);
  expect(JSON.parse(misused.err[0] ?? '')).toMatchObject({ error: { code: 'MISUSED' } });
});

test('the account is the only one, or the one that was named by name, URI or the beginning of an id', async () => {
  const { dataFolder, accounts } = await startStage();
  const alice = accounts.add('alice').info;
  expect((await covey(dataFolder, ['whoami'])).out).toContain(`uri      ${alice.uri}`);
  const bob = accounts.add('bob').info;
  expect(await covey(dataFolder, ['whoami'])).toMatchObject({
    exit: 2,
    err: ['covey: error: several accounts are here', 'covey: hint: say which with --account NAME'],
  });
  for (const named of ['bob', bob.uri, bob.accountId]) {
    const { out } = await covey(dataFolder, ['--account', named, 'whoami', '--json']);
    expect(JSON.parse(out[0] ?? '')).toEqual(bob);
  }
  const byEnvironment = await covey(dataFolder, ['whoami'], { env: { COVEY_ACCOUNT: 'bob' } });
  expect(byEnvironment.out).toContain(`uri      ${bob.uri}`);
  // Both ids begin alike.
  const unclear = await covey(dataFolder, ['whoami', '--account', '0000']);
  expect(unclear.err[0]).toBe('covey: error: more than one account is called that');
});

test('--data goes before PEER_DATA', async () => {
  const { dataFolder } = await startStage();
  const nowhere = await temporaryFolder();
  const { exit } = await covey(nowhere, ['accounts', '--data', dataFolder]);
  expect(exit).toBe(0);
});

test.each([['--help'], ['-h'], ['help']])('covey %s lists every command', async (...argv) => {
  const { exit, out, err } = await covey(await temporaryFolder(), argv);
  expect([exit, err]).toEqual([0, []]);
  for (const { name, summary } of COMMANDS) {
    expect(out.some((line) => line.includes(` ${name} `) && line.endsWith(summary))).toBe(true);
  }
});

test.each(COMMANDS.filter(({ ownArguments }) => !ownArguments))(
  'covey $name --help, covey help $name and the page show the same usage',
  async ({ name, usage }) => {
    const folder = await temporaryFolder();
    const usageLine = `covey ${name} ${usage}`.trimEnd();
    for (const argv of [
      [...name.split(' '), '--help'],
      ['help', ...name.split(' ')],
    ]) {
      const { exit, out } = await covey(folder, argv);
      expect([exit, out[0]]).toEqual([0, `usage: ${usageLine}`]);
    }
    expect(commandPage()).toContain(`## covey ${name}\n\n\`\`\`\n${usageLine}\n\`\`\`\n`);
  },
);

test('--version is the version alone', async () => {
  const { out } = await covey(await temporaryFolder(), ['--version']);
  expect(out).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
});
