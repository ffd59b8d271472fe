import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Secret } from './secret.ts';

test('a secret shows itself only when it is asked to', () => {
  const secret = new Secret('hunter2');
  const shown = [`${secret}`, JSON.stringify({ secret }), inspect({ secret }), String(secret)];
  expect(shown.join()).not.toContain('hunter2');
  expect(inspect(secret)).toBe('[secret]');
  expect(secret.reveal()).toBe('hunter2');
});
