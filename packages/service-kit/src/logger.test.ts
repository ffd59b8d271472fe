import { expect, test } from 'vitest';
import { CoveyError } from '@covey/errors';
import { makeLogger } from './logger.ts';
import { Secret } from './secret.ts';

function capture() {
  const lines: string[] = [];
  const log = makeLogger({
    level: 'info',
    name: 'covey-peer',
    destination: { write: (line) => lines.push(line) },
  });
  return { log, lines };
}

test('a line is JSON with the name of the program, the fields and the event', () => {
  const { log, lines } = capture();
  log.child({ part: 'channel' }).info({ oid: 'abc' }, 'commit refused');
  expect(JSON.parse(lines.join(''))).toMatchObject({
    name: 'covey-peer',
    part: 'channel',
    oid: 'abc',
    msg: 'commit refused',
  });
});

test.each([
  'privateKey',
  'password',
  'passphrase',
  'pin',
  'token',
  'authorization',
  'endpoint',
  'p256dh',
  'auth',
  'body',
  'displayName',
  'certificate',
])('the value of %s never reaches the log, however deep', (field) => {
  const { log, lines } = capture();
  const inner = { [field]: 'hunter2' };
  log.info({ ...inner, a: inner, request: { headers: inner } }, 'something happened');
  expect(lines.join('')).toContain('[redacted]');
  expect(lines.join('')).not.toContain('hunter2');
});

test('a secret under any name, and below the level, stays out of the log', () => {
  const { log, lines } = capture();
  log.info({ key: new Secret('hunter2') }, 'started');
  log.debug({ key: 'hunter2' }, 'not written');
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('hunter2');
});

test('an error is logged with its code and its cause', () => {
  const { log, lines } = capture();
  const cause = new Error('ENOENT');
  log.error({ err: new CoveyError('OBJECT_MISSING', 'no object', { cause }) }, 'read failed');
  const { err } = JSON.parse(lines.join('')) as { err: Record<string, string> };
  expect(err['code']).toBe('OBJECT_MISSING');
  expect(err['stack']).toContain('ENOENT');
});
