import type { AccountState } from '@covey/account';
import type { AccountEvent, AccountInfo, ConversationState, Message } from '@covey/device';
import type { ApiCalls } from '../src/api-calls.ts';
import type { PeerClient } from '../src/client.ts';

/** Every wait is for an event and ends here. */
const DEADLINE_MS = 25_000;

type Params<Name extends keyof ApiCalls> = Omit<Parameters<ApiCalls[Name]>[0], 'accountId'>;

/** The daemon that a person's account is on, as far as tests reach for it through the person. */
export interface Home {
  readonly dataFolder: string;
  readonly client: PeerClient;
  readonly pid: number;
  readonly log: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  person(displayName: string): Promise<Person>;
  personOf(info: AccountInfo): Person;
  repository(person: Person, conversationId: string): string;
  changeState(person: Person, change: (state: AccountState) => void): Promise<void>;
}

/** One account on a real daemon: what it can do, and all that has happened to it. */
export class Person {
  readonly daemon: Home;
  readonly info: AccountInfo;
  /** Every event since the account was made, over restarts of the daemon. */
  readonly events: AccountEvent[] = [];
  readonly #waiting = new Set<() => void>();
  #listening = new AbortController();

  constructor(daemon: Home, info: AccountInfo) {
    this.daemon = daemon;
    this.info = info;
  }

  get name(): string {
    return this.info.displayName;
  }

  get uri(): string {
    return this.info.uri;
  }

  /** Follows the events from the last one on, until {@link pause}. */
  listen(): void {
    this.pause();
    this.#listening = new AbortController();
    void this.#follow(this.#listening.signal);
  }

  pause(): void {
    this.#listening.abort();
  }

  /** An operation of the local API on this account. */
  call<Name extends keyof ApiCalls>(
    name: Name,
    params: Params<Name>,
  ): Promise<ReturnType<ApiCalls[Name]>> {
    const { accountId } = this.info;
    // The same parameters with the account: TypeScript cannot follow it through a generic.
    const all = { accountId, ...params } as unknown as Parameters<ApiCalls[Name]>[0];
    return this.daemon.client.call(name, all);
  }

  /** Starts a conversation: a group whose members may invite, unless told otherwise. */
  async starts(options: Partial<Params<'startConversation'>> = {}): Promise<string> {
    const { conversationId } = await this.call('startConversation', { mode: 2, ...options });
    return conversationId;
  }

  async says(
    conversationId: string,
    body: string,
    about: { replyTo?: string; reactTo?: string; edit?: string } = {},
  ): Promise<string> {
    return (await this.call('sendMessage', { conversationId, body, ...about })).messageId;
  }

  /** Newest last. */
  messages(conversationId: string, n = 1000): Promise<Message[]> {
    return this.call('loadConversation', { conversationId, n });
  }

  /** Bodies of all that was said, in display order. */
  async heard(conversationId: string): Promise<string[]> {
    const messages = await this.messages(conversationId);
    return messages.flatMap(({ type, fields }) =>
      type === 'text/plain' ? [fields['body'] ?? ''] : [],
    );
  }

  state(conversationId: string): Promise<ConversationState> {
    return this.call('conversationState', { conversationId });
  }

  /** `uri role`, sorted. */
  async members(conversationId: string): Promise<string[]> {
    const members = await this.call('getConversationMembers', { conversationId });
    return members.map(({ uri, role }) => `${uri} ${role}`).sort();
  }

  /** The first event of this name that matches, of those that have come or the next to come. */
  async sees(
    name: AccountEvent['name'],
    matches: (payload: AccountEvent['payload']) => boolean = () => true,
  ): Promise<AccountEvent['payload']> {
    const found = () => this.events.find((event) => event.name === name && matches(event.payload));
    const event = await until(`${this.name} sees ${name}`, [this], async () => found());
    return event.payload;
  }

  /** Waits for a message with this body. */
  async hears(conversationId: string, body: string): Promise<Message> {
    const { message } = await this.sees(
      'MessageReceived',
      (payload) =>
        payload['conversationId'] === conversationId &&
        (payload['message'] as Message).fields['body'] === body,
    );
    return message as Message; // what this event carries
  }

  /** Waits until the conversation has been fetched and can be used. */
  async has(conversationId: string): Promise<void> {
    await this.sees('ConversationReady', (payload) => payload['conversationId'] === conversationId);
  }

  /** Joins by a link that a member makes for the purpose. */
  async joins(conversationId: string, { invitedBy }: { invitedBy: Person }): Promise<void> {
    const { link } = await invitedBy.call('createInvitationLink', { conversationId });
    await this.call('acceptInvitationLink', { link });
    await this.has(conversationId);
  }

  /** Resolves at the next event. */
  next(): { readonly promise: Promise<void>; readonly forget: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    return { promise, forget: () => this.#waiting.delete(resolve) };
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const after = this.events.at(-1)?.id ?? 0;
    const events = this.daemon.client.events(this.info.accountId, after, signal);
    try {
      for await (const event of events) {
        this.events.push(event);
        for (const wake of this.#waiting) wake();
        this.#waiting.clear();
      }
    } catch (reason) {
      if (!signal.aborted) throw reason;
    }
  }
}

/** Asks at once and again after every event of these people, until the answer is neither `false` nor `undefined`. */
export async function until<T>(
  what: string,
  people: readonly Person[],
  check: () => Promise<T | false | undefined>,
  { withinMs = DEADLINE_MS }: { withinMs?: number } = {},
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(lateness(what, people, withinMs)), withinMs);
  late.promise.catch(() => undefined); // Only of interest while somebody waits.
  try {
    for (;;) {
      // Before asking, or what happens meanwhile would go unseen.
      const next = people.map((person) => person.next());
      const answer = await Promise.race([check(), late.promise]);
      if (answer !== false && answer !== undefined) return answer;
      await Promise.race([...next.map(({ promise }) => promise), late.promise]);
      for (const { forget } of next) forget();
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until all of them hold the same commits. Resolves to the state that they share. */
export async function agree(
  conversationId: string,
  people: readonly Person[],
  options: { withinMs?: number } = {},
): Promise<ConversationState> {
  const names = people.map(({ name }) => name).join(', ');
  const check = async () => {
    const states = await Promise.all(people.map((person) => person.state(conversationId)));
    const [first] = states;
    const same = states.every(
      ({ stateDigest, commits }) => stateDigest === first?.stateDigest && commits === first.commits,
    );
    return same && first;
  };
  return until(`${names} agree`, people, check, options);
}

function lateness(what: string, people: readonly Person[], withinMs: number): Error {
  const logs = people.map(({ name, daemon, events }) => {
    const happened = events.slice(-15).map((event) => `  ${event.name}`);
    return [`${name}, last events:`, ...happened, daemon.log.slice(-2000)].join('\n');
  });
  return new Error(`not within ${withinMs / 1000} s: ${what}\n${logs.join('\n')}`);
}
