import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyHttpOptions, FastifyInstance } from 'fastify';
import { EVERY_ANSWER } from './guard.ts';

/** For a whole request to come, from the first byte of its connection on. It comes from this machine. */
const REQUEST_TIMEOUT_MS = 5000;
/** How often Node looks for what is late. */
const CHECKING_MS = 1000;

/**
 * What Node and fastify answer by themselves, before any route: as guarded as all else, and no sooner
 * nor later than must be. Part of the options of fastify; {@link takeNodesAnswers} is the other part.
 */
export const SERVER_OPTIONS = {
  requestTimeout: REQUEST_TIMEOUT_MS,
  http: {
    headersTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CHECKING_MS,
    // The guard refuses what has no Host; Node would answer in its own words.
    requireHostHeader: false,
  },
  // A path that cannot be read comes here instead of to the hooks, so it learns nothing at all.
  frameworkErrors: (_error, _request, reply) => {
    reply.hijack();
    reply.raw.writeHead(400, EVERY_ANSWER).end();
  },
  clientErrorHandler: (error, socket) => refuse(error.code, socket),
} satisfies FastifyHttpOptions<Server>;

/** The rest of it: what can only be said to a server that is there. */
export function takeNodesAnswers(app: FastifyInstance): void {
  // Else what comes behind the 2000th header is not seen, an Origin for instance. Their bytes are limited.
  app.server.maxHeadersCount = 0;
  app.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(417, { ...EVERY_ANSWER, connection: 'close' }).end();
  });
}

/** Not HTTP, too long or too late: a status, and the end. */
function refuse(code: string | undefined, socket: Socket): void {
  const status = STATUS_OF[code ?? ''] ?? 400;
  // While an answer is on its way this would be in the middle of it.
  const isAnswering = (socket as Socket & { _httpMessage?: { headersSent: boolean } | null })
    ._httpMessage?.headersSent; // Node's own field: it asks the same before it answers by itself.
  if (!socket.writable || isAnswering) return void socket.destroy();
  const headers = { ...EVERY_ANSWER, connection: 'close', 'content-length': '0' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  // Whoever has more to say gets the answer all the same: a socket that is destroyed may not deliver it.
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', ''].join('\r\n'));
  socket.destroySoon();
}

/** Codes of Node's parser that are more than malformed. */
const STATUS_OF: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};
