import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Accounts } from '@covey/device';
import { CoveyError } from '@covey/errors';
import { problemDetails } from '@covey/service-kit';
import type { ReadableEventLog } from './event-log.ts';
import { daemonRoute } from './http/daemon.ts';
import { eventRoutes, type StreamTimes } from './http/events.ts';
import { guard } from './http/guard.ts';
import { describeApi, openApiRoute } from './http/openapi.ts';
import { RESOURCES } from './http/operations.ts';
import { resourceRoutes } from './http/resource.ts';
import { rpcRoute } from './http/rpc.ts';
import { SERVER_OPTIONS, takeNodesAnswers } from './http/server-options.ts';
import { Strangers } from './http/strangers.ts';
import { BODY_LIMIT, strictJson } from './http/strict-json.ts';

/** What the local API serves. */
export interface ApiDeps {
  readonly accounts: Accounts;
  readonly events: ReadableEventLog;
  readonly log: FastifyBaseLogger;
}

/** `token` is the only key to the API: at least 128 bits of chance, new with each start. */
export interface ApiSettings {
  readonly token: string;
  readonly version: string;
  readonly streams?: StreamTimes;
}

const STREAMS: StreamTimes = { heartbeatMs: 15_000, stalledMs: 60_000 };

/** The local API, ready to listen on a loopback port. It answers nothing before it listens. */
export async function buildApi(
  { accounts, events, log }: ApiDeps,
  { token, version, streams = STREAMS }: ApiSettings,
): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({
    ...SERVER_OPTIONS,
    loggerInstance: log,
    // Lines of requests hold conversation ids; failures are logged with their code all the same.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    // A HEAD of a stream would never end.
    exposeHeadRoutes: false,
  });
  await app.register(problemDetails);
  takeNodesAnswers(app);
  guard(app, { token, strangers: new Strangers(app) });
  strictJson(app);
  app.setNotFoundHandler(async () => {
    throw new CoveyError('OPERATION_NOT_FOUND', 'no such path');
  });
  // Parameters are judged once, by the operation, for REST and JSON-RPC alike; schemas of routes only describe.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));

  await describeApi(app, version);
  for (const [resource, operations] of Object.entries(RESOURCES)) {
    await app.register(resourceRoutes, { prefix: '/v1', resource, operations, accounts });
  }
  await app.register(eventRoutes, { prefix: '/v1', accounts, events, times: streams });
  await app.register(daemonRoute, { prefix: '/v1', version });
  await app.register(rpcRoute, { accounts });
  openApiRoute(app);
  return app;
}
