import { expect, test } from 'vitest';
import { parsePassphrase } from '@covey/device';
import { covey } from '../../test/command-line.ts';
import { type Stage, startStage } from '../../test/stage.ts';
import type { SecretInput } from './command.ts';

const OLD = 'correct horse';
const NEW = 'battery staple';

/** Somebody who types these lines, one for each question. */
function typist(...lines: string[]): SecretInput & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    isTerminal: true,
    line: async (prompt) => {
      asked.push(prompt);
      return lines.shift() ?? '';
    },
  };
}

async function startLocked(): Promise<Stage> {
  const stage = await startStage();
  stage.accounts.add('alice', 'laptop', parsePassphrase(OLD)).locked = true;
  return stage;
}

test('ID-1: init --passphrase asks twice at a terminal, and puts the keys under it', async () => {
  const { dataFolder, accounts } = await startStage();
  const secrets = typist(OLD, OLD);
  const run = await covey(dataFolder, ['init', '--name', 'alice', '--passphrase'], { secrets });
  expect(run.exit).toBe(0);
  expect(secrets.asked).toEqual(['New passphrase: ', 'The same again: ']);
  expect(accounts.list()).toMatchObject([{ hasPassphrase: true, locked: false }]);
});

test('ID-1: two that differ, or one that is too short, make no account', async () => {
  const { dataFolder, accounts } = await startStage();
  const init = ['init', '--name', 'alice', '--passphrase'];
  const differ = await covey(dataFolder, init, { secrets: typist(OLD, NEW) });
  expect([differ.exit, differ.err]).toEqual([1, ['covey: error: the two were not the same']]);
  const short = typist('short', 'short');
  const told = ['covey: error: a passphrase has 8 to 1024 characters'];
  expect((await covey(dataFolder, init, { secrets: short })).err).toEqual(told);
  expect(short.asked).toHaveLength(1);
  expect((await covey(dataFolder, init, { stdin: 'short\n' })).err).toEqual(told);
  expect((await covey(dataFolder, init, { stdin: '' })).exit).toBe(2);
  expect(accounts.list()).toEqual([]);
});

test('nobody is asked for a passphrase where no daemon is', async () => {
  const secrets = typist(OLD, OLD);
  for (const argv of [['init', '--passphrase'], ['unlock'], ['passphrase']]) {
    expect((await covey('/nonexistent', argv, { secrets })).exit).toBe(1);
  }
  expect(secrets.asked).toEqual([]);
});

test('a locked account is shown as such, with what to type', async () => {
  const { dataFolder } = await startLocked();
  const hint = 'covey: hint: 1 account is locked; covey unlock opens it';
  const accounts = await covey(dataFolder, ['accounts']);
  expect(accounts.out[0]).toMatch(/ {2}alice {2}\(locked\)$/);
  expect(accounts.err).toEqual([hint]);
  const whoami = await covey(dataFolder, ['whoami']);
  expect(whoami.out).toContain('keys     under a passphrase, locked');
  expect(whoami.err).toEqual([hint]);
  const up = await covey(dataFolder, ['up', '--detach']);
  expect([up.exit, up.err]).toEqual([0, [hint]]);
  for (const argv of [['conversations'], ['new', 'x'], ['send', 'x', 'y'], ['device', 'list']]) {
    expect(await covey(dataFolder, argv)).toEqual({
      exit: 1,
      out: [],
      err: ['covey: error: the account is locked', 'covey: hint: covey unlock opens it'],
    });
  }
});

test('of several accounts, up says how many are locked and how to choose', async () => {
  const { dataFolder, accounts } = await startLocked();
  accounts.add('bob', 'laptop', parsePassphrase(OLD)).locked = true;
  accounts.add('carla');
  const { err } = await covey(dataFolder, ['up', '--detach']);
  expect(err).toEqual([
    'covey: hint: 2 accounts are locked; covey unlock --account NAME opens one',
  ]);
});

test('ID-1: unlock takes the passphrase and no other', async () => {
  const { dataFolder, accounts } = await startLocked();
  expect(await covey(dataFolder, ['unlock'], { stdin: `${NEW}\n` })).toEqual({
    exit: 1,
    out: [],
    err: ['covey: error: the passphrase is wrong'],
  });
  expect(accounts.list()).toMatchObject([{ locked: true }]);
  const secrets = typist(OLD);
  const unlocked = await covey(dataFolder, ['unlock', '--account', 'alice'], { secrets });
  expect(unlocked).toEqual({ exit: 0, out: ['unlocked'], err: [] });
  expect(secrets.asked).toEqual(['Passphrase: ']);
  expect(accounts.list()).toMatchObject([{ locked: false }]);
  const again = typist();
  expect((await covey(dataFolder, ['unlock'], { secrets: again })).exit).toBe(0);
  expect(again.asked).toEqual([]);
});

test('ID-1: passphrase sets, changes and lifts it, and asks for the present one', async () => {
  const { dataFolder, accounts } = await startStage();
  accounts.add('alice');
  const run = (secrets: SecretInput, ...options: string[]) =>
    covey(dataFolder, ['passphrase', ...options], { secrets });
  expect((await run(typist(OLD, OLD))).out).toEqual(['set']);
  const changing = typist(OLD, NEW, NEW);
  expect((await run(changing)).out).toEqual(['changed']);
  expect(changing.asked[0]).toBe('Present passphrase: ');
  expect((await run(typist(OLD), '--remove')).err).toEqual([
    'covey: error: the passphrase is wrong',
  ]);
  expect(accounts.list()).toMatchObject([{ hasPassphrase: true }]);
  expect((await run(typist(NEW), '--remove')).out).toEqual(['removed']);
  expect(accounts.list()).toMatchObject([{ hasPassphrase: false }]);
  expect((await run(typist(), '--remove')).err).toEqual([
    'covey: error: the account has no passphrase',
  ]);
  const piped = { stdin: `${OLD}\n` };
  expect((await covey(dataFolder, ['passphrase'], piped)).out).toEqual(['set']);
  const both = { stdin: `${OLD}\n${NEW}\n` };
  expect((await covey(dataFolder, ['passphrase', '--json'], both)).out.join('')).toContain(
    '"hasPassphrase":true',
  );
});

test('the passphrase of a locked account cannot be changed, and nobody is asked', async () => {
  const { dataFolder } = await startLocked();
  const secrets = typist(OLD, NEW, NEW);
  expect((await covey(dataFolder, ['passphrase'], { secrets })).err[0]).toBe(
    'covey: error: the account is locked',
  );
  expect(secrets.asked).toEqual([]);
});
