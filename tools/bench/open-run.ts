import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collect } from '@covey/conversation';
import { makeTestAccount } from '@covey/testkit';
import { messagePage } from '../../packages/device/src/message-view.ts';
import type { MadeHistory } from './history.ts';
import { report } from './run-report.ts';
import { conversationAt } from './store.ts';

// One process that opens what `clone-run` has cloned, then pages through it.
const folder = process.argv[2] ?? '';
// The file that `makeHistory` wrote.
const made = JSON.parse(readFileSync(join(folder, 'history.json'), 'utf8')) as MadeHistory;
const { writer } = await makeTestAccount('bench 0');
const path = join(folder, 'clone');
const { runtime, store, close } = await conversationAt(path, made.conversationId, writer, false);
const opened = report();
await runtime.load((await collect(made.heads, store)).order);
opened();
const PAGES = 100;
const paged = report();
let from: string | undefined;
for (let page = 0; page < PAGES; page++) {
  from = messagePage(runtime, { n: 50, ...(from === undefined ? {} : { from }) })[0]?.id;
}
paged();
await close();
