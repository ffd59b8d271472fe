import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whenFolderShows } from '../../services/peer/src/cli/watch-folder.ts';
import { PeerClient } from '../../services/peer/src/client.ts';
import { percentile } from './measure.ts';

const MESSAGES = 200;
/** Announcements are paced: a message that comes alone is told at once, one that comes right after it waits. */
const ALONE = 40;
const PAUSE_MS = 150;
const STARTS = 7;
const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Two daemons on loopback: how long until a message is acknowledged, and until the other side has judged it; and how
 * long a daemon with this conversation takes to start.
 */
export async function benchTalking(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'covey-bench-'));
  const daemons: ChildProcess[] = [];
  try {
    const [alice, bob] = [
      await start(join(folder, 'alice'), daemons),
      await start(join(folder, 'bob'), daemons),
    ];
    const { accountId: a } = await alice.call('createAccount', {
      displayName: 'Alice',
      deviceName: 'a',
    });
    const { accountId: b } = await bob.call('createAccount', {
      displayName: 'Bob',
      deviceName: 'b',
    });
    const { conversationId } = await alice.call('startConversation', { accountId: a, mode: 2 });
    const { link } = await alice.call('createInvitationLink', { accountId: a, conversationId });
    const arrivals = new Arrivals();
    const stop = new AbortController();
    const ready = Promise.withResolvers<void>();
    const reading = (async () => {
      for await (const event of bob.events(b, 0, stop.signal)) {
        if (event.name === 'ConversationReady') ready.resolve();
        const { message } = event.payload as { message?: { id: string } };
        if (message) arrivals.came(message.id);
      }
    })().catch(() => {}); // Aborted at the end.
    await bob.call('acceptInvitationLink', { accountId: b, link });
    await ready.promise;
    const [acknowledged, seen, alone]: [number[], number[], number[]] = [[], [], []];
    for (let n = 0; n < MESSAGES + ALONE; n++) {
      if (n >= MESSAGES) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      const start = performance.now();
      const { messageId } = await alice.call('sendMessage', {
        accountId: a,
        conversationId,
        body: `message ${n}`,
      });
      acknowledged.push(performance.now() - start);
      await arrivals.of(messageId);
      (n < MESSAGES ? seen : alone).push(performance.now() - start);
    }
    stop.abort();
    await reading;
    const starts: number[] = [];
    for (let n = 0; n < STARTS; n++) {
      const [daemon] = daemons.splice(0, 1);
      if (daemon) await end(daemon);
      const begun = performance.now();
      const again = await start(join(folder, 'alice'), daemons);
      await again.call('loadConversation', { accountId: a, conversationId, n: 20 });
      starts.push(performance.now() - begun);
      // The one that is ended next.
      daemons.reverse();
    }
    const told = (list: readonly number[]) =>
      `median ${percentile(list, 50).toFixed(1)} ms, p95 ${percentile(list, 95).toFixed(1)} ms`;
    return [
      `\n- a message is acknowledged (on disk, synced): ${told(acknowledged)}`,
      `- the other daemon has fetched, judged and stored it, one right after another: ${told(seen)}`,
      `- the same of messages that come alone: ${told(alone)} (Jami's daemon on such a machine: median 165 ms, p95 236 ms; measured apart)`,
      `- a daemon starts, until it shows the last 20 messages: ${told(starts)}`,
    ].join('\n');
  } finally {
    for (const daemon of daemons) await end(daemon);
    rmSync(folder, { recursive: true });
  }
}

async function end(daemon: ChildProcess): Promise<void> {
  daemon.kill('SIGTERM');
  await once(daemon, 'exit');
}

/** Messages that the other side has told of; it may do so before they are waited for. */
class Arrivals {
  readonly #ids = new Map<string, PromiseWithResolvers<void>>();

  came(id: string): void {
    this.#entry(id).resolve();
  }

  of(id: string): Promise<void> {
    return this.#entry(id).promise;
  }

  #entry(id: string): PromiseWithResolvers<void> {
    const entry = this.#ids.get(id) ?? Promise.withResolvers<void>();
    this.#ids.set(id, entry);
    return entry;
  }
}

async function start(dataFolder: string, daemons: ChildProcess[]): Promise<PeerClient> {
  const env = {
    ...process.env,
    PEER_DATA: dataFolder,
    PEER_LAN_DISCOVERY: 'false',
    PEER_LISTEN: '127.0.0.1:0',
    PEER_LOG_LEVEL: 'silent',
  };
  mkdirSync(dataFolder, { recursive: true });
  daemons.push(
    spawn(process.execPath, ['services/peer/src/main.ts'], { cwd: ROOT, env, stdio: 'ignore' }),
  );
  const client = new PeerClient(dataFolder);
  const signal = AbortSignal.timeout(20_000);
  await whenFolderShows(dataFolder, signal, () => client.daemon(signal));
  return client;
}
