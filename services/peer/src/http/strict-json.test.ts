import { expect, test } from 'vitest';
import { rawRequest } from '../../test/raw-request.ts';
import { type Stage, startStage } from '../../test/stage.ts';

function post(stage: Stage, body: string | Uint8Array, path = '/v1/accounts', method = 'POST') {
  const headers = {
    host: `127.0.0.1:${stage.port}`,
    authorization: `Bearer ${stage.token}`,
    'content-type': 'application/json',
  };
  return rawRequest(stage.port, { method, path, headers, body });
}

const GOOD = '"displayName":"a","deviceName":"b"';

test.each([
  ['no JSON', '{'],
  ['nothing', ''],
  ['a list', '[]'],
  ['a text', '"a"'],
  ['a missing key', '{"displayName":"a"}'],
  ['an unknown key', `{${GOOD},"isAdmin":true}`],
  ['a key twice', `{${GOOD},"deviceName":"c"}`],
  ['a number in place of a text', '{"displayName":1,"deviceName":"b"}'],
  ['an empty name', '{"displayName":"","deviceName":"b"}'],
  ['__proto__', `{${GOOD},"__proto__":{"displayName":"c"}}`],
  ['constructor', `{${GOOD},"constructor":{}}`],
  ['a bomb of depth', `{${GOOD},"x":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
  ['a lone surrogate', '{"displayName":"\\ud800","deviceName":"b"}'],
  ['bytes that are no UTF-8', Uint8Array.from([0x22, 0xff, 0x22])],
  ['a byte order mark', `\ufeff{${GOOD}}`],
])('a body with %s is refused', async (_, body) => {
  const stage = await startStage();
  const { status, text } = await post(stage, body);
  expect([status, JSON.parse(text)]).toMatchObject([400, { code: 'REQUEST_MALFORMED' }]);
  expect(stage.accounts.calls).toEqual([]);
});

test('a body of more than 64 KiB is refused, a message of 48 KiB is not', async () => {
  const stage = await startStage();
  const account = stage.accounts.add('alice');
  const conversationId = await account.startConversation({ mode: 2 });
  const path = `/v1/accounts/${account.info.accountId}/conversations/${conversationId}/messages`;
  const message = (size: number) => JSON.stringify({ body: 'x'.repeat(size) });
  expect((await post(stage, message(48 * 1024), path)).status).toBe(200);
  const tooLarge = await post(stage, message(64 * 1024), path);
  expect(tooLarge.status).toBe(413);
});

test('a body cannot speak of another account or conversation than the path does', async () => {
  const stage = await startStage();
  const account = stage.accounts.add('alice');
  const other = stage.accounts.add('bob');
  const body = JSON.stringify({ accountId: other.info.accountId, mode: 2 });
  const path = `/v1/accounts/${account.info.accountId}/conversations`;
  expect((await post(stage, body, path)).status).toBe(400);
  expect((await post(stage, body, `${path}?accountId=${other.info.accountId}`)).status).toBe(400);
  expect(stage.accounts.calls).toEqual([]);
});

test.each(['?n=0', '?n=-1', '?n=1e2', '?n=1.5', '?n=1001', '?n=5&n=6', '?from=zz', '?x=1'])(
  'the query %s is refused',
  async (query) => {
    const stage = await startStage();
    const account = stage.accounts.add('alice');
    const id = await account.startConversation({ mode: 2 });
    const path = `/v1/accounts/${account.info.accountId}/conversations/${id}/messages${query}`;
    expect((await stage.ask('GET', path)).status).toBe(400);
  },
);

test('a failure is a problem with our code, and what went wrong inside is not told', async () => {
  const stage = await startStage();
  const missing = await stage.ask('GET', '/v1/accounts/0000000000000000');
  expect(missing).toMatchObject({
    status: 404,
    json: { code: 'ACCOUNT_NOT_FOUND', detail: 'no such account', status: 404 },
  });
  stage.accounts.list = () => {
    throw new Error('secret of the house');
  };
  const broken = await stage.ask('GET', '/v1/accounts');
  expect(broken).toMatchObject({ status: 500, json: { code: 'INTERNAL' } });
  expect(JSON.stringify(broken.json)).not.toContain('secret');
});
