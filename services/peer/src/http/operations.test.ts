import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import type { Account, Accounts } from '@covey/device';
import { type Stage, startStage } from '../../test/stage.ts';
import { type Operation, pathParams } from './operation.ts';
import { OPERATIONS } from './operations.ts';

/** What the interface of the device offers. A method that is added there does not compile until it is here. */
const OF_THE_DEVICE: Record<
  Exclude<keyof Account, 'info'> | Exclude<keyof Accounts, 'account'>,
  string
> = {
  list: 'listAccounts',
  create: 'createAccount',
  link: 'linkAccount',
  info: 'accountInfo',
  unlock: 'unlockAccount',
  changePassphrase: 'changeAccountPassphrase',
  startConversation: 'startConversation',
  getConversations: 'getConversations',
  conversationInfos: 'conversationInfos',
  updateConversationInfos: 'updateConversationInfos',
  getConversationMembers: 'getConversationMembers',
  addConversationMember: 'addConversationMember',
  createInvitationLink: 'createInvitationLink',
  revokeInvitationLink: 'revokeInvitationLink',
  acceptInvitationLink: 'acceptInvitationLink',
  getConversationRequests: 'getConversationRequests',
  acceptConversationRequest: 'acceptConversationRequest',
  declineConversationRequest: 'declineConversationRequest',
  removeConversationMember: 'removeConversationMember',
  vote: 'vote',
  resolveVote: 'resolveVote',
  explain: 'explain',
  evidence: 'evidence',
  sendMessage: 'sendMessage',
  loadConversation: 'loadConversation',
  removeConversation: 'removeConversation',
  conversationState: 'conversationState',
  repair: 'repair',
  addDevice: 'addDevice',
  getDevices: 'getDevices',
  revokeDevice: 'revokeDevice',
};

const SOMEBODY = 'b0b0000000000000000000000000000000000b0b';

/** A call of each operation that succeeds, on an account with one conversation and one request. */
async function prepare(stage: Stage): Promise<Record<string, Record<string, unknown>>> {
  const account = stage.accounts.add('alice');
  const conversationId = await account.startConversation({ mode: 2, title: 'garden' });
  const messageId = await account.sendMessage(conversationId, { body: 'hello' });
  const request = 'c0ffee0000000000000000000000000000000001';
  account.requests.push({ id: request, from: SOMEBODY, received: '1700000000' });
  const { accountId } = account.info;
  const here = { accountId, conversationId };
  return {
    listAccounts: {},
    createAccount: { displayName: 'bob', deviceName: 'phone' },
    linkAccount: { code: 'covey-device:good', deviceName: 'phone' },
    accountInfo: { accountId },
    unlockAccount: { accountId, passphrase: 'correct horse' },
    changeAccountPassphrase: { accountId, next: 'battery staple' },
    getConversations: { accountId },
    startConversation: { accountId, mode: 0, invited: SOMEBODY },
    conversationInfos: here,
    updateConversationInfos: { ...here, infos: { title: 'allotment' } },
    conversationState: here,
    repair: { ...here, apply: true, resend: false },
    removeConversation: here,
    getConversationMembers: here,
    addConversationMember: { ...here, uri: SOMEBODY, addresses: ['[::1]:7400'] },
    removeConversationMember: { ...here, uri: SOMEBODY },
    vote: { ...here, target: SOMEBODY, action: 'promote', resolve: true },
    resolveVote: { ...here, target: SOMEBODY, action: 'promote' },
    explain: { ...here, id: messageId },
    evidence: { ...here, one: messageId, other: conversationId },
    createInvitationLink: here,
    acceptInvitationLink: { accountId, link: `covey:invite/${conversationId}` },
    revokeInvitationLink: { accountId, link: `covey:invite/${conversationId}` },
    getConversationRequests: { accountId },
    acceptConversationRequest: { accountId, conversationId: request },
    declineConversationRequest: { accountId, conversationId: request },
    sendMessage: { ...here, body: 'and hello', replyTo: messageId },
    loadConversation: { ...here, n: 5 },
    getDevices: { accountId },
    addDevice: { accountId },
    revokeDevice: { accountId, deviceId: 'd'.repeat(64) },
  };
}

test('API-1: every method of the device is an operation of the local API', () => {
  expect([...OPERATIONS.keys()]).toEqual(
    expect.arrayContaining(Object.values(OF_THE_DEVICE).filter((name) => name !== '')),
  );
});

test.each([...OPERATIONS.values()])('API-1: $name answers at $method $path', async (operation) => {
  const stage = await startStage();
  const params = (await prepare(stage))[operation.name] ?? {};
  const { path, body } = restRequest(operation, params);
  const { status, json } = await stage.ask(operation.method, path, body);
  expect({ status, json }).toMatchObject({ status: operation.result ? 200 : 204 });
  if (operation.result) expectResult(operation, json);
});

test.each([...OPERATIONS.values()])(
  'API-1: $name answers at /rpc, by name and by position',
  async (operation) => {
    for (const asked of ['by name', 'by position']) {
      const stage = await startStage();
      const params = (await prepare(stage))[operation.name] ?? {};
      const positions = Object.keys(operation.params.properties).map(
        (name) => params[name] ?? null,
      );
      const answer = await stage.rpc(operation.name, asked === 'by name' ? params : positions);
      expect(answer).toMatchObject({ jsonrpc: '2.0', id: 1 });
      const { result } = answer as { result?: unknown };
      if (operation.result) expectResult(operation, result);
      else expect(result).toBeNull();
    }
  },
);

test('API-1: OpenAPI names every operation, its parameters and its answer', async () => {
  const stage = await startStage();
  const { json } = await stage.ask('GET', '/v1/openapi.json');
  const document = json as { openapi: string; paths: Record<string, Record<string, unknown>> };
  expect(document.openapi).toMatch(/^3\.1\./);
  for (const operation of OPERATIONS.values()) {
    const path = `/v1${operation.path.replace(/:([A-Za-z]+)/g, '{$1}')}`;
    expect(document.paths[path]?.[operation.method.toLowerCase()]).toMatchObject({
      operationId: operation.name,
      summary: operation.summary,
      responses: operation.result ? { '200': {} } : { '204': {} },
    });
  }
});

test('API-2: accountId comes first in every operation on an account, and none is inferred', () => {
  const daemonWide = ['listAccounts', 'createAccount', 'linkAccount'];
  for (const { name, params } of OPERATIONS.values()) {
    if (daemonWide.includes(name)) continue;
    expect([name, Object.keys(params.properties)[0]]).toEqual([name, 'accountId']);
    expect(params.required).toContain('accountId');
  }
});

function expectResult({ result, name }: Operation, json: unknown): void {
  if (!result) return;
  const validator = Compile(result);
  expect([name, validator.Errors(json)]).toEqual([name, []]);
}

function restRequest(operation: Operation, params: Record<string, unknown>) {
  const inPath = pathParams(operation);
  const path = inPath.reduce(
    (url, key) => url.replace(`:${key}`, String(params[key])),
    `/v1${operation.path}`,
  );
  const rest = Object.entries(params).filter(([key]) => !inPath.includes(key));
  if (operation.method === 'GET') {
    const query = rest
      .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
      .join('&');
    return { path: rest.length > 0 ? `${path}?${query}` : path, body: undefined };
  }
  const body = operation.bodyIs ? params[operation.bodyIs] : Object.fromEntries(rest);
  return { path, body: rest.length > 0 ? body : undefined };
}
