import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { AccountInfo, ConversationState, Message } from '@covey/device';
import { whenFolderShows } from '../../services/peer/src/cli/watch-folder.ts';
import { PeerClient } from '../../services/peer/src/client.ts';
import { type Ended, ROOT, runProgram } from '../program.ts';
import type { DemoNetwork, Line } from './demo-network.ts';
import { EventWatch } from './event-watch.ts';
import { expectThat, inTime, Unexpected } from './expectation.ts';

const PEER = join(ROOT, 'services/peer/src/main.ts');
const COMMAND_LINE = join(ROOT, 'services/peer/src/cli/main.ts');
/** One page of the local API. */
const PAGE = 1000;

/** What is said: a text, or one that answers, reacts to or replaces another. */
export interface Saying {
  readonly body: string;
  readonly replyTo?: string;
  readonly reactTo?: string;
  readonly edit?: string;
}

/** One device: a process of the shipped daemon and a data folder of its own. Spoken to as any host does. */
export class DemoDevice {
  readonly name: string;
  readonly folder: string;
  readonly line: Line;
  readonly peer: PeerClient;
  /** Rejects when the daemon ends though nobody has ended it. */
  readonly broken: Promise<never>;
  readonly #network: DemoNetwork;
  readonly #tellBroken: (reason: Unexpected) => void;
  #process: ChildProcess | undefined;
  #account: AccountInfo | undefined;
  #events: EventWatch | undefined;

  constructor(name: string, root: string, line: Line, network: DemoNetwork) {
    this.name = name;
    this.folder = join(root, name);
    this.line = line;
    this.peer = new PeerClient(this.folder);
    this.#network = network;
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {}); // Heard by whoever races with it.
    this.broken = promise;
    this.#tellBroken = reject;
  }

  /** Starts the daemon; resolves when it answers. */
  async start(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const log = await open(join(this.folder, 'peer.log'), 'a', 0o600);
    const child = spawn(process.execPath, [PEER], {
      cwd: ROOT,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...foreignEnvironment(), ...this.#settings() },
    });
    await log.close();
    this.#process = child;
    if (child.pid !== undefined) this.#network.plugIn(child.pid, this.name);
    child.once('exit', (code, signal) => {
      if (this.#process === child) {
        this.#tellBroken(new Unexpected(`${this.name} runs on, it ended by ${signal ?? code}`));
      }
    });
    // The pid tells this daemon from the address that a killed one has left.
    const answers = async () => {
      const { pid } = await this.peer.daemon();
      if (pid !== child.pid) throw new Error('another daemon');
    };
    const { signal } = new AbortController();
    await inTime(`${this.name} answers`, whenFolderShows(this.folder, signal, answers));
    // From its first event on, once more: what is kept must still be there.
    if (this.#account) this.#events = new EventWatch(this.peer, this.account.accountId);
  }

  /** Asks the daemon to stop, and expects it to end well. */
  async stop(): Promise<void> {
    const code = await inTime(`${this.name} stops`, this.#end('SIGTERM'));
    expectThat(code === 0, `${this.name} stops with exit code 0, not ${code}`);
  }

  /** As when the process is struck by lightning: no chance to clean up. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Resolves to the exit code, once the process is gone. */
  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const child = this.#process;
    if (!child) return 0;
    this.#process = undefined;
    this.#events?.close();
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    }
    return child.exitCode;
  }

  /** Makes an account here, or becomes a further device of one by its code. Watches its events from then on. */
  async init(how: { readonly displayName: string } | { readonly code: string }): Promise<void> {
    const deviceName = this.name;
    this.#account =
      'code' in how
        ? await this.peer.call('linkAccount', { ...how, deviceName })
        : await this.peer.call('createAccount', { ...how, deviceName });
    this.#events = new EventWatch(this.peer, this.account.accountId);
  }

  get account(): AccountInfo {
    if (!this.#account) throw new Error(`${this.name} has no account yet`);
    return this.#account;
  }

  get events(): EventWatch {
    if (!this.#events) throw new Error(`${this.name} has no account yet`);
    return this.#events;
  }

  /** What identifies a conversation to the local API. */
  at(conversationId: string): { accountId: string; conversationId: string } {
    return { accountId: this.account.accountId, conversationId };
  }

  /** Resolves to the id of the message when the daemon has acknowledged it. */
  async say(conversationId: string, saying: Saying): Promise<string> {
    const said = await this.peer.call('sendMessage', { ...this.at(conversationId), ...saying });
    return said.messageId;
  }

  state(conversationId: string): Promise<ConversationState> {
    return this.peer.call('conversationState', this.at(conversationId));
  }

  /** All that a person sees, newest last. */
  messages(conversationId: string): Promise<Message[]> {
    return this.peer.call('loadConversation', { ...this.at(conversationId), n: PAGE });
  }

  /** The Git directory of a conversation. */
  repository(conversationId: string): string {
    return join(this.folder, this.account.accountId, 'conversations', conversationId);
  }

  /** Runs `covey` for this device as a person does. */
  covey(...args: readonly string[]): Promise<Ended> {
    return runProgram(process.execPath, [COMMAND_LINE, '--data', this.folder, ...args]);
  }

  #settings(): Record<string, string> {
    return {
      PEER_DATA: this.folder,
      PEER_LISTEN: this.line.listen,
      PEER_ADVERTISE: this.line.advertise,
      PEER_LAN_DISCOVERY: 'false',
    };
  }
}

/** Nothing that was meant for a daemon of the person who runs the demo. */
function foreignEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PEER|COVEY)_/.test(name));
  return Object.fromEntries(kept);
}
