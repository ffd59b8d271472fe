import type { FastifyBaseLogger, FastifyPluginAsync } from 'fastify';
import { Type } from 'typebox';
import { type JsonObject, type JsonValue, readJson, utf8Text } from '@covey/codec';
import type { Accounts } from '@covey/device';
import { CoveyError, type ErrorCode } from '@covey/errors';
import type { Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { bytesOf } from './strict-json.ts';

type RpcId = string | number | null;
type RpcAnswer = { jsonrpc: '2.0'; id: RpcId } & (
  | { result: unknown }
  | { error: { code: number; message: string; data: Record<string, string> } }
);

// JSON-RPC 2.0 §5.1. All other failures share -32000 and are told apart by `data.code`.
const RPC_CODES: Partial<Record<ErrorCode, number>> = {
  JSON_MALFORMED: -32700,
  ENCODING_MALFORMED: -32700,
  OPERATION_NOT_FOUND: -32601,
  REQUEST_MALFORMED: -32602,
  INTERNAL: -32603,
};
const INVALID_REQUEST = -32600;
const OUR_FAILURE = -32000;

/**
 * `POST /rpc`: JSON-RPC 2.0, batches and notifications included. The methods are the operations of
 * the REST routes, their parameters by name or by position; a `null` in a position leaves it out.
 */
export const rpcRoute: FastifyPluginAsync<{ accounts: Accounts }> = async (app, { accounts }) => {
  // Taken as bytes: what is no JSON gets an answer of JSON-RPC, not one of HTTP.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, bytesOf(body)),
  );

  const schema = {
    operationId: 'jsonRpc',
    summary: 'JSON-RPC 2.0; the methods are the operationIds of this document',
    tags: ['rpc'],
    body: Type.Object({
      jsonrpc: Type.Literal('2.0'),
      method: Type.String(),
      params: Type.Optional(Type.Unknown()),
      id: Type.Optional(Type.Union([Type.String(), Type.Integer(), Type.Null()])),
    }),
    response: {
      200: Type.Unknown({ description: 'Result or error, or a list of them for a batch' }),
      204: Type.Null({ description: 'Nothing to answer: only notifications' }),
    },
  };

  app.post('/rpc', { schema }, async (request, reply) => {
    const answer = await answerAll(accounts, request.body, request.log);
    return answer === undefined ? reply.code(204).send() : reply.send(answer);
  });
};

async function answerAll(accounts: Accounts, body: unknown, log: FastifyBaseLogger) {
  let asked: JsonValue;
  try {
    // A request without a body is no JSON either.
    asked = readJson(body instanceof Uint8Array ? utf8Text(body) : '');
  } catch (reason) {
    return failure(null, CoveyError.from(reason));
  }
  if (!Array.isArray(asked)) return answerOne(accounts, asked, log);
  if (asked.length === 0) return invalid('an empty batch');
  const answers: RpcAnswer[] = [];
  // One after the other: a batch means what its calls in a row would mean.
  for (const call of asked) {
    const answer = await answerOne(accounts, call, log);
    if (answer !== undefined) answers.push(answer);
  }
  return answers.length > 0 ? answers : undefined;
}

async function answerOne(
  accounts: Accounts,
  asked: JsonValue,
  log: FastifyBaseLogger,
): Promise<RpcAnswer | undefined> {
  if (!isObject(asked)) return invalid('a call is an object');
  const { jsonrpc, method, params = [], id } = asked;
  if (jsonrpc !== '2.0' || typeof method !== 'string') return invalid('jsonrpc or method');
  if (typeof params !== 'object' || params === null) return invalid('params');
  if (id !== undefined && id !== null && typeof id !== 'string' && typeof id !== 'number') {
    return invalid('id');
  }
  try {
    const operation = OPERATIONS.get(method);
    if (!operation) throw new CoveyError('OPERATION_NOT_FOUND', 'no such method');
    const named = isObject(params) ? params : byName(operation, params as readonly JsonValue[]); // no object: an array
    const result = (await operation.call(accounts, named)) ?? null;
    return id === undefined ? undefined : { jsonrpc: '2.0', id, result };
  } catch (reason) {
    const error = CoveyError.from(reason);
    log[error.spec.http >= 500 ? 'error' : 'info'](
      { err: reason, code: error.code },
      'call failed',
    );
    return id === undefined ? undefined : failure(id, error);
  }
}

function byName({ params }: Operation, values: readonly JsonValue[]): Record<string, JsonValue> {
  const names = Object.keys(params.properties);
  if (values.length > names.length) {
    throw new CoveyError('REQUEST_MALFORMED', `at most ${names.length} parameters`);
  }
  const given: Record<string, JsonValue> = Object.create(null);
  for (const [at, value] of values.entries()) {
    const name = names[at];
    if (name !== undefined && value !== null) given[name] = value;
  }
  return given;
}

function failure(id: RpcId, error: CoveyError): RpcAnswer {
  return {
    jsonrpc: '2.0',
    id,
    error: {
      code: RPC_CODES[error.code] ?? OUR_FAILURE,
      message: error.message,
      data: { ...error.data, code: error.code },
    },
  };
}

function invalid(what: string): RpcAnswer {
  const message = `not a call of JSON-RPC 2.0: ${what}`;
  const data = { code: 'REQUEST_MALFORMED' };
  return { jsonrpc: '2.0', id: null, error: { code: INVALID_REQUEST, message, data } };
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
