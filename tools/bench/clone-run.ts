import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestAccount } from '@covey/testkit';
import { Fetching } from '../../packages/device/src/fetching.ts';
import { madeIn } from './history.ts';
import { report } from './run-report.ts';
import { clock, conversationAt } from './store.ts';

// Clones by the code of the daemon, as often as is said: the packs that a peer would send come from files. What was
// cloned last stays in `clone`.
const [folder = '', times = '1'] = process.argv.slice(2);
const made = madeIn(folder);
const { writer } = await makeTestAccount('bench 0');

const log = { debug() {}, info() {}, warn() {}, error() {} };
// What fetching asks of an account.
const account = { emit() {}, ports: { clock, log } } as unknown as ConstructorParameters<
  typeof Fetching
>[1];

for (let time = 0; time < Number(times); time++) {
  const path = join(folder, 'clone');
  rmSync(path, { recursive: true, force: true });
  const { runtime, close } = await conversationAt(path, made.conversationId, writer, true);
  let sent = 0;
  async function* fetch() {
    const slice = readFileSync(made.slices[sent++] ?? '');
    for (let at = 0; at < slice.length; at += 64 * 1024) yield slice.subarray(at, at + 64 * 1024);
  }
  // What fetching asks of a link.
  const link = { fetch, remote: { deviceId: writer.deviceId } } as unknown as Parameters<
    Fetching['fetchAll']
  >[0];
  const done = report();
  await new Fetching(runtime, account).fetchAll(link, made.heads, new AbortController().signal);
  if (runtime.history.size !== made.commits) throw new Error('commits are missing');
  done();
  await close();
}
