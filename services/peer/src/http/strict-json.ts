import type { FastifyInstance } from 'fastify';
import { readJson, utf8Text } from '@covey/codec';
import { CoveyError } from '@covey/errors';

/** Largest request body in bytes. Room for a message of 48 KiB and its escapes. */
export const BODY_LIMIT = 64 * 1024;

/**
 * Reads bodies with the project's one strict JSON reader: keys once, safe integers, bounded depth,
 * no prototypes. Takes the place of fastify's parsers, which are more forgiving.
 */
export function strictJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, readJson(utf8Text(bytesOf(body))));
    } catch (cause) {
      const why = CoveyError.is(cause) ? cause.message : 'no JSON';
      done(new CoveyError('REQUEST_MALFORMED', `body: ${why}`, { cause }));
    }
  });
}

/** The body where `parseAs: 'buffer'` was asked for. */
export function bytesOf(body: string | Buffer): Uint8Array {
  return typeof body === 'string' ? new TextEncoder().encode(body) : body;
}
