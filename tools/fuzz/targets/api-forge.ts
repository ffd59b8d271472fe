import { utf8 } from '@covey/codec';
import { type Operation, pathParams } from '../../../services/peer/src/http/operation.ts';
import type { Chance } from '../chance.ts';
import { HOST_WORD, TOKEN_WORD, writeRequest } from './api-request.ts';
import { forgeJson } from './json-forge.ts';

/** Ids that exist behind the API. */
export interface ApiWorld {
  readonly accountId: string;
  readonly conversationId: string;
  readonly messageId: string;
  readonly requestId: string;
}

const METHODS = [
  'GET',
  'POST',
  'PATCH',
  'DELETE',
  'PUT',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'QUERY',
] as const;
const HEADERS: Readonly<Record<string, string>> = {
  host: HOST_WORD,
  authorization: `Bearer ${TOKEN_WORD}`,
};
const JSON_HEADERS = { ...HEADERS, 'content-type': 'application/json' };
const ODD_HEADERS: readonly (readonly [string, string])[] = [
  ['host', 'evil.example'],
  ['authorization', 'Bearer wrong'],
  ['origin', `http://${HOST_WORD}`],
  ['origin', 'null'],
  ['content-type', 'text/plain'],
  ['content-type', 'application/json; charset=utf-16'],
  ['content-length', '5'],
  ['transfer-encoding', 'chunked'],
  ['expect', '100-continue'],
  ['last-event-id', '1'],
  ['last-event-id', '-1'],
  ['accept-encoding', 'gzip'],
  ['upgrade', 'websocket'],
];

/** One good request for every operation, by REST and by JSON-RPC, and those that are no operation. */
export function seedRequests(
  world: ApiWorld,
  operations: readonly Operation[],
): readonly Uint8Array[] {
  const events = `/v1/accounts/${world.accountId}/events`;
  return [
    ...operations.map((operation) => restRequest(operation, world)),
    ...operations.map((operation) => rpcRequest(operation, world)),
    ...['/v1/openapi.json', '/v1/daemon', events, `${events}?after=0`, '/nowhere', '/%'].map(
      (path) => writeRequest({ method: 'GET', path, headers: HEADERS, body: new Uint8Array() }),
    ),
    writeRequest({
      ...{ method: 'POST', path: '/rpc', headers: JSON_HEADERS },
      body: utf8(
        '[{"jsonrpc":"2.0","method":"listAccounts"},{"jsonrpc":"2.0","id":1,"method":"no"}]',
      ),
    }),
  ];
}

/** A request that is right, but for one or two things. */
export function forgeRequest(
  chance: Chance,
  world: ApiWorld,
  operations: readonly Operation[],
): Uint8Array {
  const operation = chance.pick(operations);
  if (!operation) return new Uint8Array();
  const given = valuesFor(operation, world);
  for (const name of Object.keys(given)) {
    if (chance.oneIn(4)) given[name] = `${forgeJson(chance)}`;
    if (chance.oneIn(8)) delete given[name];
  }
  if (chance.oneIn(10)) given['__proto__x'] = '1';
  const headers: Record<string, string> = { ...JSON_HEADERS };
  if (chance.oneIn(4)) {
    const [name, value] = chance.pick(ODD_HEADERS) ?? ['host', ''];
    headers[name] = value;
  }
  const body = utf8(chance.oneIn(8) ? forgeJson(chance) : objectText(given));
  if (chance.oneIn(3)) {
    const id = chance.oneIn(4) ? '' : `"id":${chance.pick(['1', '"x"', 'null', '{}', '1.5'])},`;
    const call = `{"jsonrpc":"2.0",${id}"method":"${operation.name}","params":${objectText(given)}}`;
    const text = chance.oneIn(4) ? `[${call},${call}]` : call;
    return writeRequest({ method: 'POST', path: '/rpc', headers, body: utf8(text) });
  }
  const method = chance.oneIn(6) ? chance.pick(METHODS) : operation.method;
  const query = chance.oneIn(4)
    ? `?${chance.pick(['n=5', 'n=x', 'after=1', 'from=', 'n=1&n=2', '%'])}`
    : '';
  return writeRequest({ method, path: pathOf(operation, world) + query, headers, body });
}

function restRequest(operation: Operation, world: ApiWorld): Uint8Array {
  const { method, bodyIs } = operation;
  const values = valuesFor(operation, world);
  for (const name of pathParams(operation)) delete values[name];
  const path = pathOf(operation, world);
  if (method === 'GET' || method === 'DELETE') {
    return writeRequest({ method, path, headers: HEADERS, body: new Uint8Array() });
  }
  const text = bodyIs === undefined ? objectText(values) : (values[bodyIs] ?? '{}');
  return writeRequest({ method, path, headers: JSON_HEADERS, body: utf8(text) });
}

function rpcRequest(operation: Operation, world: ApiWorld): Uint8Array {
  const params = objectText(valuesFor(operation, world));
  const text = `{"jsonrpc":"2.0","id":1,"method":"${operation.name}","params":${params}}`;
  return writeRequest({ method: 'POST', path: '/rpc', headers: JSON_HEADERS, body: utf8(text) });
}

/** Parameters as JSON texts, good ones where their name tells what they are. */
function valuesFor({ params }: Operation, world: ApiWorld): Record<string, string> {
  const known: Readonly<Record<string, string>> = {
    accountId: quoted(world.accountId),
    conversationId: quoted(world.conversationId),
    ...{ uri: quoted('b0'.repeat(20)), invited: quoted('b0'.repeat(20)) },
    ...{ mode: '2', n: '5', infos: '{"title":"beds"}', addresses: '["[::1]:7400"]' },
    ...{ code: quoted('covey-device:good'), link: quoted(`covey:invite/${world.conversationId}`) },
    ...{ replyTo: quoted(world.messageId), from: quoted(world.messageId) },
  };
  return Object.fromEntries(
    Object.keys(params.properties).map((name) => [name, known[name] ?? quoted('some text')]),
  );
}

function pathOf({ path }: Operation, world: ApiWorld): string {
  const ids: Readonly<Record<string, string>> = { ...world };
  const isRequest = path.includes('/requests/') || path.includes('equest');
  const filled = path.replace(/:([A-Za-z]+)/g, (_, name: string) =>
    name === 'conversationId' && isRequest ? world.requestId : (ids[name] ?? 'x'),
  );
  return `/v1${filled}`;
}

function objectText(values: Readonly<Record<string, string>>): string {
  return `{${Object.entries(values)
    .map(([name, text]) => `${quoted(name)}:${text}`)
    .join(',')}}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
