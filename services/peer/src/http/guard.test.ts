import { expect, test } from 'vitest';
import { rawRequest } from '../../test/raw-request.ts';
import { type Stage, startStage } from '../../test/stage.ts';

const ACCOUNTS = '/v1/accounts';

function get(stage: Stage, headers: Record<string, string | string[]>, path = ACCOUNTS) {
  return rawRequest(stage.port, { method: 'GET', path, headers });
}

function own(stage: Stage): Record<string, string> {
  return { host: `127.0.0.1:${stage.port}`, authorization: `Bearer ${stage.token}` };
}

test.each(['', 'Bearer', 'Bearer ', 'Bearer wrong', 'bearer TOKEN', 'TOKEN', 'Basic TOKEN'])(
  'the header "%s" is no token',
  async (authorization) => {
    const stage = await startStage();
    const said = authorization.replace('TOKEN', stage.token);
    const answer = await get(stage, { ...own(stage), authorization: said });
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'TOKEN_REFUSED' });
    expect(stage.accounts.calls).toEqual([]);
  },
);

test('the token counts in its header and nowhere else', async () => {
  const stage = await startStage();
  const { host = '' } = own(stage);
  for (const path of [
    `${ACCOUNTS}?token=${stage.token}`,
    `${ACCOUNTS}?access_token=${stage.token}`,
  ]) {
    expect((await get(stage, { host }, path)).status).toBe(401);
  }
  const cookie = `token=${stage.token}; authorization=${stage.token}`;
  expect((await get(stage, { host, cookie })).status).toBe(401);
});

test.each(['127.0.0.1', 'localhost', '[::1]'])('%s with our port is our name', async (name) => {
  const stage = await startStage();
  const host = `${name}:${stage.port}`;
  expect((await get(stage, { ...own(stage), host })).status).toBe(200);
  const withOrigin = { ...own(stage), host, origin: `http://${host}` };
  expect((await get(stage, withOrigin)).status).toBe(200);
});

test.each([
  'PORT',
  '127.0.0.1',
  '127.0.0.1:1',
  '127.0.0.1:PORT.',
  '127.1:PORT',
  '0x7f000001:PORT',
  'LOCALHOST:PORT',
  'localhost.:PORT',
  '[::ffff:127.0.0.1]:PORT',
  'rebound.example:PORT',
])('the host %s is refused, with the right token', async (pattern) => {
  const stage = await startStage();
  const host = pattern.replace('PORT', String(stage.port));
  const answer = await get(stage, { ...own(stage), host });
  expect(answer.status).toBe(403);
  expect(JSON.parse(answer.text)).toMatchObject({ code: 'ORIGIN_REFUSED' });
});

test.each([
  'null',
  '',
  'http://localhost:PORT',
  'https://127.0.0.1:PORT',
  'http://127.0.0.1:PORT/',
])('the origin "%s" is not that of a request to 127.0.0.1', async (pattern) => {
  const stage = await startStage();
  const origin = pattern.replace('PORT', String(stage.port));
  expect((await get(stage, { ...own(stage), origin })).status).toBe(403);
});

test('a header that was sent twice does not get past by its first value', async () => {
  const stage = await startStage();
  const { authorization = '', host = '' } = own(stage);
  const hosts = await get(stage, { authorization, host: [host, 'evil.example'] });
  expect([400, 403]).toContain(hosts.status);
  const origins = [`http://${host}`, 'http://evil.example'];
  expect((await get(stage, { authorization, host, origin: origins })).status).toBe(403);
});

test('every answer forbids storing, guessing its type and reading from another site', async () => {
  const stage = await startStage();
  const { host = '' } = own(stage);
  const preflight = {
    method: 'OPTIONS',
    path: ACCOUNTS,
    headers: { host, origin: 'http://evil.example', 'access-control-request-method': 'POST' },
  };
  const answers = [
    await get(stage, own(stage)),
    await get(stage, { host }),
    await get(stage, { ...own(stage), host: 'evil.example' }),
    await get(stage, own(stage), '/nowhere'),
    await get(stage, { host: 'evil.example' }, '/%zz'),
    await get(stage, { host: 'evil.example' }, `/v1/accounts/${'a'.repeat(500)}`),
    await rawRequest(stage.port, preflight),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 401, 403, 404, 400, 400, 403]);
  for (const { headers } of answers) {
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
});

test('a page on another site learns no path: what exists and what does not look the same', async () => {
  const stage = await startStage();
  const evil = { host: `127.0.0.1:${stage.port}`, origin: 'http://evil.example' };
  const [there, notThere] = [await get(stage, evil), await get(stage, evil, '/nowhere')];
  expect(there?.text).toBe(notThere?.text);
  expect(there?.status).toBe(notThere?.status);
});
