import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { Entry, Intent } from '@covey/conversation';
import { type Account, type AccountEvent, DeviceAccounts, type DevicePorts } from '@covey/device';
import {
  AccountRuntime,
  type ConversationRuntime,
  LocalAccount,
  writerOf,
} from '@covey/device/simulation';
import { nodePorts } from '../src/accounts/ports.ts';
import { startThreads, type Threads } from '../src/accounts/threads.ts';
import { makeConfig } from '../src/config.ts';
import { FileEventLog } from '../src/event-log.ts';
import { temporaryFolder } from './stage.ts';

const DEADLINE_MS = 15_000;

/** An account with its disk and its sockets, in this process and open to the test: it can write what no button does. */
export class InTheOpen {
  readonly name: string;
  readonly dataFolder: string;
  readonly #threads: Threads;
  readonly #change: (ports: DevicePorts) => DevicePorts;
  readonly #events: FileEventLog;
  /** All since it was made, over restarts. */
  readonly events: AccountEvent[] = [];
  /** When each came, in milliseconds. */
  readonly times = new Map<AccountEvent, number>();
  readonly #waiting = new Set<() => void>();
  #runtime: AccountRuntime | undefined;

  private constructor(
    name: string,
    dataFolder: string,
    threads: Threads,
    change: (ports: DevicePorts) => DevicePorts,
  ) {
    this.name = name;
    this.dataFolder = dataFolder;
    this.#threads = threads;
    this.#change = change;
    this.#events = new FileEventLog({ root: dataFolder, clock: () => new Date() });
  }

  /** Makes an account. `code`: as a further device of who gave it. `change`: other ports than a daemon's. */
  static async make(
    name: string,
    {
      code,
      change = (ports) => ports,
    }: { code?: string; change?: (p: DevicePorts) => DevicePorts } = {},
  ): Promise<InTheOpen> {
    const threads = startThreads();
    const person = new InTheOpen(name, await temporaryFolder(), threads, change);
    const accounts = await DeviceAccounts.start(person.#ports());
    const { accountId } =
      code === undefined
        ? await accounts.create({ displayName: name, deviceName: `${name}'s device` })
        : await accounts.link({ code, deviceName: `${name}'s other device` });
    await accounts.close();
    const stop = person.#events.subscribe(accountId, 0, (event) => {
      person.events.push(event);
      person.times.set(event, performance.now());
      for (const wake of person.#waiting) wake();
    });
    await person.start();
    onTestFinished(async () => {
      await person.stop();
      stop();
      person.#events.close();
      await threads.close();
    });
    return person;
  }

  async start(): Promise<void> {
    const ports = this.#ports();
    const [folder] = await ports.household.accounts();
    if (!folder) throw new Error('no account was made');
    const papers = await folder.papers();
    const identity = { papers, ...(await writerOf(papers, ports)) };
    this.#runtime = await AccountRuntime.start(folder, identity, ports);
  }

  async stop(): Promise<void> {
    await this.#runtime?.close();
    this.#runtime = undefined;
  }

  get runtime(): AccountRuntime {
    if (this.#runtime) return this.#runtime;
    throw new Error(`${this.name} is stopped`);
  }

  get uri() {
    return this.runtime.writer.uri;
  }

  get deviceId() {
    return this.runtime.writer.deviceId;
  }

  /** As a {@link knocker} names it. */
  get daemon() {
    return { dataFolder: this.dataFolder };
  }

  get info() {
    const { accountId, peering } = this.runtime;
    const { uri, deviceId } = this;
    return { accountId, uri, deviceId, addresses: peering.addresses };
  }

  get repository(): (id: string) => string {
    const { accountId } = this.runtime;
    return (id) => join(this.dataFolder, accountId, 'conversations', id);
  }

  get account(): Account {
    return new LocalAccount(this.runtime, () => {
      throw new Error('nobody asks for it here');
    });
  }

  conversation(id: string): ConversationRuntime {
    const found = this.runtime.conversations.find(id);
    if (found) return found;
    throw new Error(`${this.name} has no conversation ${id}`);
  }

  write(id: string, intent: Intent): Promise<Entry> {
    return this.conversation(id).write(intent);
  }

  async says(id: string, body: string): Promise<Entry> {
    return this.write(id, { kind: 'message', fields: { type: 'text/plain', body } });
  }

  /** What was said, in display order. */
  heard(id: string): readonly unknown[] {
    return this.conversation(id).history.ordered.flatMap(({ content: { kind, fields } }) =>
      kind === 'text' ? [fields['body']] : [],
    );
  }

  async joins(id: string, by: InTheOpen): Promise<void> {
    const { link } = await by.account.createInvitationLink(id);
    await this.account.acceptInvitationLink(link);
    await this.sees('ConversationReady', ({ conversationId }) => conversationId === id);
  }

  /** The first event of this name that matches, of those that have come or the next to come. */
  async sees(
    name: AccountEvent['name'],
    matches: (payload: AccountEvent['payload']) => boolean = () => true,
    { after = 0 } = {},
  ): Promise<AccountEvent> {
    return this.until(`${name}`, () =>
      this.events.slice(after).find((each) => each.name === name && matches(each.payload)),
    );
  }

  /** Asks at once and after every event. */
  async until<T>(what: string, check: () => T | undefined | false): Promise<T> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`${this.name}: never ${what}`)),
      DEADLINE_MS,
    );
    try {
      for (;;) {
        const found = check();
        if (found !== undefined && found !== false) return found;
        const next = Promise.withResolvers<void>();
        this.#waiting.add(next.resolve);
        await Promise.race([next.promise, late.promise]);
        this.#waiting.delete(next.resolve);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits until both hold the same commits. */
  async agrees(id: string, other: InTheOpen): Promise<void> {
    const heads = (person: InTheOpen) => [...person.conversation(id).heads].sort().join();
    const isSame = () => heads(this) === heads(other);
    await Promise.race([
      this.until(`agrees with ${other.name}`, isSame),
      other.until(`agrees with ${this.name}`, isSame),
    ]);
  }

  #ports(): DevicePorts {
    const env = {
      PEER_DATA: this.dataFolder,
      PEER_LISTEN: '127.0.0.1:0',
      PEER_LAN_DISCOVERY: 'false',
    };
    const log = pino({ level: process.env['PEER_LOG_LEVEL'] ?? 'silent' });
    const events = this.#events;
    return this.#change(nodePorts(makeConfig(env), { events, log, threads: this.#threads }));
  }
}
