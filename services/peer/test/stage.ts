import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { buildApi } from '../src/app.ts';
import { openDataFolder } from '../src/data-folder.ts';
import { FileEventLog } from '../src/event-log.ts';
import type { StreamTimes } from '../src/http/events.ts';
import { FakeAccounts } from './fake-accounts.ts';

/** A running local API over fake accounts. */
export interface Stage {
  readonly accounts: FakeAccounts;
  readonly events: FileEventLog;
  readonly app: FastifyInstance;
  readonly port: number;
  readonly url: string;
  readonly token: string;
  readonly dataFolder: string;
  /** A request with the token; `body` is sent as JSON. */
  readonly ask: (
    method: string,
    path: string,
    body?: unknown,
  ) => Promise<{ status: number; json: unknown }>;
  /** One JSON-RPC call. */
  readonly rpc: (method: string, params: unknown) => Promise<unknown>;
}

/** A folder of its own for one test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'covey-peer-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Listens on a free port, announced in a data folder as the daemon does; stopped after the test. */
export async function startStage(streams?: StreamTimes): Promise<Stage> {
  const dataFolder = await temporaryFolder();
  const folder = await openDataFolder(dataFolder);
  const events = new FileEventLog({ root: dataFolder, clock: () => new Date(0) });
  const accounts = new FakeAccounts(events);
  const token = 'token-of-this-test';
  const app = await buildApi(
    { accounts, events, log: pino({ level: 'silent' }) },
    { token, version: '0.0.0-test', ...(streams ? { streams } : {}) },
  );
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  await folder.announceApi({ url, token, pid: process.pid });
  onTestFinished(async () => {
    await app.close();
    events.close();
    await folder.close();
  });

  const ask: Stage['ask'] = async (method, path, body) => {
    const answer = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, json: text === '' ? undefined : JSON.parse(text) };
  };
  const rpc: Stage['rpc'] = async (method, params) =>
    (await ask('POST', '/rpc', { jsonrpc: '2.0', id: 1, method, params })).json;
  const port = Number(new URL(url).port);
  return { accounts, events, app, port, url, token, dataFolder, ask, rpc };
}
