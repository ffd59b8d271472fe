import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';

/** Starts the program; `on` acts on its lines of output, in order, as they come. */
async function run(how: string, on: (line: string, kill: (s: NodeJS.Signals) => void) => void) {
  const program = `${import.meta.dirname}/stopping-program.ts`;
  const child = spawn(process.execPath, [program, how], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line);
    on(line, (signal) => child.kill(signal));
  });
  const code = await new Promise((done) => child.on('close', done));
  return { code, lines, errors };
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s stops the program, which then ends with 0',
  async (signal) => {
    const { code, lines } = await run('well', (line, kill) => line === 'up' && kill(signal));
    expect({ code, lines }).toEqual({ code: 0, lines: ['up', 'stopping', 'ended'] });
  },
);

test('the echo of a signal does not stop twice nor cut the stop short', async () => {
  const { code, lines } = await run('echoed', (line, kill) => {
    if (line === 'up') kill('SIGINT');
    if (line === 'stopping') kill('SIGINT');
  });
  expect({ code, lines }).toEqual({ code: 0, lines: ['up', 'stopping', 'ended'] });
});

test('a stop that was begun without a signal goes the same way', async () => {
  const { code, lines } = await run('begins', () => {});
  expect({ code, lines }).toEqual({ code: 0, lines: ['up', 'stopping', 'ended'] });
});

test('a stop that fails ends with 1 and says why', async () => {
  const { code, errors } = await run('fails', (line, kill) => line === 'up' && kill('SIGTERM'));
  expect(code).toBe(1);
  expect(errors).toContain('disk is full');
});

test('a stop that hangs is ended at the deadline with 1', async () => {
  const { code, errors } = await run('hangs', (line, kill) => line === 'up' && kill('SIGTERM'));
  expect(code).toBe(1);
  expect(errors).toContain('300 ms after the stop began');
});

test('a second signal of someone who does not want to wait ends at once', async () => {
  const { code } = await run('slow', (line, kill) => {
    if (line === 'up') kill('SIGINT');
    if (line === 'stopping') kill('SIGINT');
  });
  expect(code).toBe(130);
});
