import {
  type BegunCheck,
  beginChecks,
  Composition,
  type Crypto,
  type Entry,
  History,
  type Intent,
  judgeAll,
  type Resolved,
  refusal,
  stateDigest,
  type Writer,
} from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import { DEFAULT_PACK_LIMITS, type Oid } from '@covey/git-objects';
import {
  havesOf,
  type Incoming,
  incomingCommits,
  newAmong,
  objectsOf,
  reachedObjects,
  sliceFor,
  tipsOf,
} from '@covey/replication';
import type { Clock, ConversationStore, Quarantine } from './ports.ts';
import { Serial } from './serial.ts';

const HEAD_REF = 'refs/heads/main';
const MORE_HEADS = 'refs/covey/heads/';
/** Sends that wait while one batch is being made durable go together in the next. */
const MAX_BATCH = 128;
/** Bytes of objects in one answer to a fetch; the rest is asked for again. */
const SLICE_BYTES = 8 * 1024 * 1024;
const PACK_AFTER_COMMITS = 512;
const COUNTED_AT_ONCE = 8;

interface Waiting {
  readonly intent: Intent;
  resolve(entry: Entry): void;
  reject(reason: unknown): void;
}

/** What a fetch came to. */
export type Fetched =
  | { readonly outcome: 'admitted'; readonly entries: readonly Entry[] }
  | {
      readonly outcome: 'refused';
      readonly rule: string;
      readonly commit: Oid;
      readonly path: string;
      readonly found: string;
    };

interface Received {
  readonly incoming: Incoming;
  readonly checks: ReadonlyMap<Oid, BegunCheck>;
  readonly came: ReadonlySet<Oid>;
  readonly quarantine: Quarantine;
}

/** What came with one fetch, read whole and waiting to be judged. */
export interface Slice {
  /** Commits that are the parent of none that came: who has these has the slice. */
  readonly tips: readonly Oid[];
  has(commit: Oid): boolean;
  /** Slices are judged in the order in which this is called. @throws {CoveyError} GIT_OBJECT_MALFORMED, OBJECT_MISSING, OBJECT_COLLISION */
  judge(): Promise<Fetched>;
  drop(): Promise<void>;
}

/**
 * One conversation on this device: its repository, its judged history, and the one queue through which
 * everything that writes goes. Reading never waits; no lock is held across the network.
 */
export class ConversationRuntime {
  readonly id: string;
  readonly history: History;
  readonly store: ConversationStore;
  readonly #clock: Clock;
  readonly #writer: Writer;
  readonly #queue = new Serial();
  readonly #added: (entries: readonly Entry[]) => void;
  #waiting: Waiting[] = [];
  #sincePack = 0;

  constructor(
    id: string,
    store: ConversationStore,
    deps: {
      crypto: Crypto;
      clock: Clock;
      writer: Writer;
      added: (entries: readonly Entry[]) => void;
    },
  ) {
    this.id = id;
    this.store = store;
    this.history = new History(deps.crypto, { profile: 'strict' });
    this.#clock = deps.clock;
    this.#writer = deps.writer;
    this.#added = deps.added;
  }

  /** Reads what the repository has. It was judged when it was admitted: signatures are not checked again. */
  async load(order: readonly Oid[]): Promise<void> {
    const broken = await judgeAll(order, this.history, this.store, undefined, { trusted: true });
    if (broken) throw refusal(broken);
    // What came before the last stop was perhaps never packed.
    this.#sincePack = order.length;
  }

  get heads(): readonly Oid[] {
    return this.history.heads.map(({ oid }) => oid);
  }

  knows(oid: string): boolean {
    return this.history.entry(oid) !== undefined;
  }

  /** The last commit that invited an account. */
  invitationOf(uri: string): Entry | undefined {
    const act = this.history.acts.findLast(({ places }) =>
      places.some((place) => place.uri === uri && place.to === 'invited'),
    );
    return act && this.history.entry(act.oid);
  }

  resolved(): Promise<Resolved> {
    return this.history.resolved(this.store);
  }

  async digest(): Promise<string> {
    const { tree } = await this.resolved();
    return stateDigest(tree, this.heads, this.history.papers.digests);
  }

  /** Writes a commit; resolves when it would survive a power loss. @throws {CoveyError} COMMIT_REFUSED */
  write(intent: Intent): Promise<Entry> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ intent, resolve, reject });
      if (this.#waiting.length === 1) void this.#queue.run(() => this.#writeBatch()).catch(reject);
    });
  }

  async #writeBatch(): Promise<void> {
    const batch = this.#waiting.splice(0, MAX_BATCH);
    if (this.#waiting.length > 0) void this.#queue.run(() => this.#writeBatch());
    const composition = new Composition(this.history.draft(), this.store);
    const done: (() => void)[] = [];
    for (const { intent, resolve, reject } of batch) {
      try {
        const entry = await composition.write(this.#writer, intent, this.#clock.now());
        done.push(() => resolve(entry));
      } catch (reason) {
        reject(reason);
      }
    }
    try {
      // A merge is only written in front of something that was said.
      if (done.length > 0) await this.#commit(composition);
      for (const tell of done) tell();
    } catch (reason) {
      for (const { reject } of batch) reject(reason);
    }
  }

  async #commit(composition: Composition): Promise<void> {
    await this.store.write(composition.objects);
    await this.#adopt(composition.draft);
  }

  /** Objects are durable; now the refs swing, and only then does the history grow. */
  async #adopt(draft: History): Promise<readonly Entry[]> {
    await this.store.replaceRefs(refsOf(draft.heads));
    const added = this.history.adopt(draft);
    // Many commits at once lie in a pack already.
    this.#sincePack += Math.min(added.length, COUNTED_AT_ONCE);
    this.#added(added);
    return added;
  }

  /**
   * Takes in the bytes that another device sends. Nothing of them counts before {@link Slice.judge}.
   * @throws {CoveyError} PACK_MALFORMED, PACK_LIMIT_EXCEEDED, OBJECT_COLLISION, DEADLINE_EXCEEDED
   */
  async receive(
    chunks: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
    opened: () => void,
  ): Promise<Slice> {
    const quarantine = await this.store.quarantine();
    opened();
    try {
      const came = await quarantine.receive(chunks, { limits: DEFAULT_PACK_LIMITS, signal });
      const incoming = await incomingCommits(came, quarantine.objects);
      // While the slice before this one is judged.
      const { papers } = this.history;
      const checks = await beginChecks(incoming.order, quarantine.objects, papers);
      return {
        tips: tipsOf(incoming),
        has: (oid) => incoming.commits.has(oid),
        judge: () =>
          this.#queue
            .run(() => this.#judge({ incoming, checks, came: new Set(came), quarantine }))
            .finally(() => quarantine.drop()),
        drop: () => quarantine.drop(),
      };
    } catch (reason) {
      await quarantine.drop();
      throw reason;
    }
  }

  /** Oldest first. All of it is taken in, or nothing is. */
  async #judge({ incoming, checks, came, quarantine }: Received): Promise<Fetched> {
    const reader = quarantine.objects;
    const { commits } = incoming;
    const order = newAmong(incoming, (oid) => this.knows(oid));
    const reached = await reachedObjects(order, commits, came, reader);
    const draft = this.history.draft();
    const broken =
      (await judgeAll(order, draft, reader, undefined, { checks })) ??
      this.#notThisOne(draft);
    if (broken) return { outcome: 'refused', path: '', ...broken };
    await quarantine.admit(reached);
    const entries = order.length > 0 ? await this.#adopt(draft) : [];
    return { outcome: 'admitted', entries };
  }

  /** A clone must begin with the commit that the conversation is named by. */
  #notThisOne(draft: History) {
    const root = draft.root?.oid;
    if (root === undefined || root === this.id) return undefined;
    return {
      rule: 'initial/names-the-conversation',
      commit: root,
      found: `the root is not ${this.id}`,
    };
  }

  get haves(): readonly Oid[] {
    return this.history.size === 0 ? [] : havesOf(this.history);
  }

  /** Objects that answer a fetch: as many commits, oldest first, as fit into one slice. */
  async objectsFor(wants: readonly string[], haves: readonly string[], maxBytes: number) {
    const entries = sliceFor(this.history, wants, haves);
    const bytes = Math.min(maxBytes === 0 ? SLICE_BYTES : maxBytes, SLICE_BYTES);
    return objectsOf(entries, this.store, bytes);
  }

  /** Packs when enough has come since the last time. */
  async tidy(): Promise<void> {
    if (this.#sincePack < PACK_AFTER_COMMITS) return;
    this.#sincePack = 0;
    await this.store.pack();
  }

  async close(): Promise<void> {
    await this.#queue.run(async () => {});
    await this.store.close();
  }
}

/** `refs/heads/main` is the last head in display order; any others stand beside it. */
function refsOf(heads: readonly Entry[]): ReadonlyMap<string, Oid> {
  const refs = new Map<string, Oid>();
  for (const [at, { oid }] of heads.entries()) {
    refs.set(at === heads.length - 1 ? HEAD_REF : `${MORE_HEADS}${oid}`, oid);
  }
  return refs;
}

/** Heads of a repository by its refs. @throws {CoveyError} REPOSITORY_UNREADABLE */
export function headsIn(refs: ReadonlyMap<string, Oid>): readonly Oid[] {
  const heads = [...refs].filter(([name]) => name === HEAD_REF || name.startsWith(MORE_HEADS));
  if (heads.length === 0) throw new CoveyError('REPOSITORY_UNREADABLE', `no ${HEAD_REF}`);
  return heads.map(([, oid]) => oid);
}
