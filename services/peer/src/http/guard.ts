import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CoveyError } from '@covey/errors';
import type { Strangers } from './strangers.ts';

/** Headers of every answer. None of CORS, on purpose: no page may read an answer, whatever it sends. */
export const EVERY_ANSWER = {
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};
const MOST_HEADERS = 64;
const JSON_TYPE = /^application\/json *(?:; *charset=utf-8)?$/i;

/**
 * Stands before every route, those that do not exist included: a program on this machine that can
 * read the token file gets through, a web page does not, even one whose name was rebound to
 * 127.0.0.1. Answers TOKEN_REFUSED (401), ORIGIN_REFUSED (403) or REQUEST_MALFORMED (400).
 */
export function guard(
  app: FastifyInstance,
  { token, strangers }: { token: string; strangers: Strangers },
): void {
  const expected = digest(`Bearer ${token}`);

  app.addHook('onRequest', async (request, reply) => {
    // Whoever is turned away is hung up on: nothing that comes after is waited for.
    reply.headers({ ...EVERY_ANSWER, connection: 'close' });
    if (request.raw.rawHeaders.length > 2 * MOST_HEADERS) {
      throw new CoveyError('REQUEST_MALFORMED', 'too many headers');
    }
    refuseForeignHost(app, request);
    // Equal length by hashing: neither the token nor its length shows in the time this takes.
    if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) {
      throw new CoveyError('TOKEN_REFUSED', 'the token of this daemon is missing or wrong');
    }
    const contentType = request.headers['content-type'];
    if (contentType !== undefined && !JSON_TYPE.test(contentType)) {
      throw new CoveyError('REQUEST_MALFORMED', 'a body must be application/json');
    }
    reply.removeHeader('connection');
    strangers.admit(request.raw.socket);
  });
}

function refuseForeignHost(app: FastifyInstance, request: FastifyRequest): void {
  const hosts = valuesOf(request, 'host');
  const [host = ''] = hosts;
  if (hosts.length !== 1 || !ownHosts(app).includes(host)) {
    throw new CoveyError('ORIGIN_REFUSED', 'the Host header is not that of this daemon');
  }
  const foreign = valuesOf(request, 'origin').some((origin) => origin !== `http://${host}`);
  if (foreign) throw new CoveyError('ORIGIN_REFUSED', 'requests of web pages are refused');
}

/** The only spellings of our own address; what else resolves to it is somebody else's name. */
function ownHosts(app: FastifyInstance): readonly string[] {
  const address = app.server.address();
  if (address === null || typeof address === 'string') return [];
  return ['127.0.0.1', 'localhost', '[::1]'].map((host) => `${host}:${address.port}`);
}

/** Every value as it came: `headers` keeps only the first of a header that was sent twice. */
function valuesOf(request: FastifyRequest, name: string): readonly string[] {
  const raw = request.raw.rawHeaders;
  return raw.filter((_, at) => at % 2 === 1 && raw[at - 1]?.toLowerCase() === name);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
