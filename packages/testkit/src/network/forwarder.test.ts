import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { ByteGate, Forwarder, type ForwarderSettings } from './index.ts';

const toClose: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

/** A program that listens, a forwarder in front of it, and the connections that come through. */
async function forwarded(
  admits: ForwarderSettings['admits'] = () => true,
  more: Pick<ForwarderSettings, 'tap'> = {},
) {
  const came: Promise<Socket>[] = [];
  const server = createServer();
  const nextSocket = () => once(server, 'connection').then(([socket]) => socket as Socket);
  came.push(nextSocket());
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { address: host, port } = server.address() as AddressInfo; // It listens on TCP.
  toClose.push(() => server.close());
  const forwarder = await Forwarder.open({
    ...{ ...more, admits, listen: { host: '127.0.0.1', port: 0 }, target: () => ({ host, port }) },
  });
  toClose.push(() => forwarder.close());
  const dial = () => connect({ ...forwarder.endpoint });
  return { forwarder, dial, firstSocket: () => came[0] as Promise<Socket> };
}

test('bytes pass both ways, and an end passes as an end', async () => {
  const { dial, firstSocket } = await forwarded();
  const client = dial();
  client.write('question');
  const socket = await firstSocket();
  expect(String(await once(socket, 'data'))).toBe('question');
  socket.end('answer');
  expect(String(await buffer(client))).toBe('answer');
});

test('who is not admitted gets no byte and an end', async () => {
  const { dial, forwarder } = await forwarded(() => false);
  const client = dial();
  expect(await buffer(client)).toHaveLength(0);
  expect(forwarder.passages).toEqual([]);
});

test('a cut ends the connection on both sides and loses what is under way', async () => {
  const { dial, forwarder, firstSocket } = await forwarded();
  const client = dial();
  const socket = await firstSocket();
  const [passage] = forwarder.passages;
  const gate = new ByteGate(3);
  passage?.gate('toClient', gate);
  socket.write('abcdef');
  await gate.held;
  const ends = Promise.all([buffer(client), buffer(socket)]);
  passage?.cut();
  expect((await ends).map(String)).toEqual(['abc', '']);
  await passage?.over;
  expect(forwarder.passages).toEqual([]);
});

test('a gate lets so many bytes through, says that it holds the next, and gives them when it opens', async () => {
  const { dial, forwarder, firstSocket } = await forwarded();
  const client = dial();
  const socket = await firstSocket();
  const gate = new ByteGate(4);
  forwarder.passages[0]?.gate('toTarget', gate);
  client.end('abcdef');
  await gate.held;
  expect(String(await once(socket, 'data'))).toBe('abcd');
  gate.open();
  expect(String(await buffer(socket))).toBe('ef');
});

test('a tap hears what passes, each way', async () => {
  const heard = { toTarget: '', toClient: '' };
  const tap: ForwarderSettings['tap'] = (way, bytes) => {
    heard[way] += String(bytes);
  };
  const { dial, firstSocket } = await forwarded(undefined, { tap });
  const client = dial();
  client.end('question');
  const socket = await firstSocket();
  socket.end('answer');
  await Promise.all([buffer(client), buffer(socket)]);
  expect(heard).toEqual({ toTarget: 'question', toClient: 'answer' });
});
