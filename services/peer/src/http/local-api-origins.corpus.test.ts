import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { corpusNamed } from '@covey/testkit';
import { rawRequest } from '../../test/raw-request.ts';
import { startStage } from '../../test/stage.ts';
import { OPERATIONS } from './operations.ts';

interface Row {
  readonly method: 'GET' | 'POST';
  readonly host: string;
  readonly origin: string | null;
  readonly contentType: string | null;
  readonly expect: 'ok-with-token' | 'deny';
}

const corpus = corpusNamed('local-api-origins');
const ROWS: readonly Row[] = corpus.isAbsent
  ? []
  : JSON.parse(readFileSync(join(corpus.folder, 'requests.json'), 'utf8'));
/** The port that the rows speak of, in place of that of the test. */
const PORT = '7777';

const ROUTES = [
  ...[...OPERATIONS.values()].map(({ method, path }) => ({ method, path: `/v1${path}` })),
  { method: 'GET', path: '/v1/accounts/:accountId/events' },
  { method: 'GET', path: '/v1/daemon' },
  { method: 'GET', path: '/v1/openapi.json' },
  { method: 'POST', path: '/rpc' },
  { method: 'GET', path: '/nowhere' },
  { method: 'POST', path: '/nowhere' },
];

describe.skipIf(corpus.isAbsent)(`local-api-origins${corpus.note}`, () => {
  test.each(ROUTES)('every row holds on $method $path', async ({ method, path }) => {
    const stage = await startStage();
    const account = stage.accounts.add('alice');
    const conversationId = await account.startConversation({ mode: 2 });
    stage.accounts.calls.length = 0;
    const { accountId } = account.info;
    const url = path
      .replace(':accountId', accountId)
      .replace(':conversationId', conversationId)
      .replace(':uri', account.info.uri)
      .replace(':id', account.info.uri)
      .replace(':one', conversationId)
      .replace(':other', conversationId)
      .replace(':deviceId', account.info.deviceId);
    const hasBody = method === 'POST' || method === 'PATCH';
    // A row with a body speaks of routes that take one, whatever their method is called.
    const rows = ROWS.filter((row) => (row.method === 'POST') === hasBody);
    expect(rows.length).toBeGreaterThan(10);

    for (const row of rows) {
      for (const token of [stage.token, undefined]) {
        const { status } = await rawRequest(stage.port, {
          method,
          path: url,
          headers: {
            host: row.host.replace(PORT, String(stage.port)),
            ...(row.origin === null
              ? {}
              : { origin: row.origin.replace(PORT, String(stage.port)) }),
            ...(row.contentType === null ? {} : { 'content-type': row.contentType }),
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          },
          ...(hasBody ? { body: '{}' } : {}),
        });
        const seen = { ...row, token: token !== undefined, status };
        if (row.expect === 'ok-with-token' && token !== undefined) {
          // Past the guard; what the operation says of an empty body is its own affair.
          expect([401, 403, 415], JSON.stringify(seen)).not.toContain(status);
          if (status === 400) expect(hasBody, JSON.stringify(seen)).toBe(true);
          stage.accounts.calls.length = 0;
        } else {
          expect([400, 401, 403, 415], JSON.stringify(seen)).toContain(status);
          expect(stage.accounts.calls, JSON.stringify(seen)).toEqual([]);
        }
      }
    }
  });
});
