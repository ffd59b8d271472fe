import { CoveyError } from '@covey/errors';
import { readApiAddress } from '../data-folder.ts';
import { defineCommand } from './command.ts';
import { whenFolderShows } from './watch-folder.ts';

/** Longer than the daemon gives itself before it is ended the hard way. */
const STOP_MS = 15_000;

/** `covey down`: asks the daemon to stop and waits until it has let go of its data folder. */
export const down = defineCommand({
  name: 'down',
  summary: 'stop the daemon',
  run: async (_, __, { peer, dataFolder, print }) => {
    // It has answered with the token of this folder, so the process id is not somebody else's by now.
    const { pid } = await peer.daemon();
    process.kill(pid, 'SIGTERM');
    const signal = AbortSignal.timeout(STOP_MS);
    try {
      await whenFolderShows(dataFolder, signal, async () => {
        const address = await readApiAddress(dataFolder).catch(() => undefined);
        if (address?.pid === pid) throw new Error('still there');
      });
    } catch (cause) {
      throw new CoveyError('DEADLINE_EXCEEDED', `process ${pid} is still stopping`, { cause });
    }
    print({ stopped: pid }, ['stopped']);
    return 0;
  },
});
