import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestAccount } from '@covey/testkit';
import { Fetching } from '../../packages/device/src/fetching.ts';
import type { MadeHistory } from './history.ts';
import { report } from './run-report.ts';
import { clock, conversationAt } from './store.ts';

// One process, one clone, by the code of the daemon: the packs that a peer would send come from files. What was
// cloned stays in `clone`.
const folder = process.argv[2] ?? '';
// The file that `makeHistory` wrote.
const made = JSON.parse(readFileSync(join(folder, 'history.json'), 'utf8')) as MadeHistory;
const { writer } = await makeTestAccount('bench 0');
const path = join(folder, 'clone');
rmSync(path, { recursive: true, force: true });
const { runtime, close } = await conversationAt(path, made.conversationId, writer, true);

let sent = 0;
async function* fetch() {
  const slice = readFileSync(made.slices[sent++] ?? '');
  for (let at = 0; at < slice.length; at += 64 * 1024) yield slice.subarray(at, at + 64 * 1024);
}
const log = { debug() {}, info() {}, warn() {}, error() {} };
// What fetching asks of a link and of an account.
const link = { fetch, remote: { deviceId: writer.deviceId } } as unknown as Parameters<
  Fetching['fetchAll']
>[0];
const account = { emit() {}, ports: { clock, log } } as unknown as ConstructorParameters<
  typeof Fetching
>[1];
const done = report();
await new Fetching(runtime, account).fetchAll(link, made.heads, new AbortController().signal);
if (runtime.history.size !== made.commits) throw new Error('commits are missing');
done();
await close();
