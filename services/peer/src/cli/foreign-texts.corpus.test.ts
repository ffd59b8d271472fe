import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { covey } from '../../test/command-line.ts';
import { startStage } from '../../test/stage.ts';

const FIXTURES = process.env['COVEY_FIXTURES'] ?? '';
const NAMES_FILE = join(FIXTURES, 'unicode-names', 'names.json');
const STRINGS_FILE = join(FIXTURES, 'naughty-strings', 'blns.json');
const HAS_FILES = FIXTURES !== '' && existsSync(NAMES_FILE) && existsSync(STRINGS_FILE);

interface NameRow {
  readonly name: string;
  readonly why: string;
  readonly expect: 'keep' | 'neutralise';
}
const NAMES: readonly NameRow[] = HAS_FILES ? JSON.parse(readFileSync(NAMES_FILE, 'utf8')) : [];
const STRINGS: readonly string[] = HAS_FILES ? JSON.parse(readFileSync(STRINGS_FILE, 'utf8')) : [];

/** A control, or one of the characters that turn a line round; our own isolates are not among them. */
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066\u2067]/;

describe.skipIf(!HAS_FILES)('texts of others', () => {
  test('F5: no name and no message brings a byte to the terminal that it obeys', async () => {
    const { dataFolder, accounts } = await startStage();
    const texts = [...NAMES.map(({ name }) => name), ...STRINGS];
    const account = accounts.add('alice\u001b[2J\n');
    const id = await account.startConversation({ mode: 2, title: 'garden' });
    for (const body of texts) {
      await account.startConversation({ mode: 2, title: body });
      await account.sendMessage(id, { body });
      account.requests.push({ id, from: body, received: body, title: body });
    }
    const commands = [
      ['log', id, '--limit', '99999'],
      ['watch', '--after', '0', '--until', 'DeviceAdded'],
      ['conversations'],
      ['requests'],
      ['accounts'],
      ['whoami'],
      ['device', 'list'],
    ];
    const { accountId } = account.info;
    const events = account.conversations.get(id)?.messages.length;
    expect(events).toBe(texts.length);
    account.tell('DeviceAdded', { deviceId: texts.join() });
    for (const argv of [...commands, ...commands.map((command) => [...command, '--json'])]) {
      const { exit, out, err } = await covey(dataFolder, [...argv, '--account', accountId]);
      expect([argv, exit]).toEqual([argv, 0]);
      expect(out.length).toBeGreaterThan(0);
      for (const line of [...out, ...err]) expect(line).not.toMatch(OBEYED);
    }
  });

  test('every message is one line of log, and every ordinary name is shown as it is', async () => {
    const { dataFolder, accounts } = await startStage();
    const account = accounts.add('alice');
    const id = await account.startConversation({ mode: 2 });
    for (const { name } of NAMES) await account.sendMessage(id, { body: name });
    const { out } = await covey(dataFolder, ['log', id, '--limit', '999']);
    expect(out.length).toBe(NAMES.length);
    for (const [at, row] of NAMES.entries()) {
      if (row.expect === 'keep') expect(out[at]).toContain(row.name);
    }
  });

  test('what is sent arrives byte for byte', async () => {
    const { dataFolder, accounts } = await startStage();
    const account = accounts.add('alice');
    const id = await account.startConversation({ mode: 2 });
    const sendable = STRINGS.filter((text) => text !== '' && text.isWellFormed());
    for (const text of sendable) {
      const stdin = `${text}\n`;
      expect((await covey(dataFolder, ['send', id, '-'], { stdin })).exit).toBe(0);
    }
    const { out } = await covey(dataFolder, ['log', id, '--json', '--limit', '9999']);
    const messages = JSON.parse(out[0] ?? '') as { fields: { body: string } }[];
    expect(messages.map(({ fields }) => fields.body)).toEqual(sendable);
  });
});
