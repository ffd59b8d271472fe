import { spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CoveyError } from '@covey/errors';
import { type CommandContext, defineCommand } from './command.ts';
import { lockedHint } from './hints.ts';
import { whenFolderShows } from './watch-folder.ts';

const START_MS = 20_000;

/** `covey up`: runs the daemon, here or in the background. */
export const up = defineCommand({
  name: 'up',
  usage: '[--detach]',
  summary: 'run the daemon until Ctrl-C, or with --detach in the background',
  details: [
    'In the background it writes its log to peer.log in the data folder. Settings are the PEER_ variables of the environment.',
    'Accounts under a passphrase stay locked until `covey unlock`, unless PEER_PASSPHRASE_FILE names a file that holds it.',
  ],
  options: { detach: { type: 'boolean' } },
  run: async (_, { detach = false }, context) => {
    const { dataFolder, io } = context;
    if (detach) return startInBackground(context);
    const { runPeer } = await import('../main.ts');
    await runPeer({ ...io.env, PEER_DATA: dataFolder }, context.hint);
    return 0;
  },
});

async function startInBackground(context: CommandContext): Promise<number> {
  const { peer, dataFolder, io, print } = context;
  const running = await peer.daemon().catch(() => undefined);
  if (running) {
    print(running, [`covey ${running.version} already answers at ${running.url}`]);
    await tellLocked(context);
    return 0;
  }
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const log = await open(join(dataFolder, 'peer.log'), 'a', 0o600);
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, 'up'], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: { ...io.env, PEER_DATA: dataFolder },
  });
  const died = new AbortController();
  child.once('exit', () => died.abort(startFailed('it ended at once')));
  child.once('error', (cause) => died.abort(startFailed('it could not be started', cause)));
  try {
    const signal = AbortSignal.any([died.signal, AbortSignal.timeout(START_MS)]);
    const started = await whenFolderShows(dataFolder, signal, () => peer.daemon(signal));
    child.unref();
    print(started, [`covey ${started.version} answers at ${started.url}`]);
    await tellLocked(context);
    return 0;
  } catch (reason) {
    child.kill();
    throw CoveyError.is(reason) ? reason : startFailed(`no answer in ${START_MS / 1000} s`, reason);
  } finally {
    await log.close();
  }
}

async function tellLocked({ peer, hint }: CommandContext): Promise<void> {
  const locked = lockedHint(await peer.call('listAccounts', {}));
  if (locked !== undefined) hint(locked);
}

function startFailed(why: string, cause?: unknown): CoveyError {
  const message = `the daemon did not start: ${why}; see peer.log in the data folder`;
  return new CoveyError('DAEMON_UNREACHABLE', message, { cause });
}
