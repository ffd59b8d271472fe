import { GitStore } from '../src/index.ts';
import { history, oid } from './objects.ts';

/**
 * Run as a process of its own by the crash test: writes until it is killed, and says what it has been promised,
 * one `object <oid>` or `main <oid>` on a line.
 */
const [path = ''] = process.argv.slice(2);
const store = await GitStore.open(path);
const { objects, commits } = history(2000);
for (const [at, commit] of commits.entries()) {
  // Every tenth write is a batch that becomes a pack; every thirtieth packs the loose ones.
  const written =
    at % 10 === 9 ? objects.slice(0, 3 * (at + 1)) : objects.slice(3 * at, 3 * (at + 1));
  await store.write(written);
  for (const object of written) process.stdout.write(`object ${oid(object)}\n`);
  await store.replace(new Map([['refs/heads/main', commit]]));
  process.stdout.write(`main ${commit}\n`);
  if (at % 30 === 29) await store.pack();
}
