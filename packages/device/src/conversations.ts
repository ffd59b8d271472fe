import type { Crypto, Entry, Writer } from '@covey/conversation';
import { collect } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import type { GitObject, Oid } from '@covey/git-objects';
import { ConversationRuntime, headsIn } from './conversation-runtime.ts';
import type { AccountFolder, Clock, ConversationStore } from './ports.ts';

export interface ConversationsDeps {
  readonly folder: AccountFolder;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly writer: Writer;
  readonly added: (runtime: ConversationRuntime, entries: readonly Entry[]) => void;
}

/** The repositories of one account that are open. */
export class Conversations {
  readonly #open = new Map<string, ConversationRuntime>();
  readonly #deps: ConversationsDeps;

  constructor(deps: ConversationsDeps) {
    this.#deps = deps;
  }

  find(id: string): ConversationRuntime | undefined {
    return this.#open.get(id);
  }

  all(): Iterable<ConversationRuntime> {
    return this.#open.values();
  }

  /** Opens what is on disk; a clone that never got its first commit is not there. */
  async open(id: string): Promise<ConversationRuntime | undefined> {
    const store = await this.#deps.folder.openConversation(id);
    if (!store) return undefined;
    const refs = await store.refs();
    const runtime = this.#runtime(id, store);
    if (refs.size > 0) await runtime.load(await collect(headsIn(refs), store));
    this.#open.set(id, runtime);
    return runtime;
  }

  /** An empty repository that a clone will fill. */
  async createEmpty(id: string): Promise<ConversationRuntime> {
    const known = this.#open.get(id) ?? (await this.open(id));
    if (known) return known;
    const runtime = this.#runtime(id, await this.#deps.folder.createConversation(id));
    this.#open.set(id, runtime);
    return runtime;
  }

  /** A new conversation: its id is known when its first commit has been written, so that is composed first. */
  async start(root: Oid, objects: readonly GitObject[]): Promise<ConversationRuntime> {
    // Nobody knows of it yet: what lies there is what a crash has left of the same.
    await this.#deps.folder.removeConversation(root);
    const store = await this.#deps.folder.createConversation(root);
    await store.write(objects);
    await store.replaceRefs(new Map([['refs/heads/main', root]]));
    const runtime = await this.open(root);
    if (!runtime) throw new CoveyError('INTERNAL', 'the new repository is not there');
    return runtime;
  }

  async remove(id: string): Promise<void> {
    const runtime = this.#open.get(id);
    this.#open.delete(id);
    await runtime?.close();
    await this.#deps.folder.removeConversation(id);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((runtime) => runtime.close()));
    this.#open.clear();
  }

  #runtime(id: string, store: ConversationStore): ConversationRuntime {
    const { crypto, clock, writer, added } = this.#deps;
    const runtime: ConversationRuntime = new ConversationRuntime(id, store, {
      crypto,
      clock,
      writer,
      added: (entries) => added(runtime, entries),
    });
    return runtime;
  }
}
