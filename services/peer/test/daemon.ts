import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';
import type { AccountState } from '@covey/account';
import type { AccountInfo } from '@covey/device';
import { CoveyError } from '@covey/errors';
import { whenFolderShows } from '../src/cli/watch-folder.ts';
import { PeerClient } from '../src/client.ts';
import { type Home, Person } from './person.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
/** Longer than any wait for an event: a test that fails says what it waited for. */
vi.setConfig({ testTimeout: 60_000 });

const START_MS = 30_000;
const STOP_MS = 15_000;

/** One real peer process with a data folder of its own. Ended, and its folder removed, after the test. */
export class Daemon implements Home {
  readonly dataFolder: string;
  readonly client: PeerClient;
  readonly #env: Readonly<Record<string, string>>;
  readonly #people: Person[] = [];
  #child: ChildProcess | undefined;
  #log = '';

  private constructor(dataFolder: string, env: Readonly<Record<string, string>>) {
    this.dataFolder = dataFolder;
    this.client = new PeerClient(dataFolder);
    this.#env = env;
  }

  /** Starts a process on an empty folder; `env` adds to what its environment says. */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<Daemon> {
    const folder = await mkdtemp(join(tmpdir(), 'covey-daemon-'));
    const daemon = new Daemon(join(folder, 'data'), env);
    onTestFinished(async () => {
      await daemon.kill();
      await rm(folder, { recursive: true, force: true });
    });
    await daemon.start();
    return daemon;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** All that the processes of this folder have written to their log. */
  get log(): string {
    return this.#log;
  }

  /** Starts the process, again after a stop. Resolves when its API answers. */
  async start(): Promise<void> {
    await mkdir(this.dataFolder, { recursive: true, mode: 0o700 });
    const child = spawn(process.execPath, [MAIN], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PATH: process.env['PATH'] ?? '',
        PEER_LAN_DISCOVERY: 'false',
        PEER_LISTEN: '127.0.0.1:0',
        PEER_LOG_LEVEL: process.env['PEER_LOG_LEVEL'] ?? 'info',
        ...this.#env,
        PEER_DATA: this.dataFolder,
      },
    });
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#log += text;
    });
    const died = new AbortController();
    child.once('exit', (code) => {
      died.abort(new Error(`the daemon ended with ${code}:\n${this.#log}`));
    });
    const signal = AbortSignal.any([died.signal, AbortSignal.timeout(START_MS)]);
    await whenFolderShows(this.dataFolder, signal, () => this.client.daemon(signal));
    for (const person of this.#people) person.listen();
  }

  /** Ends the process as an operator does, and waits for its end. */
  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  /** Ends the process as a power failure does, but for what the kernel has in its caches. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Makes an account on this daemon. */
  async person(displayName: string): Promise<Person> {
    const names = { displayName, deviceName: `${displayName}'s device` };
    return this.personOf(await this.client.call('createAccount', names));
  }

  /** Whoever has this account of this daemon. */
  personOf(info: AccountInfo): Person {
    const person = new Person(this, info);
    this.#people.push(person);
    person.listen();
    return person;
  }

  /** Alters what an account has written down. Only while the process is stopped. */
  async changeState({ info }: Person, change: (state: AccountState) => void): Promise<void> {
    const path = join(this.dataFolder, info.accountId, 'state.json');
    const state = JSON.parse(await readFile(path, 'utf8')) as AccountState; // the daemon's own file
    change(state);
    await writeFile(path, JSON.stringify(state));
  }

  /** The folder of one conversation, an ordinary Git directory. */
  repository({ info }: Person, conversationId: string): string {
    return join(this.dataFolder, info.accountId, 'conversations', conversationId);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    for (const person of this.#people) person.pause();
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(STOP_MS) });
    child.kill(signal);
    await ended.catch((cause: unknown) => {
      child.kill('SIGKILL');
      throw new CoveyError('DEADLINE_EXCEEDED', `a daemon does not stop:\n${this.#log}`, { cause });
    });
  }
}

/** As many daemons as names, each with one account of that name. */
export async function peopleApart<const Name extends string>(
  ...names: readonly Name[]
): Promise<Record<Name, Person>> {
  const people = await Promise.all(
    names.map(async (name) => [name, await (await Daemon.start()).person(name)] as const),
  );
  return Object.fromEntries(people) as Record<Name, Person>; // one for each name
}
