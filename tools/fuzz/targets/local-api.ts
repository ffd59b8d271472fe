import type { Readable } from 'node:stream';
import type { AccountEvent, Accounts } from '@covey/device';
import { ERROR_SPECS } from '@covey/errors';
import { buildApi } from '../../../services/peer/src/app.ts';
import type { ReadableEventLog } from '../../../services/peer/src/event-log.ts';
import { OPERATIONS } from '../../../services/peer/src/http/operations.ts';
import { FakeAccounts } from '../../../services/peer/test/fake-accounts.ts';
import { type FuzzTarget, promise } from '../fuzz-target.ts';
import { words } from '../words.ts';
import { type ApiWorld, forgeRequest, seedRequests } from './api-forge.ts';
import { type ApiRequest, HOST_WORD, readRequest, TOKEN_WORD } from './api-request.ts';

const HOST = '127.0.0.1:7400';
const TOKEN = 'token-of-the-search';
const BLIND_BODY_STATUS = 400;
/** What the API may answer; everything of its own above 499 is a failure of ours. */
const STATUSES: ReadonlySet<number> = new Set([
  ...[200, 204],
  // Fastify's own refusals of a body: too long, of no type (service-kit/src/problem-details.ts).
  ...[413, 415],
  ...Object.values(ERROR_SPECS).flatMap(({ http }) => (http < 500 ? [http] : [])),
]);

type Api = Awaited<ReturnType<typeof buildApi>>;

/** The local API over accounts that only pretend: any request gets one of the documented answers. */
export async function open(): Promise<FuzzTarget> {
  const events = new MemoryEvents();
  const failures: string[] = [];
  let accounts: Accounts = new FakeAccounts(events);
  // Every input meets the same accounts, else no finding could be replayed.
  const same = new Proxy(accounts, {
    get: (_, name) => {
      const member: unknown = Reflect.get(accounts, name);
      return typeof member === 'function' ? member.bind(accounts) : member;
    },
  });
  const app = await buildApi(
    { accounts: same, events, log: quietLog((line) => failures.push(line)) },
    { token: TOKEN, version: '0.0.0-fuzz' },
  );
  // It answers nothing before it listens. Here nobody connects, so it only has to believe that it does.
  app.server.address = () => ({ address: '127.0.0.1', family: 'IPv4', port: 7400 });
  await app.ready();
  const renew = async () => {
    events.clear();
    const world = await populated(events);
    accounts = world.accounts;
    return world;
  };
  const world = await renew();
  const operations = [...OPERATIONS.values()];

  return {
    seeds: seedRequests(world, operations),
    corpora: [{ name: 'local-api-origins', texts: true }, { name: 'json-test-suite' }],
    dictionary: words(
      ...[world.accountId, world.conversationId, world.messageId, HOST_WORD, TOKEN_WORD],
      ...operations.map(({ name }) => name),
      ...['/v1/', '/rpc', '?after=', '%2e%2e/', '%00', '%', 'application/json', 'text/plain'],
      ...[
        'origin: http://evil',
        'last-event-id: 1',
        'transfer-encoding: chunked',
        '"jsonrpc":"2.0"',
      ],
    ),
    generate: (chance) => forgeRequest(chance, world, operations),
    run: async (input) => {
      const request = readRequest(input);
      if (!request) return;
      await renew();
      failures.length = 0;
      await judgeAnswer(app, request);
      promise(failures.length === 0, `no failure of ours is logged: ${failures[0]}`);
    },
  };
}

async function populated(events: MemoryEvents): Promise<ApiWorld & { accounts: FakeAccounts }> {
  const accounts = new FakeAccounts(events);
  const account = accounts.add('alice');
  const { accountId } = account.info;
  const conversationId = await account.startConversation({ mode: 2, title: 'garden' });
  const messageId = await account.sendMessage(conversationId, { body: 'hello' });
  const requestId = 'c0ffee0000000000000000000000000000000001';
  account.requests.push({ id: requestId, from: 'b0'.repeat(20), received: '1700000000' });
  return { accounts, accountId, conversationId, messageId, requestId };
}

async function judgeAnswer(app: Api, { method, path, headers, body }: ApiRequest): Promise<void> {
  const filled = Object.entries(headers).map(([name, value]) => [
    name,
    value.replaceAll(HOST_WORD, HOST).replaceAll(TOKEN_WORD, TOKEN),
  ]);
  const answer = await app.inject({
    // `readRequest` lets only methods of HTTP through; the type of inject names the usual ones.
    method: method as 'GET',
    url: path,
    headers: Object.fromEntries(filled),
    payload: Buffer.from(body),
    payloadAsStream: true,
  });
  const { statusCode, headers: answered } = answer;
  const type = String(answered['content-type'] ?? '');
  promise(STATUSES.has(statusCode), `status ${statusCode} is documented`);
  promise(!('access-control-allow-origin' in answered), 'no page may read an answer');
  promise(answered['x-content-type-options'] === 'nosniff', 'no answer is guessed at');
  if (type.startsWith('text/event-stream')) {
    // It never ends by itself: its reader goes away.
    answer.stream().on('error', () => {});
    answer.raw.res.destroy();
    return;
  }
  const text = await textOf(answer.stream());
  if (method === 'HEAD') promise(text === '', 'the answer to a HEAD has no body');
  else if (statusCode >= 400) checkProblem(statusCode, type, text);
  else if (text !== '') checkResult(path, JSON.parse(text));
}

async function textOf(stream: Readable): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}

function checkProblem(status: number, type: string, text: string): void {
  // A path that cannot be read learns nothing at all (services/peer/src/app.ts).
  if (status === BLIND_BODY_STATUS && text === '') return;
  promise(type.startsWith('application/problem+json'), `a ${status} is a problem+json`);
  const problem: unknown = JSON.parse(text);
  promise(typeof problem === 'object' && problem !== null, 'a problem is an object');
  const { code, status: told, title } = problem as Record<string, unknown>; // members are judged here
  promise(typeof code === 'string' && Object.hasOwn(ERROR_SPECS, code), 'a problem has a code');
  promise(told === status && typeof title === 'string', 'a problem tells its status');
}

/** JSON-RPC answers 200 whatever happens: its own failures are looked for inside. */
function checkResult(path: string, result: unknown): void {
  if (!path.startsWith('/rpc')) return;
  for (const answer of Array.isArray(result) ? result : [result]) {
    const { error } = answer as { error?: { data?: { code?: string } } }; // of JSON-RPC, checked below
    promise('result' in answer !== (error !== undefined), 'a call has a result or an error');
    promise(error?.data?.code !== 'INTERNAL', 'no call ends in a failure of ours');
  }
}

function quietLog(failed: (line: string) => void): Parameters<typeof buildApi>[0]['log'] {
  const nothing = () => {};
  const loud = (fields: unknown, text?: string) => {
    const reason = (fields as { err?: unknown } | undefined)?.err;
    failed(`${text ?? ''} ${reason instanceof Error ? reason.message : ''}`.trim());
  };
  const log = {
    ...{ level: 'info', info: nothing, debug: nothing, trace: nothing, silent: nothing },
    ...{ warn: nothing, error: loud, fatal: loud },
    child: () => log,
  };
  // The methods that fastify calls; pino's own type has many more.
  return log as unknown as Parameters<typeof buildApi>[0]['log'];
}

/** Events without a disk. */
class MemoryEvents implements ReadableEventLog {
  readonly #events = new Map<string, AccountEvent[]>();

  clear(): void {
    this.#events.clear();
  }

  append(accountId: string, name: AccountEvent['name'], payload: AccountEvent['payload']): void {
    const events = this.#events.get(accountId) ?? [];
    this.#events.set(accountId, events);
    events.push({ id: events.length + 1, accountId, name, payload });
  }

  subscribe(): () => void {
    return () => {};
  }

  kept(accountId: string, after: number, limit: number): readonly AccountEvent[] {
    return (this.#events.get(accountId) ?? []).slice(after, after + limit);
  }

  newest(accountId: string): number {
    return this.#events.get(accountId)?.length ?? 0;
  }
}
