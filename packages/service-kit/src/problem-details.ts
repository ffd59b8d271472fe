import fp from 'fastify-plugin';
import { CoveyError } from '@covey/errors';

/** Seconds after which a call that may succeed later is worth another try. */
const RETRY_AFTER_SECONDS = '30';

/**
 * Answers every failure as RFC 9457 `application/problem+json`, with the type
 * `urn:covey:error:CODE`. Registered once, at the root.
 */
export const problemDetails = fp(
  async (app) => {
    app.setErrorHandler((reason, request, reply) => {
      const problem = ownRefusal(reason) ?? ourProblem(CoveyError.from(reason));
      const { code, retry, data, ...rest } = problem;
      // A caller's mistake is not our incident: 4xx is `info`, only 5xx wakes someone.
      request.log[rest.status >= 500 ? 'error' : 'info']({ err: reason, code }, 'request failed');
      if (retry === 'later') reply.header('retry-after', RETRY_AFTER_SECONDS);
      return reply
        .code(rest.status)
        .type('application/problem+json')
        .send({ ...data, type: `urn:covey:error:${code}`, code, ...rest });
    });
  },
  { name: 'problem-details' },
);

interface Problem {
  readonly code: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly retry: string;
  /** Facts beside the fixed members, which they cannot replace. */
  readonly data: Readonly<Record<string, string>>;
}

function ourProblem({ code, spec, message, data }: CoveyError): Problem {
  const { title, http, retry } = spec;
  return { code, title, status: http, detail: message, retry, data };
}

/** Fastify's own refusals (schema, size, media type) carry a 4xx and a text that is safe to show. */
function ownRefusal(reason: unknown): Problem | undefined {
  if (CoveyError.is(reason) || !(reason instanceof Error) || !('statusCode' in reason)) return;
  const status = Number(reason.statusCode);
  if (!(status >= 400 && status < 500)) return undefined;
  const { code, spec } = new CoveyError('REQUEST_MALFORMED', reason.message);
  return {
    code,
    title: spec.title,
    status,
    detail: reason.message,
    retry: status === 429 ? 'later' : 'never',
    data: {},
  };
}
