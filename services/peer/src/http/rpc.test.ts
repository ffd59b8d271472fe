import { expect, test } from 'vitest';
import { startStage } from '../../test/stage.ts';

test('a batch is answered in its order, notifications are not', async () => {
  const stage = await startStage();
  const call = (id: number | undefined, method: string) => ({ jsonrpc: '2.0', id, method });
  const { status, json } = await stage.ask('POST', '/rpc', [
    call(1, 'listAccounts'),
    call(undefined, 'listAccounts'),
    call(2, 'noSuchMethod'),
  ]);
  expect({ status, json }).toEqual({
    status: 200,
    json: [
      { jsonrpc: '2.0', id: 1, result: [] },
      {
        jsonrpc: '2.0',
        id: 2,
        error: {
          code: -32601,
          message: 'no such method',
          data: { code: 'OPERATION_NOT_FOUND' },
        },
      },
    ],
  });
  expect(stage.accounts.calls).toEqual(['list', 'list']);
  expect(await stage.ask('POST', '/rpc', [call(undefined, 'listAccounts')])).toEqual({
    status: 204,
    json: undefined,
  });
});

test.each([
  ['an empty batch', [], -32600],
  ['a text', 'listAccounts', -32600],
  ['no version', { id: 1, method: 'listAccounts' }, -32600],
  ['an object as id', { jsonrpc: '2.0', id: {}, method: 'listAccounts' }, -32600],
  ['a text as parameters', { jsonrpc: '2.0', id: 1, method: 'listAccounts', params: 'x' }, -32600],
  ['too many parameters', { jsonrpc: '2.0', id: 1, method: 'listAccounts', params: [1] }, -32602],
  [
    'an unknown parameter',
    { jsonrpc: '2.0', id: 1, method: 'listAccounts', params: { a: 1 } },
    -32602,
  ],
  ['a method of objects', { jsonrpc: '2.0', id: 1, method: 'constructor' }, -32601],
])('%s is refused in the words of JSON-RPC', async (_, body, code) => {
  const stage = await startStage();
  const { status, json } = await stage.ask('POST', '/rpc', body);
  expect({ status, json }).toMatchObject({
    status: 200,
    json: { jsonrpc: '2.0', error: { code } },
  });
});

test('what is no JSON is a parse error', async () => {
  const stage = await startStage();
  const answer = await stage.app.inject({
    method: 'POST',
    url: '/rpc',
    headers: {
      host: `127.0.0.1:${stage.port}`,
      authorization: `Bearer ${stage.token}`,
      'content-type': 'application/json',
    },
    payload: '{"jsonrpc":"2.0","jsonrpc":"2.0"}',
  });
  expect(answer.json()).toMatchObject({ id: null, error: { code: -32700 } });
});

test('our failures carry our code; what was not foreseen carries no text', async () => {
  const stage = await startStage();
  expect(await stage.rpc('accountInfo', ['0000000000000000'])).toMatchObject({
    error: { code: -32000, message: 'no such account', data: { code: 'ACCOUNT_NOT_FOUND' } },
  });
  stage.accounts.list = () => {
    throw new Error('secret of the house');
  };
  const broken = await stage.rpc('listAccounts', []);
  expect(broken).toMatchObject({ error: { code: -32603, data: { code: 'INTERNAL' } } });
  expect(JSON.stringify(broken)).not.toContain('secret');
});

test('the mode of a conversation is fixed: 409 by REST, MODE_IS_FIXED by JSON-RPC', async () => {
  const stage = await startStage();
  const account = stage.accounts.add('alice');
  const { accountId } = account.info;
  const conversationId = await account.startConversation({ mode: 2 });
  const path = `/v1/accounts/${accountId}/conversations/${conversationId}/infos`;
  const byRest = await stage.ask('PATCH', path, { mode: '3' });
  expect(byRest).toMatchObject({ status: 409, json: { code: 'MODE_IS_FIXED' } });
  const byRpc = await stage.rpc('updateConversationInfos', [
    accountId,
    conversationId,
    { mode: '3' },
  ]);
  expect(byRpc).toMatchObject({ error: { data: { code: 'MODE_IS_FIXED' } } });
});
