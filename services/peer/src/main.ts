import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { DeviceAccounts } from '@covey/device';
import { exitCodeOf, gracefulStop, makeLogger } from '@covey/service-kit';
import { nodePorts } from './accounts/ports.ts';
import { startThreads } from './accounts/threads.ts';
import { buildApi } from './app.ts';
import { lockedHint } from './cli/hints.ts';
import { makeConfig } from './config.ts';
import { type Environment, openDataFolder } from './data-folder.ts';
import { FileEventLog } from './event-log.ts';
import { readVersion } from './version.ts';

const TOKEN_BYTES = 32;
/** The door of a checkout: what stands behind `npm run`. An image has none. */
const DOOR = new URL('../../../tools/run.mjs', import.meta.url);

/**
 * Runs one daemon until it is told to stop. Resolves when everything is closed. `hint` hears what a
 * person at the terminal should do.
 * @throws {CoveyError} CONFIG_INVALID, DATA_FOLDER_BUSY
 */
export async function runPeer(env: Environment, hint?: (text: string) => void): Promise<void> {
  const config = makeConfig(env);
  const folder = await openDataFolder(config.dataFolder);
  const closing: (() => Promise<unknown>)[] = [() => folder.close()];
  const stopAll = async () => {
    for (const close of closing.reverse()) await close();
  };
  try {
    const log = makeLogger({ level: config.logLevel, name: 'peer' });
    const events = new FileEventLog({ root: config.dataFolder, clock: () => new Date() });
    closing.push(async () => events.close());
    const threads = startThreads();
    closing.push(() => threads.close());
    const ports = nodePorts(config, { events, log, threads });
    const accounts = await DeviceAccounts.start(ports, config);
    closing.push(() => accounts.close());
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const version = readVersion();
    const api = await buildApi({ accounts, events, log }, { token, version });
    const url = await api.listen({ host: config.api.host, port: config.api.port });
    closing.push(() => api.close());
    await folder.announceApi({ url, token, pid: process.pid });
    const stopping = gracefulStop(stopAll);
    if (existsSync(DOOR)) sayWhatNext(accounts.list().length, config.dataFolder);
    const list = accounts.list();
    const locked = lockedHint(list);
    if (locked !== undefined) hint?.(locked);
    const lockedAccounts = list.filter((account) => account.locked).length;
    log.info({ url, accounts: list.length, lockedAccounts }, 'peer is up');
    await stopping.ended;
  } catch (reason) {
    await stopAll();
    throw reason;
  }
}

/** For the person who started it: on stderr, beside the log. */
function sayWhatNext(accounts: number, dataFolder: string): void {
  const lines = [
    `covey: this peer is up; its data are in ${dataFolder}`,
    'covey: in a second terminal, from this folder, type',
    ...(accounts === 0 ? ["covey:   npm run --silent covey -- init --name 'Your Name'"] : []),
    "covey:   npm run --silent covey -- new 'First group'",
    'covey:   npm run --silent covey -- help',
    'covey: Ctrl-C stops it; the next start finds everything as it was',
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await runPeer(process.env);
  } catch (reason) {
    process.stderr.write(`covey: error: ${reason instanceof Error ? reason.message : 'failed'}\n`);
    process.exitCode = exitCodeOf(reason);
  }
}
