// A daemon with fake accounts, as a process of its own: what `covey down` and the shell see.
import { pino } from 'pino';
import { buildApi } from '../src/app.ts';
import { dataFolderOf, openDataFolder } from '../src/data-folder.ts';
import { FileEventLog } from '../src/event-log.ts';
import { FakeAccounts } from './fake-accounts.ts';

const folder = await openDataFolder(dataFolderOf(process.env));
const events = new FileEventLog({ root: folder.path, clock: () => new Date() });
const accounts = new FakeAccounts(events);
const token = 'token-of-the-fake-daemon';
const app = await buildApi(
  { accounts, events, log: pino({ level: 'silent' }) },
  { token, version: '0.0.0-fake' },
);
const url = await app.listen({ host: '127.0.0.1', port: 0 });
await folder.announceApi({ url, token, pid: process.pid });
process.once('SIGTERM', async () => {
  await app.close();
  events.close();
  await folder.close();
});
