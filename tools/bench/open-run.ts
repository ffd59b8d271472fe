import { join } from 'node:path';
import { Composition, collect } from '@covey/conversation';
import { makeTestAccount } from '@covey/testkit';
import { messagePage } from '../../packages/device/src/message-view.ts';
import { madeIn } from './history.ts';
import { report } from './run-report.ts';
import { conversationAt, packOf } from './store.ts';

// Opens what `clone-run` has cloned, pages through it, and takes in messages of another, one after another.
const [folder = ''] = process.argv.slice(2);
const made = madeIn(folder);
const [me, other] = await Promise.all([makeTestAccount('bench 0'), makeTestAccount('bench 1')]);
const path = join(folder, 'clone');
const { runtime, store, close } = await conversationAt(path, made.conversationId, me.writer, false);

const opened = report();
await runtime.load(await collect(made.heads, store));
opened();

const PAGES = 100;
let from: string | undefined;
const paged = report();
for (let nth = 0; nth < PAGES; nth++) {
  const page = messagePage(runtime, { n: 50, ...(from === undefined ? {} : { from }) });
  from = page[0]?.id;
}
paged();

// As the daemon does after its first messages, then beside others.
await runtime.tidy();
const MESSAGES = 100;
const { signal } = new AbortController();
for (let n = 0; n < MESSAGES; n++) {
  const composition = new Composition(runtime.history.draft(), store);
  const fields = { type: 'text/plain', body: `one more: ${n}` };
  await composition.write(other.writer, { kind: 'message', fields }, new Date());
  const pack = packOf(composition.objects);
  const taken = report();
  const slice = await runtime.receive(pack, signal, () => {});
  if ((await slice.judge()).outcome === 'refused') throw new Error('an honest message is refused');
  taken();
}
await close();
