import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { AccountEvent, Accounts } from '@covey/device';
import { CoveyError } from '@covey/errors';
import type { ReadableEventLog } from '../event-log.ts';
import { EVENT_NAMES } from '../event-names.ts';
import { AccountId } from './schemas.ts';

/** How often an idle stream shows that it lives, and how long a reader may take no byte. */
export interface StreamTimes {
  readonly heartbeatMs: number;
  readonly stalledMs: number;
}

const EVENT_LIST = Object.entries(EVENT_NAMES)
  .map(([name, when]) => `${name} - ${when}`)
  .join('; ');
const PAGE = 64;
const MAX_STREAMS = 64;

/**
 * `GET /accounts/:accountId/events`: what happens, as server-sent events. `id` rises by one,
 * `event` is the name of the Swarm design, `data` the payload with `accountId`. With `Last-Event-ID`
 * or `?after=` it begins with what happened since; without, with what happens from now on.
 * Events are read from the log as the reader takes them: a slow one costs no memory, and is dropped
 * when it takes nothing for `stalledMs`. It loses nothing by that, since it can resume.
 */
export const eventRoutes: FastifyPluginAsync<{
  accounts: Accounts;
  events: ReadableEventLog;
  times: StreamTimes;
}> = async (app, { accounts, events, times }) => {
  const open = new Set<ServerResponse>();
  // Streams never end by themselves, and a stop would wait for them. Their readers can resume.
  app.addHook('preClose', async () => {
    for (const answer of open) answer.destroy();
  });

  const schema = {
    operationId: 'watchEvents',
    summary: 'Server-sent events of one account; resumes after Last-Event-ID or ?after=',
    tags: ['events'],
    params: Type.Object({ accountId: AccountId }),
    querystring: Type.Object({ after: Type.Optional(Type.Integer({ minimum: 0 })) }),
    response: {
      200: {
        description: `A stream that does not end. Events: ${EVENT_LIST}`,
        content: { 'text/event-stream': { schema: Type.String() } },
      },
    },
  };

  app.get<{ Params: { accountId: string } }>(
    '/accounts/:accountId/events',
    { schema },
    async (request, reply) => {
      const { accountId } = accounts.account(request.params.accountId).info;
      // An id from the future was lost with the power; waiting for it would skip what happens until then.
      const newest = events.newest(accountId);
      const after = Math.min(resumeAfter(request) ?? newest, newest);
      if (open.size >= MAX_STREAMS) {
        throw new CoveyError('RATE_EXCEEDED', `at most ${MAX_STREAMS} event streams at once`);
      }
      const gone = new AbortController();
      open.add(reply.raw);
      reply.raw.once('close', () => {
        gone.abort();
        open.delete(reply.raw);
      });
      const drop = () => reply.raw.destroy();
      return reply
        .type('text/event-stream')
        .send(Readable.from(stream(events, accountId, after, gone.signal, times, drop)));
    },
  );
};

async function* stream(
  events: ReadableEventLog,
  accountId: string,
  start: number,
  gone: AbortSignal,
  { heartbeatMs, stalledMs }: StreamTimes,
  drop: () => void,
): AsyncGenerator<string> {
  const bell = makeBell(gone);
  const stop = events.subscribe(accountId, undefined, bell.ring);
  // Runs only while the reader has something to take.
  let stalled = setTimeout(drop, stalledMs);
  try {
    // An id without data: the reader can resume from here even if nothing happens before it is cut off.
    let after = start;
    yield `retry: 1000\nid: ${after}\n\n`;
    while (!gone.aborted) {
      const page = events.kept(accountId, after, PAGE);
      for (const event of page) {
        stalled.refresh();
        yield frame(event);
        after = event.id;
      }
      if (page.length > 0) continue;
      clearTimeout(stalled);
      const heard = await bell.wait(heartbeatMs);
      stalled = setTimeout(drop, stalledMs);
      if (heard === 'quiet') yield ': still here\n\n';
    }
  } finally {
    clearTimeout(stalled);
    stop();
  }
}

function frame({ id, accountId, name, payload }: AccountEvent): string {
  // JSON holds no line break, so one `data` line is enough.
  return `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify({ accountId, ...payload })}\n\n`;
}

function resumeAfter(request: FastifyRequest): number | undefined {
  const { after } = request.query as { after?: unknown };
  // The header is the newer of the two: a reader repeats its URL when it comes back.
  const text = request.headers['last-event-id'] ?? after;
  if (text === undefined || text === '') return undefined;
  if (typeof text !== 'string' || !/^[0-9]{1,15}$/.test(text)) {
    throw new CoveyError('REQUEST_MALFORMED', 'after: expected the id of an event');
  }
  return Number(text);
}

/** Remembers a ring that nobody waited for, so that none falls between looking and waiting. */
function makeBell(gone: AbortSignal) {
  let rung = false;
  let wake: (() => void) | undefined;
  const ring = () => {
    rung = true;
    wake?.();
  };
  gone.addEventListener('abort', ring, { once: true });
  return {
    ring,
    async wait(quietMs: number): Promise<'rung' | 'quiet'> {
      if (!rung) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, quietMs);
        wake = resolve;
        await promise;
        clearTimeout(timer);
        wake = undefined;
      }
      const outcome = rung ? 'rung' : 'quiet';
      rung = false;
      return outcome;
    },
  };
}
