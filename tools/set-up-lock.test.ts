import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A process that holds the lock while it writes two lines, with other work in between. */
const PROGRAM = `
  import { appendFileSync } from 'node:fs';
  import { setImmediate } from 'node:timers/promises';
  import { holdLock } from '${import.meta.dirname}/set-up-lock.mjs';
  const [lock, log] = process.argv.slice(1);
  const release = await holdLock(lock, () => {});
  appendFileSync(log, process.pid + ' in\\n');
  for (let n = 0; n < 1000; n += 1) await setImmediate();
  appendFileSync(log, process.pid + ' out\\n');
  release();
`;

function hold(): Promise<number | null> {
  const args = ['--input-type=module', '-e', PROGRAM, join(folder, 'lock'), join(folder, 'log')];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  return new Promise((done) => child.on('close', done));
}

const lines = () => readFileSync(join(folder, 'log'), 'utf8').trimEnd().split('\n');

test('of several processes one at a time holds the lock', async () => {
  expect(await Promise.all([hold(), hold(), hold(), hold()])).toEqual([0, 0, 0, 0]);
  const events = lines();
  expect(events).toHaveLength(8);
  for (let n = 0; n < 8; n += 2) {
    expect(events[n + 1]).toBe(events[n]?.replace('in', 'out'));
  }
});

test('a lock whose owner is dead is taken over', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  mkdirSync(join(folder, 'lock'));
  writeFileSync(join(folder, 'lock', 'pid'), String(pid));
  expect(await hold()).toBe(0);
  expect(lines()).toHaveLength(2);
});
