import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAccountUri } from '@covey/identity';
import { type Corpus, corpusNamed } from '@covey/testkit';
import { covey } from '../../test/command-line.ts';
import { startStage } from '../../test/stage.ts';
import { safeText } from './safe-text.ts';

interface NameRow {
  readonly name: string;
  readonly why: string;
  readonly expect: 'keep' | 'neutralise';
}
interface FileRow {
  readonly displayName: string;
  readonly expect: 'keep' | 'reject';
}

const names = corpusNamed('unicode-names');
const strings = corpusNamed('naughty-strings');
const files = corpusNamed('file-names');
const absent = [names, strings, files].find(({ isAbsent }) => isAbsent);
const NAMES = rowsOf<NameRow>(names, 'names.json');
const STRINGS = rowsOf<string>(strings, 'blns.json');
const FILES = rowsOf<FileRow>(files, 'names.json');

/** A control, or one of the characters that turn a line round; our own isolates are not among them. */
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066\u2067]/;
const STRANGER = parseAccountUri('5737a49e'.repeat(5));

/** An account with one conversation, on a running API. */
async function startGarden() {
  const { dataFolder, accounts } = await startStage();
  const account = accounts.add('alice\u001b[2J\n');
  const id = await account.startConversation({ mode: 2, title: 'garden' });
  const messages = account.conversations.get(id)?.messages ?? [];
  const log = async (...more: string[]) =>
    (await covey(dataFolder, ['log', id, '--limit', '99999', ...more])).out;
  return { dataFolder, account, id, messages, log };
}

describe.skipIf(absent)(`texts of others${absent?.note ?? ''}`, () => {
  test('F5: no name and no message brings a byte to the terminal that it obeys', async () => {
    const { dataFolder, account, id, messages } = await startGarden();
    const texts = [
      ...NAMES.map(({ name }) => name),
      ...STRINGS,
      ...FILES.map(({ displayName }) => displayName),
    ];
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
    expect(messages.length).toBe(texts.length);
    account.tell('DeviceAdded', { deviceId: texts.join() });
    for (const argv of [...commands, ...commands.map((command) => [...command, '--json'])]) {
      const { exit, out, err } = await covey(dataFolder, [...argv, '--account', accountId]);
      expect([argv, exit]).toEqual([argv, 0]);
      expect(out.length).toBeGreaterThan(0);
      for (const line of [...out, ...err]) expect(line).not.toMatch(OBEYED);
    }
  });

  test('every message is one line of log, and every ordinary name is shown as it is', async () => {
    const { account, id, log } = await startGarden();
    for (const { name } of NAMES) await account.sendMessage(id, { body: name });
    const lines = await log();
    expect(lines.length).toBe(NAMES.length);
    for (const [at, row] of NAMES.entries()) {
      if (row.expect === 'keep') expect(lines[at]).toContain(row.name);
    }
  });

  test('no name passes for another: behind every one stand digits of its account', async () => {
    const { account, id, messages, log } = await startGarden();
    for (const { name } of NAMES) {
      await account.sendMessage(id, { body: 'hello' });
      const sent = messages.pop();
      if (sent) messages.push({ ...sent, author: STRANGER, authorName: name });
    }
    const lines = await log();
    expect(lines.length).toBe(NAMES.length);
    for (const [at, { name, expect: expected }] of NAMES.entries()) {
      expect(lines[at]).toContain(`  ${safeText(name)}~${STRANGER.slice(0, 4)}  hello`);
      if (expected === 'keep') expect(lines[at]).toContain(name);
    }
  });

  test('MSG-5: of a file its name is shown, harmless, in one line', async () => {
    const { account, id, messages, log } = await startGarden();
    for (const { displayName } of FILES) {
      await account.sendMessage(id, { body: '' });
      const sent = messages.pop();
      const type = 'application/data-transfer+json';
      if (sent) messages.push({ ...sent, type, fields: { displayName } });
    }
    const lines = await log();
    expect(lines.length).toBe(FILES.length);
    for (const [at, { displayName, expect: expected }] of FILES.entries()) {
      expect(lines[at]).toContain(`* file ${safeText(displayName)}`);
      expect(lines[at]).not.toMatch(OBEYED);
      if (expected === 'keep') expect(lines[at]).toContain(displayName);
    }
  });

  test('what is sent arrives byte for byte', async () => {
    const { dataFolder, id, log } = await startGarden();
    const sendable = STRINGS.filter((text) => text !== '' && text.isWellFormed());
    for (const text of sendable) {
      const stdin = `${text}\n`;
      expect((await covey(dataFolder, ['send', id, '-'], { stdin })).exit).toBe(0);
    }
    const [json = ''] = await log('--json');
    const messages = JSON.parse(json) as { fields: { body: string } }[];
    expect(messages.map(({ fields }) => fields.body)).toEqual(sendable);
  });
});

function rowsOf<Row>({ isAbsent, folder }: Corpus, file: string): readonly Row[] {
  // Corpora are fixed files; their shapes are the interfaces here.
  return isAbsent ? [] : (JSON.parse(readFileSync(join(folder, file), 'utf8')) as readonly Row[]);
}
