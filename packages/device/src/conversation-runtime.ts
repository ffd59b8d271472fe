import {
  Composition,
  type Crypto,
  collect,
  type Entry,
  History,
  type Intent,
  judgeAll,
  type Resolved,
  refusal,
  stateDigest,
  takesFromAnybody,
  type Writer,
} from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import type { Oid } from '@covey/git-objects';
import {
  havesBelow,
  havesOf,
  newAmong,
  objectsOf,
  reachedObjects,
  sliceFor,
} from '@covey/replication';
import type { Clock, ConversationStore } from './ports.ts';
import { Reception } from './reception.ts';
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
  readonly store: ConversationStore;
  readonly #crypto: Crypto;
  readonly #clock: Clock;
  readonly #writer: Writer;
  readonly #queue = new Serial();
  readonly #added: (entries: readonly Entry[]) => void;
  /** Its first commit says so, and so it can't be fetched. */
  needsNewerVersion = false;
  #history: History;
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
    this.#crypto = deps.crypto;
    this.#history = new History(deps.crypto, { profile: 'strict' });
    this.#clock = deps.clock;
    this.#writer = deps.writer;
    this.#added = deps.added;
  }

  /** Only grows, but for {@link goBack}: not to be kept by others. */
  get history(): History {
    return this.#history;
  }

  /** Reads what the repository has. It was judged when it was admitted: signatures are not checked again. */
  async load(order: readonly Oid[]): Promise<void> {
    await this.#judgeAgain(order, this.history);
    // What came before the last stop was perhaps never packed.
    this.#sincePack = order.length;
  }

  async #judgeAgain(order: readonly Oid[], history: History): Promise<void> {
    const broken = await judgeAll(order, history, this.store, undefined, { trusted: true });
    if (broken) throw refusal(broken);
  }

  /**
   * Makes what `choose` finds the heads; what stands above them is forgotten, though its objects stay. `first` is done
   * before, while nothing has changed. A crash leaves the heads as they were, or these.
   */
  goBack<T>(
    choose: () => { readonly heads: readonly Entry[] } & T,
    first: (chosen: T) => Promise<void>,
  ): Promise<void> {
    return this.#queue.run(async () => {
      const chosen = choose();
      const { heads } = chosen;
      const history = new History(this.#crypto, { profile: 'strict' });
      const oids = heads.map(({ oid }) => oid);
      await this.#judgeAgain(await collect(oids, this.store), history);
      await first(chosen);
      await this.store.replaceRefs(refsOf(heads));
      this.#history = history;
    });
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

  /** A place for what another device sends. To be dropped in the end. */
  async reception(): Promise<Reception> {
    return new Reception(await this.store.quarantine(), this.history.papers);
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
    const reception = await this.reception();
    opened();
    try {
      // While the slice before this one is judged.
      await reception.take(chunks, signal);
      return {
        tips: reception.tips,
        has: (oid) => reception.has(oid),
        judge: () => this.judge(reception).finally(() => reception.drop()),
        drop: () => reception.drop(),
      };
    } catch (reason) {
      await reception.drop();
      throw reason;
    }
  }

  /**
   * Judges what came, oldest first. All of it is taken in, or nothing is. `fromAnybody`: of somebody with whom nothing
   * is exchanged, only resolutions with their ancestors are.
   * @throws {CoveyError} GIT_OBJECT_MALFORMED, OBJECT_MISSING, OBJECT_COLLISION; PEER_REFUSED when other things came
   */
  judge(reception: Reception, { fromAnybody = false } = {}): Promise<Fetched> {
    return this.#queue.run(() => this.#judge(reception, fromAnybody));
  }

  async #judge(reception: Reception, fromAnybody: boolean): Promise<Fetched> {
    const { incoming, checks, came, objects } = reception;
    const order = newAmong(incoming, (oid) => this.knows(oid));
    const reached = await reachedObjects(order, incoming.commits, came, objects);
    const draft = this.history.draft();
    const broken =
      (await judgeAll(order, draft, objects, undefined, { checks })) ?? this.#notThisOne(draft);
    if (broken) return { outcome: 'refused', path: '', ...broken };
    if (fromAnybody && order.length > 0 && !takesFromAnybody(tipKinds(draft.ordered))) {
      throw new CoveyError('PEER_REFUSED', 'other things than resolutions came from outside');
    }
    await reception.admit(reached);
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

  /** What of the part below these commits is here. */
  havesBelow(tips: readonly Oid[]): readonly Oid[] {
    return havesBelow(this.history, tips);
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

/** Of the commits that are the parent of none of these. */
function tipKinds(entries: readonly Entry[]) {
  const parents = new Set(entries.flatMap((entry) => entry.parents));
  return entries.filter((entry) => !parents.has(entry)).map(({ content }) => content.kind);
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
