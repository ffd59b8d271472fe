import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, runProgram } from './program.ts';

const RUN = join(ROOT, 'tools/run.mjs');

test('an unknown task ends with 2 and the list of tasks, nothing on stdout', async () => {
  const { code, stdout, output } = await runProgram(process.execPath, [RUN, 'dance']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(output).toContain('start|covey|demo');
});

test('the task runs with its arguments, and its exit code and output come through', async () => {
  const absent = mkdtempSync(join(tmpdir(), 'no-corpora-'));
  rmSync(absent, { recursive: true });
  const { code, stdout, output } = await runProgram('env', [
    `COVEY_FIXTURES=${absent}`,
    process.execPath,
    RUN,
    'test:corpora',
  ]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(output).toContain(`no corpora at ${absent}`);
});
