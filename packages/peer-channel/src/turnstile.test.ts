import { expect, test } from 'vitest';
import { Turnstile } from './turnstile.ts';

const forever = new AbortController().signal;

test('who waits comes in when somebody leaves, in order', async () => {
  const turnstile = new Turnstile({ places: 1, maxWaiting: 2 });
  const entered: string[] = [];
  await turnstile.enter(forever);
  const waiting = ['first', 'second'].map((name) =>
    turnstile.enter(forever).then(() => entered.push(name)),
  );
  await expect(turnstile.enter(forever)).rejects.toMatchObject({ code: 'RATE_EXCEEDED' });
  turnstile.leave();
  await waiting[0];
  expect(entered).toEqual(['first']);
  turnstile.leave();
  await waiting[1];
});

test('who gives up leaves the line', async () => {
  const turnstile = new Turnstile({ places: 1, maxWaiting: 2 });
  await turnstile.enter(forever);
  const impatient = new AbortController();
  const gone = turnstile.enter(impatient.signal);
  const next = turnstile.enter(forever);
  impatient.abort(new Error('too long'));
  await expect(gone).rejects.toThrow('too long');
  turnstile.leave();
  await next;
});
