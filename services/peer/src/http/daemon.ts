import type { FastifyPluginAsync } from 'fastify';
import { Type } from 'typebox';

/** `GET /daemon`: tells whoever has the token that this daemon lives, and its version. */
export const daemonRoute: FastifyPluginAsync<{ version: string }> = async (app, { version }) => {
  const schema = {
    operationId: 'daemonInfo',
    summary: 'That the daemon answers, and its version',
    tags: ['daemon'],
    response: { 200: Type.Object({ version: Type.String() }) },
  };
  app.get('/daemon', { schema }, async () => ({ version }));
};
