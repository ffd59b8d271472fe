import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import type { AccountEvent } from '@covey/device';
import { type Stage, startStage } from '../../test/stage.ts';
import { PeerClient } from '../client.ts';
import { readEventStream, type StreamEvent } from '../event-stream.ts';

const QUICK = { heartbeatMs: 20, stalledMs: 60_000 };

async function openStream(stage: Stage, query = '', headers: Record<string, string> = {}) {
  const [account = stage.accounts.add('alice').info] = stage.accounts.list();
  const stop = new AbortController();
  const url = `${stage.url}/v1/accounts/${account.accountId}/events${query}`;
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${stage.token}`, ...headers },
    signal: stop.signal,
  });
  return { answer, stop, accountId: account.accountId };
}

/** The first `count` events that have a name. */
async function take(answer: Response, count: number): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of readEventStream(answer.body, new AbortController().signal)) {
    if (event.name !== undefined) events.push(event);
    if (events.length === count) break;
  }
  return events;
}

function say(stage: Stage, accountId: string, count: number): void {
  for (let n = 0; n < count; n++) stage.events.append(accountId, 'MessageReceived', { n });
}

test('an event is an id, a name and JSON with the account', async () => {
  const stage = await startStage();
  const { answer, accountId } = await openStream(stage);
  expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  stage.events.append(accountId, 'DeviceAdded', { deviceId: 'a\nb' });
  expect(await take(answer, 1)).toEqual([
    { id: 1, name: 'DeviceAdded', data: JSON.stringify({ accountId, deviceId: 'a\nb' }) },
  ]);
});

test('API-2: ?after= and Last-Event-ID resume; the header, being newer, goes first', async () => {
  const stage = await startStage();
  const { accountId } = await openStream(stage);
  say(stage, accountId, 200);
  const fromStart = await take((await openStream(stage, '?after=0')).answer, 200);
  expect(fromStart.map(({ id }) => id)).toEqual(Array.from({ length: 200 }, (_, at) => at + 1));
  const resumed = await openStream(stage, '?after=3', { 'last-event-id': '198' });
  expect((await take(resumed.answer, 2)).map(({ id }) => id)).toEqual([199, 200]);
});

test('an id that a power loss took back does not keep the reader waiting for it', async () => {
  const stage = await startStage();
  const { accountId, answer } = await openStream(stage, '?after=1000');
  say(stage, accountId, 1);
  expect((await take(answer, 1)).map(({ id }) => id)).toEqual([1]);
});

test.each(['?after=-1', '?after=x', '?after=1&after=2'])('%s is refused', async (query) => {
  const { answer } = await openStream(await startStage(), query);
  expect(answer.status).toBe(400);
});

test('a stream of an account that is not here is refused', async () => {
  const stage = await startStage();
  const { status } = await stage.ask('GET', '/v1/accounts/0000000000000000/events');
  expect(status).toBe(404);
});

test('an idle stream shows that it lives', async () => {
  const { answer } = await openStream(await startStage(QUICK));
  const text = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let seen = '';
  while (!/(: still here\n\n){3}/.test(seen)) seen += (await text?.read())?.value;
  await text?.cancel();
});

test('API-2: a reader that is cut off again and again loses nothing and hears nothing twice', async () => {
  const stage = await startStage();
  const accountId = stage.accounts.add('alice').info.accountId;
  say(stage, accountId, 5);
  const heard: number[] = [];
  const stop = new AbortController();
  for await (const { id } of new PeerClient(stage.dataFolder).events(accountId, 0, stop.signal)) {
    heard.push(id);
    if (id % 5 === 0 && id < 25) {
      // Cut in mid stream: what is on its way is lost, and more happens while nobody listens.
      say(stage, accountId, 3);
      stage.app.server.closeAllConnections();
      say(stage, accountId, 2);
    }
    if (id === 25) stop.abort();
  }
  expect(heard).toEqual(Array.from({ length: 25 }, (_, at) => at + 1));
});

test('a reader that began without an id misses nothing that happens while it is cut off', async () => {
  const stage = await startStage();
  const accountId = stage.accounts.add('alice').info.accountId;
  say(stage, accountId, 3);
  const stop = new AbortController();
  const events = new PeerClient(stage.dataFolder).events(accountId, undefined, stop.signal);
  const first = events.next();
  // Nothing has happened yet, so the reader knows its place only by what the daemon told it.
  await once(stage.app.server, 'request');
  await stage.ask('GET', '/v1/daemon');
  stage.app.server.closeAllConnections();
  say(stage, accountId, 1);
  const { value } = (await first) as { value: AccountEvent };
  expect(value.id).toBe(4);
  stop.abort();
});

test('a reader that takes nothing is dropped, and costs no memory until then', async () => {
  const stage = await startStage({ heartbeatMs: 15_000, stalledMs: 200 });
  const accountId = stage.accounts.add('alice').info.accountId;
  const body = 'x'.repeat(40_000);
  for (let n = 0; n < 500; n++) stage.events.append(accountId, 'MessageReceived', { body });
  const socket = connect({ host: '127.0.0.1', port: stage.port });
  socket.on('error', () => undefined); // Being dropped may show as a reset.
  const lines = [
    `GET /v1/accounts/${accountId}/events?after=0 HTTP/1.1`,
    `host: 127.0.0.1:${stage.port}`,
    `authorization: Bearer ${stage.token}`,
  ];
  const [[serverSide]] = await Promise.all([
    once(stage.app.server, 'connection'),
    once(socket, 'connect').then(() => socket.write(`${lines.join('\r\n')}\r\n\r\n`)),
  ]);
  const buffered: number[] = [];
  const look = setInterval(() => buffered.push(serverSide.writableLength), 10);
  await once(serverSide, 'close');
  clearInterval(look);
  socket.destroy();
  expect(Math.max(...buffered)).toBeLessThan(1024 * 1024);
});

test('streams are bounded, and one that ends makes room for another', async () => {
  const stage = await startStage();
  const streams = [];
  for (let n = 0; n < 64; n++) streams.push(await openStream(stage));
  const refused = await openStream(stage);
  expect(refused.answer.status).toBe(429);
  expect(await refused.answer.json()).toMatchObject({ code: 'RATE_EXCEEDED' });
  const [first] = streams;
  first?.stop.abort();
  // Its end is seen by the daemon some time later; a reader that comes back tries again, as here.
  let status = 429;
  while (status === 429) status = (await openStream(stage)).answer.status;
  expect(status).toBe(200);
});

test('a stop waits neither for streams nor for connections that ask nothing', async () => {
  const stage = await startStage();
  const { answer } = await openStream(stage);
  const silent = connect({ host: '127.0.0.1', port: stage.port });
  await Promise.all([once(silent, 'connect'), once(stage.app.server, 'connection')]);
  const ended = once(silent, 'close');
  await stage.app.close();
  await ended;
  await expect(answer.text()).rejects.toThrow();
});
