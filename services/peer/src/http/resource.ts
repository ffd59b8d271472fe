import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { type TProperties, type TSchema, Type } from 'typebox';
import type { Accounts } from '@covey/device';
import { CoveyError } from '@covey/errors';
import { type Operation, pathParams } from './operation.ts';
import { Problem } from './schemas.ts';

/** The REST routes of one resource. Knows HTTP; what is asked and answered is the operations' affair. */
export const resourceRoutes: FastifyPluginAsync<{
  resource: string;
  operations: readonly Operation[];
  accounts: Accounts;
}> = async (app, { resource, operations, accounts }) => {
  for (const operation of operations) {
    app.route({
      method: operation.method,
      url: operation.path,
      schema: { tags: [resource], ...routeSchema(operation) },
      handler: async (request, reply) => {
        const result = await operation.call(accounts, gather(operation, request));
        if (operation.result === undefined) return reply.code(204).send();
        return reply.send(result);
      },
    });
  }
};

/** Path, query and body as the one object that the operation takes; it judges them as a whole. */
function gather(operation: Operation, request: FastifyRequest): unknown {
  const path = new Map(Object.entries(request.params as Record<string, string>));
  const { query, body = {} } = request;
  const given: Record<string, unknown> = Object.create(null);
  for (const [key, value] of path) given[key] = value;
  if (operation.bodyIs !== undefined) {
    refuseQuery(query);
    given[operation.bodyIs] = request.body;
    return given;
  }
  const fromQuery = operation.method === 'GET' || operation.method === 'DELETE';
  const source = fromQuery ? query : body;
  if (!fromQuery) refuseQuery(query);
  if (typeof source !== 'object' || source === null || Array.isArray(source)) {
    throw new CoveyError('REQUEST_MALFORMED', 'body: expected an object');
  }
  for (const [key, value] of Object.entries(source)) {
    // Else a body could speak of another account than the path does.
    if (path.has(key)) throw new CoveyError('REQUEST_MALFORMED', `${key}: belongs in the path`);
    given[key] = fromQuery ? fromText(operation.params.properties[key], value) : value;
  }
  return given;
}

function refuseQuery(query: unknown): void {
  if (Object.keys(query ?? {}).length > 0) {
    throw new CoveyError('REQUEST_MALFORMED', 'this operation takes no query');
  }
}

function fromText(schema: TSchema | undefined, value: unknown): unknown {
  const integer = schema !== undefined && 'type' in schema && schema.type === 'integer';
  return integer && typeof value === 'string' && /^[0-9]{1,15}$/.test(value)
    ? Number(value)
    : value;
}

/** For OpenAPI only; nothing is judged by it. */
function routeSchema(operation: Operation) {
  const { name, summary, method, params, bodyIs, result } = operation;
  const inPath = pathParams(operation);
  const entries = Object.entries(params.properties as TProperties);
  const path = Object.fromEntries(entries.filter(([key]) => inPath.includes(key)));
  const rest = Object.fromEntries(entries.filter(([key]) => !inPath.includes(key)));
  const hasRest = Object.keys(rest).length > 0;
  const body = bodyIs === undefined ? exactly(rest) : rest[bodyIs];
  return {
    operationId: name,
    summary,
    ...(inPath.length > 0 ? { params: exactly(path) } : {}),
    ...(hasRest ? (method === 'GET' ? { querystring: exactly(rest) } : { body }) : {}),
    response: {
      ...(result ? { 200: result } : { 204: Type.Null({ description: 'Done' }) }),
      default: Problem,
    },
  };
}

function exactly(properties: TProperties) {
  return Type.Object(properties, { additionalProperties: false });
}
