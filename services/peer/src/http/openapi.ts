import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';

/** Describes all routes registered after it, in OpenAPI 3.1. */
export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Covey local API',
        description: 'HTTP and JSON on a loopback port, for programs of the user who runs the peer',
        version,
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  });
}

/** `GET /openapi.json`. Registered last: it tells what stands before it. */
export function openApiRoute(app: FastifyInstance): void {
  const schema = { operationId: 'openApi', summary: 'This document', tags: ['daemon'] };
  app.get('/v1/openapi.json', { schema }, async () => app.swagger());
}
