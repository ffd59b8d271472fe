import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Composition, History } from '@covey/conversation';
import { MemoryObjectStore } from '@covey/git-objects';
import { nodeDigests } from '@covey/node-crypto';
import { makeTestAccount, TEST_CRYPTO } from '@covey/testkit';
import { report } from './run-report.ts';
import { conversationAt } from './store.ts';

// Writes messages, each acknowledged when it would survive a power loss: one at a time, then 64 in flight.
const [folder = '', alone = '0', together = '0'] = process.argv.slice(2);
const IN_FLIGHT = 64;
const { writer } = await makeTestAccount('bench 0');
const composition = new Composition(
  new History(TEST_CRYPTO, { profile: 'strict' }),
  new MemoryObjectStore(nodeDigests),
);
const charter = { mode: 2, version: 1 };
const root = await composition.write(writer, { kind: 'initial', charter }, new Date());
const path = mkdtempSync(join(folder, 'append-'));
const { runtime, store, close } = await conversationAt(join(path, 'git'), root.oid, writer, true);
await store.write(composition.objects);
await store.replaceRefs(new Map([['refs/heads/main', root.oid]]));
await runtime.load([root.oid]);

let said = 0;
const say = () => {
  const fields = { type: 'text/plain', body: `message number ${said++}` };
  return runtime.write({ kind: 'message', fields });
};
const one = report();
for (let n = 0; n < Number(alone); n++) await say();
one();
const many = report();
let left = Number(together);
const sender = async () => {
  while (left-- > 0) await say();
};
await Promise.all(Array.from({ length: IN_FLIGHT }, sender));
many();
await close();
rmSync(path, { recursive: true });
