import {
  Composition,
  type Entry,
  type History,
  type Intent,
  judgeAll,
  stateDigest,
  type Writer,
} from '@covey/conversation';
import type { MemoryObjectStore, ObjectReader, Oid } from '@covey/git-objects';
import { havesOf, Replicator, sliceFor } from '@covey/replication';

/** A fetch under way: what is asked for, and what the asking side has. */
interface Wanted {
  readonly wants: readonly Oid[];
  readonly haves: readonly Oid[];
}

/**
 * One device of a gossiping group: production's history, replicator and slices, without a socket. Objects lie on one
 * shelf for all, since they are named by their content; what a device has is what its own history has judged.
 */
export class GossipDevice {
  readonly name: string;
  readonly writer: Writer;
  readonly history: History;
  readonly replicator: Replicator;
  readonly #shelf: MemoryObjectStore;

  /** @param history empty, or with what the device has from before */
  constructor(name: string, writer: Writer, history: History, shelf: MemoryObjectStore) {
    this.name = name;
    this.writer = writer;
    this.history = history;
    this.#shelf = shelf;
    this.replicator = new Replicator(this.heads, (oid) => history.entry(oid) !== undefined);
  }

  get heads(): readonly Oid[] {
    return this.history.heads.map(({ oid }) => oid);
  }

  get objects(): ObjectReader {
    return this.#shelf;
  }

  /** What two devices compare that have the same commits. */
  async digest(): Promise<string> {
    const { tree } = await this.history.resolved(this.#shelf);
    return stateDigest(tree, this.heads, this.history.papers.digests);
  }

  /** @throws {CoveyError} COMMIT_REFUSED */
  async write(intent: Intent, now: Date): Promise<Entry> {
    const composition = new Composition(this.history.draft(), this.#shelf);
    const entry = await composition.write(this.writer, intent, now);
    await this.#shelf.write(composition.objects);
    this.history.adopt(composition.draft);
    return entry;
  }

  /** Merges all heads without having anything to say, as no honest device does. */
  async mergeToRead(now: Date): Promise<void> {
    const composition = new Composition(this.history.draft(), this.#shelf);
    await composition.mergeHeads(this.writer, now);
    await this.#shelf.write(composition.objects);
    this.history.adopt(composition.draft);
  }

  wanted(wants: readonly Oid[]): Wanted {
    return { wants, haves: havesOf(this.history) };
  }

  /** Commits that answer a fetch, oldest first. */
  answer({ wants, haves }: Wanted): readonly Oid[] {
    return sliceFor(this.history, wants, haves).map(({ oid }) => oid);
  }

  /** Judges what a fetch brought and takes it in. Answers how many commits were new. */
  async take(commits: readonly Oid[]): Promise<number> {
    const fresh = commits.filter((oid) => !this.history.entry(oid));
    const draft = this.history.draft();
    const broken = await judgeAll(fresh, draft, this.#shelf);
    if (broken) throw new Error(`${this.name} refused an honest commit: ${JSON.stringify(broken)}`);
    return this.history.adopt(draft).length;
  }
}
