import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pipedSecrets, type Terminal, typedSecrets } from './secret-input.ts';

/** A terminal that is typed at; remembers how it was left. */
function terminal() {
  const keys = Object.assign(new PassThrough(), {
    isRaw: false,
    setRawMode(isRaw: boolean) {
      keys.isRaw = isRaw;
    },
  });
  const shown: string[] = [];
  const interrupt = Promise.withResolvers<{ isRaw: boolean }>();
  const secrets = typedSecrets(
    keys satisfies Terminal,
    (text) => shown.push(text),
    () => interrupt.resolve({ isRaw: keys.isRaw }),
  );
  return { keys, shown, interrupted: interrupt.promise, secrets };
}

describe('UX-1: a passphrase that is typed', () => {
  test.each([
    ['as it stands', 'correct horse\r', 'correct horse'],
    ['in several letters at once, or one by one', 'käse\u{1f40e}brot\n', 'käse\u{1f40e}brot'],
    ['without letters taken back', 'korr\u007f\u007f\u007forrect\r', 'korrect'],
    ['whole characters are taken back', 'ab\u{1f40e}\bc\r', 'abc'],
    ['from the beginning after Ctrl-U', 'wrong\u0015right\r', 'right'],
    ['without arrow keys and other controls', 'a\u001b[Ab\u001bOPc\u0001\u001a\td\r', 'abcd'],
    ['up to the end of the line', 'first\rsecond\r', 'first'],
  ])('is taken %s', async (_, typed, expected) => {
    for (const chunks of [[typed], [...typed].map(String)]) {
      if (chunks.length > 1 && typed.includes('\u001b')) continue; // one key is one chunk
      const { keys, shown, secrets } = terminal();
      const line = secrets.line('Passphrase: ');
      expect(keys.isRaw).toBe(true);
      for (const chunk of chunks) keys.write(chunk);
      expect(await line).toBe(expected);
      expect(keys.isRaw).toBe(false);
      expect(shown.join('')).toBe('Passphrase: \n');
      expect(keys.listenerCount('data')).toBe(0);
    }
  });

  test('Ctrl-C puts the terminal back before anything else', async () => {
    const { keys, interrupted, secrets, shown } = terminal();
    void secrets.line('Passphrase: ');
    keys.write('half\u0003more\r');
    expect(await interrupted).toEqual({ isRaw: false });
    expect(shown.join('')).toBe('Passphrase: \n');
  });

  test.each([
    ['an empty line', '\r'],
    ['Ctrl-D', '\u0004'],
  ])('%s is no passphrase', async (_, typed) => {
    const { keys, secrets } = terminal();
    keys.write(typed);
    await expect(secrets.line('')).rejects.toMatchObject({ message: 'no passphrase was given' });
    expect(keys.isRaw).toBe(false);
  });

  test('a terminal that goes away gives none', async () => {
    const { keys, secrets } = terminal();
    const line = secrets.line('');
    keys.end('half');
    await expect(line).rejects.toMatchObject({ name: 'UsageError' });
  });
});

test('from a pipe, each question takes a line; there is none too many', async () => {
  const secrets = pipedSecrets(async () => 'the old one\r\nthe new one\n');
  expect(await secrets.line('')).toBe('the old one');
  expect(await secrets.line('')).toBe('the new one');
  await expect(secrets.line('')).rejects.toMatchObject({ name: 'UsageError' });
  const nothing = pipedSecrets(async () => '');
  await expect(nothing.line('')).rejects.toMatchObject({ name: 'UsageError' });
});

const SCRIPT = '/usr/bin/script';
const ASKING = fileURLToPath(new URL('../../test/asking.ts', import.meta.url));

/** `test/asking.ts` behind a pseudo terminal, with the setting of the terminal after its end. */
function atTerminal() {
  const command = `'${process.execPath}' '${ASKING}'; echo "exit $?"; stty -a`;
  const child = spawn(SCRIPT, ['--quiet', '--return', '--command', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TERM: 'dumb', SHELL: '/bin/sh' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let screen = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    for (const look of waiting) look();
  });
  const shows = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!screen.includes(text)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const ended = new Promise<string>((resolve) => child.once('close', () => resolve(screen)));
  return { keys: child.stdin, shows, ended };
}

describe.skipIf(!existsSync(SCRIPT))('SAFE-4: at a real (pseudo) terminal', () => {
  test('what is typed is taken and never shown', async () => {
    const { keys, shows, ended } = atTerminal();
    await shows('First: ');
    keys.write('correct horse\r');
    await shows('Second: ');
    keys.write('käse\r');
    await shows('icanon');
    keys.end();
    const screen = await ended;
    expect(screen).toContain('lengths 13 and 4');
    expect(screen).toContain('exit 0');
    expect(screen).not.toMatch(/correct|horse|käse|\*/);
    expect(screen).toMatch(/[^-]icanon/);
    expect(screen).toMatch(/[^-]echo\b/);
  });

  test('Ctrl-C ends the program and leaves the terminal as it was', async () => {
    const { keys, shows, ended } = atTerminal();
    await shows('First: ');
    keys.write('half\u0003');
    await shows('icanon');
    keys.end();
    const screen = await ended;
    expect(screen).toContain('exit 130');
    expect(screen).not.toContain('half');
    expect(screen).toMatch(/[^-]icanon/);
    expect(screen).toMatch(/[^-]echo\b/);
  });
});
