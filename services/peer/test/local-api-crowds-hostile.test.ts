import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { whenFolderShows } from '../src/cli/watch-folder.ts';
import { PeerClient } from '../src/client.ts';
import { dial, talk } from './raw-connection.ts';
import { startStage, temporaryFolder } from './stage.ts';

const FAKE_DAEMON = fileURLToPath(new URL('./fake-daemon.ts', import.meta.url));
const CROWD = 3000;
/** Above what the daemon has open by itself. */
const MOST_MORE_DESCRIPTORS = 1100;
const MOST_MORE_BYTES = 192 * 2 ** 20;
const MOST_MS = 1000;

test.each<[string, (port: number) => string]>([
  ['say nothing', () => ''],
  ['begin a request and never end its headers', () => 'GET /v1/daemon HTTP/1.1\r\nHost: 127.0.0.1'],
  ['begin a body and never end it', (port) => `${post(port)}Content-Length: 1000\r\n\r\n{`],
  [
    'begin a chunked body and never end it',
    (port) => `${post(port)}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`,
  ],
])(
  'F1: three thousand connections that %s leave the command line its place',
  {
    timeout: 60_000,
  },
  async (_, said) => {
    const { port, client, child } = await startFakeDaemon();
    const before = measure(child);
    const crowd = await Promise.all(
      Array.from({ length: CROWD }, async () => {
        const socket = dial(port).resume();
        await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
        socket.write(said(port));
        return socket;
      }),
    );
    for (let n = 0; n < 20; n += 1) {
      const at = performance.now();
      await client.rpc('listAccounts', {});
      expect(performance.now() - at).toBeLessThan(MOST_MS);
    }
    const after = measure(child);
    expect(after.descriptors - before.descriptors).toBeLessThan(MOST_MORE_DESCRIPTORS);
    expect(after.rssBytes - before.rssBytes).toBeLessThan(MOST_MORE_BYTES);
    for (const socket of crowd) socket.destroy();
  },
);

test('F1: questions without end on one connection, whose answers nobody reads, are not taken', {
  timeout: 60_000,
}, async () => {
  const { port, client, child } = await startFakeDaemon();
  const before = measure(child);
  const socket = dial(port).pause();
  const question = `GET /v1/accounts HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`;
  // Of one who knows the token: anybody else is hung up on after the first.
  const known = `${question}Authorization: Bearer token-of-the-fake-daemon\r\n\r\n`;
  await fill(socket, Buffer.from(known.repeat(2000)));
  const at = performance.now();
  await client.rpc('listAccounts', {});
  expect(performance.now() - at).toBeLessThan(MOST_MS);
  expect(measure(child).rssBytes - before.rssBytes).toBeLessThan(MOST_MORE_BYTES);
  socket.destroy();
  const { statuses } = await talk(port, `${question}\r\n`.repeat(2000));
  expect(statuses).toEqual([401]);
});

test('F1: what has not come in five seconds is not waited for', async () => {
  const stage = await startStage();
  const host = `Host: 127.0.0.1:${stage.port}\r\nAuthorization: Bearer ${stage.token}`;
  const slow = [
    '',
    `GET / HTTP/1.1\r\n${host}`,
    `${post(stage.port)}${host}\r\nContent-Length: 9\r\n\r\n{`,
  ];
  await Promise.all(
    slow.map((said) => {
      const socket = dial(stage.port).resume();
      if (said !== '') socket.write(said);
      return new Promise((resolve) => socket.once('close', resolve));
    }),
  );
});

function post(port: number): string {
  return `POST /rpc HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n`;
}

/** Writes until no more is taken, or until it has written this a hundred times. */
async function fill(socket: Socket, bytes: Buffer): Promise<void> {
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
  const full = new Promise((resolve) => socket.once('timeout', resolve).once('close', resolve));
  // Nothing tells a writer that nobody will ever read: it can only see that nothing moves.
  socket.setTimeout(200);
  for (let n = 0; n < 100; n += 1) {
    if (socket.write(bytes)) continue;
    const drained = new Promise((resolve) => socket.once('drain', () => resolve('drained')));
    if ((await Promise.race([full, drained])) !== 'drained') return;
  }
}

async function startFakeDaemon() {
  const dataFolder = await temporaryFolder();
  const child = spawn(process.execPath, [FAKE_DAEMON], {
    env: { ...process.env, PEER_DATA: dataFolder },
    stdio: 'ignore',
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const client = new PeerClient(dataFolder);
  const found = await whenFolderShows(dataFolder, AbortSignal.timeout(20_000), () =>
    client.daemon(),
  );
  return { child, client, port: Number(new URL(found.url).port) };
}

function measure({ pid }: ChildProcess) {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return {
    rssBytes: Number(kibibytes) * 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}
