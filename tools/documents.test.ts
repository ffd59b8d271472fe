import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runDocument } from './documents.ts';
import { ROOT } from './program.ts';

const GUIDES = globSync('docs/examples/*.md', { cwd: ROOT });

test.each(GUIDES)('%s is true, word for word', { timeout: 300_000 }, async (guide) => {
  await runDocument(readFileSync(join(ROOT, guide), 'utf8'));
});

test('there are guides to run', () => {
  expect(GUIDES).not.toEqual([]);
});

test('what a command prints is kept under a name, whole or its first characters', async () => {
  await runDocument(
    guide("alice$ printf 'id 0123456789\\n'", 'id <id>', 'alice$ echo <id:4>/<id>', '0123/<id>'),
  );
});

test('three dots stand for anything in a line, and on a line of their own for any lines', async () => {
  await runDocument(guide("alice$ printf 'at 10:42\\none\\ntwo\\nend\\n'", 'at ...', '...', 'end'));
});

test('a line that does not come is shown with its place and with what came', async () => {
  const untrue = guide('alice$ echo one && echo three', 'one', 'two', 'three');
  await expect(runDocument(untrue)).rejects.toThrow(
    ['line 2 is not true: the answer is another', 'alice$ echo one && echo three'].join('\n') +
      '\n  one\n- two\n  three',
  );
});

test('what comes unsaid is shown too', async () => {
  await expect(runDocument(guide('alice$ echo one && echo two', 'one'))).rejects.toThrow(/\+ two$/);
});

test('a value that changes is not the same value', async () => {
  const untrue = guide('alice$ echo 1', '<n>', 'bob$ echo 2', '<n>');
  await expect(runDocument(untrue)).rejects.toThrow(/line 4 .*\n.*\n- 1\n\+ 2$/);
});

test('a command that fails unsaid makes the guide untrue, and one that should fail and works', async () => {
  await expect(runDocument(guide('alice$ exit 3'))).rejects.toThrow('exit code 3');
  await runDocument(guide('alice$ (fails) exit 3'));
  await expect(runDocument(guide('alice$ (fails) true'))).rejects.toThrow('exit code 0');
});

test('while one terminal waits another goes on', async () => {
  await runDocument(
    guide(
      'alice$ mkfifo ../pipe',
      'bob$ (waits) echo ready; cat ../pipe',
      'ready',
      'hello',
      'alice$ echo hello > ../pipe',
    ),
  );
});

function guide(...lines: readonly string[]): string {
  return ['```', ...lines, '```'].join('\n');
}
