import { type BegunCheck, beginChecks, type History } from '@covey/conversation';
import { DEFAULT_PACK_LIMITS, type ObjectReader, type Oid } from '@covey/git-objects';
import { type Incoming, incomingCommits, tipsOf } from '@covey/replication';
import type { Quarantine } from './ports.ts';

const NOTHING: Incoming = { order: [], commits: new Map() };

/** What came from outside and waits to be judged: the objects of one pack or of several that belong together. */
export class Reception {
  readonly #quarantine: Quarantine;
  readonly #papers: History['papers'];
  readonly #came = new Set<Oid>();
  #incoming = NOTHING;
  #checks: ReadonlyMap<Oid, BegunCheck> = new Map();

  constructor(quarantine: Quarantine, papers: History['papers']) {
    this.#quarantine = quarantine;
    this.#papers = papers;
  }

  /**
   * Takes one pack in, and begins to check its signatures.
   * @throws {CoveyError} PACK_MALFORMED, PACK_LIMIT_EXCEEDED, OBJECT_COLLISION, DEADLINE_EXCEEDED
   */
  async take(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const limits = DEFAULT_PACK_LIMITS;
    for (const oid of await this.#quarantine.receive(chunks, { limits, signal })) {
      this.#came.add(oid);
    }
    this.#incoming = await incomingCommits([...this.#came], this.objects);
    this.#checks = await beginChecks(this.#incoming.order, this.objects, this.#papers);
  }

  /** Above the store. */
  get objects(): ObjectReader {
    return this.#quarantine.objects;
  }

  get came(): ReadonlySet<Oid> {
    return this.#came;
  }

  get incoming(): Incoming {
    return this.#incoming;
  }

  get checks(): ReadonlyMap<Oid, BegunCheck> {
    return this.#checks;
  }

  /** Commits that are the parent of none that came: who has these has all of it. */
  get tips(): readonly Oid[] {
    return tipsOf(this.#incoming);
  }

  has(commit: Oid): boolean {
    return this.#incoming.commits.has(commit);
  }

  admit(oids: ReadonlySet<Oid>): Promise<void> {
    return this.#quarantine.admit(oids);
  }

  drop(): Promise<void> {
    return this.#quarantine.drop();
  }
}
