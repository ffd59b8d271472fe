import { METHODS } from 'node:http';
import { describe, expect, test } from 'vitest';
import { OPERATIONS } from '../src/http/operations.ts';
import { type RawTalk, talk } from './raw-connection.ts';
import { type Stage, startStage } from './stage.ts';

const ROUTES = [
  ...[...OPERATIONS.values()].map(({ path }) => `/v1${path}`),
  '/v1/accounts/:accountId/events',
  '/v1/daemon',
  '/v1/openapi.json',
  '/rpc',
  '/nowhere',
  '/',
  '*',
];

/** A request as it goes over the wire, with the right Host unless another one is given. */
function request(stage: Stage, start: string, headers: readonly string[] = [], body = ''): string {
  const host = headers.some((header) => /^host\s*:/i.test(header))
    ? []
    : [`Host: ${hostOf(stage)}`];
  return [start, ...host, ...headers, '', body].join('\r\n');
}

const hostOf = (stage: Stage): string => `127.0.0.1:${stage.port}`;
const tokenOf = (stage: Stage): string => `Authorization: Bearer ${stage.token}`;

function expectGuarded({ answered }: RawTalk, what: string): void {
  for (const answer of headsOf(answered)) {
    expect(answer, what).toMatch(/^cross-origin-resource-policy: same-origin\r?$/im);
    expect(answer, what).toMatch(/^x-content-type-options: nosniff\r?$/im);
    expect(answer, what).not.toMatch(/^access-control-/im);
  }
}

/** The head of each answer; the interim ones of 1xx are none. */
function headsOf(answered: string): string[] {
  return [...answered.matchAll(/^HTTP\/1\.[01] [2-5]\d\d .*?\r\n\r\n/gms)].map(([head]) => head);
}

test('M26: no answer on any route to any method lets another site read it', async () => {
  const stage = await startStage();
  const { accountId } = stage.accounts.add('alice').info;
  for (const route of ROUTES) {
    const path = route.replace(':accountId', accountId).replace(':conversationId', '0'.repeat(40));
    for (const method of METHODS) {
      const evil = ['Origin: http://evil.example', 'Access-Control-Request-Method: POST'];
      const preflight = [...evil, 'Access-Control-Request-Private-Network: true'];
      for (const headers of [evil, preflight, ['Host: evil.example'], []]) {
        const said = request(stage, `${method} ${path} HTTP/1.1`, [
          ...headers,
          'Connection: close',
        ]);
        const answer = await talk(stage.port, said);
        expectGuarded(answer, said);
        for (const status of answer.statuses) expect([400, 401, 403, 404], said).toContain(status);
      }
    }
  }
  expect(stage.accounts.calls).toEqual([]);
});

test.each<[string, (stage: Stage) => string]>([
  ['no HTTP at all', () => '\x16\x03\x01\x02\x00\x01'],
  ['HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['no Host', () => 'GET /v1/daemon HTTP/1.1\r\n\r\n'],
  [
    'two Hosts',
    (stage) => request(stage, 'GET / HTTP/1.1', [`Host: ${hostOf(stage)}`, 'Host: evil']),
  ],
  ['HTTP/1.0 without a Host', () => 'GET /v1/daemon HTTP/1.0\r\n\r\n'],
  [
    'another scheme and host in the path',
    (stage) => request(stage, `GET http://evil.example/v1/daemon HTTP/1.1`, ['Connection: close']),
  ],
  [
    'an upgrade to a WebSocket',
    (stage) =>
      request(stage, 'GET /v1/daemon HTTP/1.1', [
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Origin: http://evil.example',
      ]),
  ],
  [
    'CONNECT',
    (stage) => request(stage, 'CONNECT evil.example:443 HTTP/1.1', ['Connection: close']),
  ],
  [
    'an expectation that nobody has',
    (stage) =>
      request(stage, 'POST /rpc HTTP/1.1', [
        'Expect: a miracle',
        'Connection: close',
        'Content-Length: 0',
      ]),
  ],
  ['a URL of 1 MiB', (stage) => request(stage, `GET /${'a'.repeat(1024 * 1024)} HTTP/1.1`)],
  [
    'a URL of 15 KiB',
    (stage) => request(stage, `GET /${'a'.repeat(15_000)} HTTP/1.1`, ['Connection: close']),
  ],
  ['10 000 header lines', (stage) => request(stage, 'GET /v1/daemon HTTP/1.1', lines(10_000))],
  [
    '2100 short header lines',
    (stage) => request(stage, 'GET /v1/daemon HTTP/1.1', [...lines(2100), 'Connection: close']),
  ],
  [
    'one header of 1 MiB',
    (stage) => request(stage, 'GET /v1/daemon HTTP/1.1', [`a: ${'b'.repeat(1024 * 1024)}`]),
  ],
])('F1: %s is refused, and the answer is guarded', async (_, said) => {
  const stage = await startStage();
  const answer = await talk(stage.port, said(stage));
  expectGuarded(answer, answer.answered);
  for (const status of answer.statuses) expect(status).toBeGreaterThanOrEqual(400);
  expect(stage.accounts.calls).toEqual([]);
});

test('F1: an Origin behind thousands of other headers counts as well', async () => {
  const stage = await startStage();
  const headers = [tokenOf(stage), ...lines(2100), 'Origin: http://evil.example'];
  const said = request(stage, 'GET /v1/accounts HTTP/1.1', [...headers, 'Connection: close']);
  const { statuses } = await talk(stage.port, said);
  expect(statuses).toHaveLength(1);
  expect(statuses[0]).toBeGreaterThanOrEqual(400);
  expect(stage.accounts.calls).toEqual([]);
});

const SMUGGLED = 'GET /v1/accounts HTTP/1.1\r\nHost: x\r\n\r\n';
describe('request smuggling: one answer, 400, and the end, for', () => {
  test.each<[string, string[], string]>([
    ['both lengths', ['Content-Length: 4', 'Transfer-Encoding: chunked'], `0\r\n\r\n${SMUGGLED}`],
    [
      'both, the other way round',
      ['Transfer-Encoding: chunked', 'Content-Length: 4'],
      `0\r\n\r\n${SMUGGLED}`,
    ],
    ['two lengths', ['Content-Length: 2', 'Content-Length: 40'], `{}${SMUGGLED}`],
    ['two lengths in one', ['Content-Length: 2, 40'], `{}${SMUGGLED}`],
    ['a length with a sign', ['Content-Length: +2'], `{}${SMUGGLED}`],
    ['a hexadecimal length', ['Content-Length: 0x2'], `{}${SMUGGLED}`],
    ['a length below zero', ['Content-Length: -1'], `{}${SMUGGLED}`],
    ['a length beyond 64 bits', ['Content-Length: 18446744073709551618'], `{}${SMUGGLED}`],
    [
      'an encoding behind chunked',
      ['Transfer-Encoding: chunked, identity'],
      `0\r\n\r\n${SMUGGLED}`,
    ],
    ['an encoding that is not chunked', ['Transfer-Encoding: xchunked'], `0\r\n\r\n${SMUGGLED}`],
    [
      'chunked twice',
      ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
      `0\r\n\r\n${SMUGGLED}`,
    ],
    ['a space before the colon', ['Transfer-Encoding : chunked'], `0\r\n\r\n${SMUGGLED}`],
    [
      'a folded header',
      ['Transfer-Encoding:\r\n chunked', 'Content-Length: 4'],
      `0\r\n\r\n${SMUGGLED}`,
    ],
    ['a NUL in a header', ['X: a\0b', 'Content-Length: 2'], `{}${SMUGGLED}`],
    ['a bare line feed', ['X: a\nContent-Length: 40', 'Content-Length: 2'], `{}${SMUGGLED}`],
    ['a bare carriage return', ['X: a\rContent-Length: 40', 'Content-Length: 2'], `{}${SMUGGLED}`],
    [
      'a chunk whose length is no number',
      ['Transfer-Encoding: chunked'],
      `0x2\r\n{}\r\n0\r\n\r\n${SMUGGLED}`,
    ],
    [
      'a chunk whose length is beyond 64 bits',
      ['Transfer-Encoding: chunked'],
      `1000000000000000000\r\n{}\r\n0\r\n\r\n${SMUGGLED}`,
    ],
    [
      'a chunk that is longer than it says',
      ['Transfer-Encoding: chunked'],
      `1\r\n{}\r\n0\r\n\r\n${SMUGGLED}`,
    ],
    ['a chunk that ends in a line feed', ['Transfer-Encoding: chunked'], `2\n{}\n0\n\n${SMUGGLED}`],
  ])('%s', async (_, headers, body) => {
    const stage = await startStage();
    const all = [tokenOf(stage), 'Content-Type: application/json', ...headers];
    const answer = await talk(stage.port, request(stage, 'POST /rpc HTTP/1.1', all, body));
    expect(answer.statuses).toEqual([400]);
    expectGuarded(answer, answer.answered);
    expect(stage.accounts.calls).toEqual([]);
  });
});

describe('a body that is too long', () => {
  const CHUNK = `1000\r\n${'['.repeat(4096)}\r\n`;

  test.each([
    ['a chunked one', ['Transfer-Encoding: chunked'], CHUNK.repeat(20)],
    ['one that says so', ['Content-Length: 1000000000'], ''],
  ])('F4: %s is refused before it is there, with the token', async (_, headers, body) => {
    const stage = await startStage();
    const all = [tokenOf(stage), 'Content-Type: application/json', ...headers];
    const answer = await talk(stage.port, request(stage, 'POST /rpc HTTP/1.1', all, body));
    expect(answer.statuses).toEqual([413]);
    expectGuarded(answer, answer.answered);
  });

  test('F1: without the token nothing of it is waited for', async () => {
    const stage = await startStage();
    const headers = ['Content-Type: application/json', 'Transfer-Encoding: chunked'];
    const answer = await talk(stage.port, request(stage, 'POST /rpc HTTP/1.1', headers, CHUNK));
    expect(answer.statuses).toEqual([401]);
  });
});

test('F1: the events need the token, the Host and no foreign Origin', async () => {
  const stage = await startStage();
  const { accountId } = stage.accounts.add('alice').info;
  const start = `GET /v1/accounts/${accountId}/events HTTP/1.1`;
  const rows: [string[], number][] = [
    [[], 401],
    [['Authorization: Bearer wrong'], 401],
    [[tokenOf(stage), 'Host: evil.example'], 403],
    [[tokenOf(stage), 'Origin: http://evil.example'], 403],
    [[tokenOf(stage), 'Origin: null'], 403],
    [[`Cookie: token=${stage.token}`], 401],
  ];
  for (const [headers, status] of rows) {
    const said = request(stage, start, [
      ...headers,
      'Accept: text/event-stream',
      'Connection: close',
    ]);
    expect((await talk(stage.port, said)).statuses, said).toEqual([status]);
  }
});

test('F1: whoever has no token does not learn whether there are accounts', async () => {
  const [empty, full] = [await startStage(), await startStage()];
  const { accountId } = full.accounts.add('alice').info;
  for (const path of [
    '/v1/accounts',
    `/v1/accounts/${accountId}`,
    `/v1/accounts/${accountId}/events`,
    '/rpc',
  ]) {
    for (const token of [[], ['Authorization: Bearer wrong']]) {
      const answers = await Promise.all(
        [empty, full].map((stage) =>
          talk(stage.port, request(stage, `GET ${path} HTTP/1.1`, [...token, 'Connection: close'])),
        ),
      );
      const [one = '', other = ''] = answers.map(({ answered }) =>
        answered.replace(/^date: .*$/im, ''),
      );
      expect(one).toMatch(/^HTTP\/1\.1 401 /);
      expect(one).toBe(other);
    }
  }
});

function lines(count: number): string[] {
  return Array.from({ length: count }, () => 'a:');
}
