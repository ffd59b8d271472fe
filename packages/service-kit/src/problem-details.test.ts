import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { CoveyError } from '@covey/errors';
import { problemDetails } from './problem-details.ts';

async function answerTo(reason: unknown) {
  const app = Fastify();
  await app.register(problemDetails);
  app.get('/', async () => {
    throw reason;
  });
  app.post(
    '/',
    { schema: { body: { type: 'object', required: ['text'] } }, bodyLimit: 50 },
    async () => 'ok',
  );
  return { app, answer: await app.inject('/') };
}

test('a code of ours becomes a problem with its status, type, text and facts', async () => {
  const data = { conversation: 'abc', status: 'forged' };
  const { answer } = await answerTo(
    new CoveyError('CONVERSATION_NOT_FOUND', 'no such conversation', { data }),
  );
  expect(answer.statusCode).toBe(404);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.json()).toEqual({
    type: 'urn:covey:error:CONVERSATION_NOT_FOUND',
    code: 'CONVERSATION_NOT_FOUND',
    title: 'This account has no such conversation',
    status: 404,
    detail: 'no such conversation',
    conversation: 'abc',
  });
});

test('a failure that may pass says when to try again', async () => {
  const { answer } = await answerTo(new CoveyError('SHUTTING_DOWN', 'stopping'));
  expect(answer.statusCode).toBe(503);
  expect(answer.headers['retry-after']).toBe('30');
});

test.each([
  new Error('secret path'),
  'a string',
  undefined,
  Object.assign(new Error('x'), { statusCode: 200 }),
])('an unforeseen failure leaks nothing of itself (%#)', async (reason) => {
  const { answer } = await answerTo(reason ?? new TypeError('secret path'));
  expect(answer.statusCode).toBe(500);
  expect(answer.json()).toMatchObject({ code: 'INTERNAL', detail: 'internal error' });
  expect(answer.body).not.toContain('secret path');
});

test.each([
  ['a body that its schema refuses', 400, 'application/json', '{}'],
  ['a body that is no JSON', 400, 'application/json', '{'],
  ['a media type that nobody reads', 415, 'text/html', '<p>'],
  ['a body that is too large', 413, 'application/json', JSON.stringify({ text: 'x'.repeat(60) })],
])('%s is a problem with the status that fastify gave', async (_, status, type, payload) => {
  const { app } = await answerTo(new Error());
  const answer = await app.inject({
    method: 'POST',
    url: '/',
    headers: { 'content-type': type },
    payload,
  });
  expect(answer.statusCode).toBe(status);
  expect(answer.json()).toMatchObject({ code: 'REQUEST_MALFORMED', status });
});
