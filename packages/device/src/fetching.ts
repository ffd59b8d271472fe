import { CoveyError } from '@covey/errors';
import type { Oid } from '@covey/git-objects';
import type { Refusal } from '@covey/grpc-api';
import type { AccountContext } from './account-context.ts';
import type { ConversationRuntime, Slice } from './conversation-runtime.ts';
import type { Link } from './ports.ts';

/** Objects of one slice. A link that is too slow for it gets smaller ones. */
const MOST_BYTES = 16 * 1024 * 1024;
const LEAST_BYTES = 64 * 1024;
/** The rule that an old program breaks a newer conversation by: nothing is wrong but its age. */
const NEWER_RULES = 'initial/rules-version';
/** As much of a path as a refusal can name (`peer.proto`), in characters of which none has more than four bytes. */
const MAX_PATH = 64;
/** For one slice. One fetch runs at a time: who sends a byte now and then would else keep all others out. */
const SLICE_DEADLINE_MS = 2 * 60 * 1000;

/** Slices in a row by the end of which nothing has come that wasn't here. */
const MOST_WITHOUT_NEWS = 1;

/** Brings the commits of one conversation from other devices, slice by slice, each judged before it counts. */
export class Fetching {
  readonly #runtime: ConversationRuntime;
  readonly #account: AccountContext;
  #maxBytes = MOST_BYTES;

  constructor(runtime: ConversationRuntime, account: AccountContext) {
    this.#runtime = runtime;
    this.#account = account;
  }

  /**
   * Fetches until all that is wanted is here. While one slice is judged the next one is on its way. What was judged
   * stays, so that a fetch that is cut goes on from there the next time.
   * @returns the commit that broke a rule; then nothing of its slice was taken in
   * @throws {CoveyError} OBJECT_MISSING when the peer doesn't give what it announced; what reading a slice throws
   */
  async fetchAll(
    link: Link,
    wants: readonly Oid[],
    closing: AbortSignal,
  ): Promise<Oid | undefined> {
    const stop = new AbortController();
    const end = () => stop.abort(closing.reason);
    closing.addEventListener('abort', end, { once: true });
    if (closing.aborted) end();
    let next: Promise<Slice> | undefined;
    let known = this.#runtime.history.size;
    let slicesWithoutNews = 0;
    try {
      next = this.#receive(link, wants, [], stop.signal);
      for (;;) {
        const slice: Slice = await next;
        // The right to it may have gone while it was on its way.
        stop.signal.throwIfAborted();
        const isLast = wants.every((oid) => slice.has(oid) || this.#runtime.knows(oid));
        next = isLast ? undefined : this.#receive(link, wants, slice.tips, stop.signal);
        next?.catch(() => {}); // Awaited in its turn, or not at all.
        const refused = await this.#judge(slice, link);
        if (refused || !next) return refused;
        // What a slice brings may have come by another road, and the one behind it was asked for by then.
        const { size } = this.#runtime.history;
        slicesWithoutNews = size > known ? 0 : slicesWithoutNews + 1;
        known = size;
        if (slicesWithoutNews <= MOST_WITHOUT_NEWS) continue;
        throw new CoveyError('OBJECT_MISSING', 'a peer announced what it does not give');
      }
    } finally {
      closing.removeEventListener('abort', end);
      stop.abort(new CoveyError('DEADLINE_EXCEEDED', 'the fetch is over'));
      await next?.then((slice) => slice.drop()).catch(() => {}); // What it failed of was told.
    }
  }

  /** @param ahead commits that are on their way into the history */
  async #receive(
    link: Link,
    wants: readonly Oid[],
    ahead: readonly Oid[],
    stop: AbortSignal,
  ): Promise<Slice> {
    stop.throwIfAborted();
    const conversationId = this.#runtime.id;
    const request = {
      conversationId,
      wants: [...wants],
      haves: [...ahead, ...this.#runtime.haves],
      maxBytes: this.#maxBytes,
    };
    const from = link.remote.deviceId;
    const opened = () => this.#account.emit('QuarantineOpened', { conversationId, from });
    const late = new AbortController();
    const tooLate = () => {
      // Perhaps it isn't ill will but a slow line: the next try is for less.
      this.#maxBytes = Math.max(LEAST_BYTES, this.#maxBytes / 4);
      late.abort(new CoveyError('DEADLINE_EXCEEDED', 'the pack took too long'));
    };
    const cancel = this.#account.ports.clock.after(SLICE_DEADLINE_MS, tooLate);
    const end = () => late.abort(stop.reason);
    stop.addEventListener('abort', end, { once: true });
    try {
      const { signal } = late;
      return await this.#runtime.receive(link.fetch(request, signal), signal, opened);
    } finally {
      cancel();
      stop.removeEventListener('abort', end);
    }
  }

  /** @returns the commit that broke a rule; then nothing of the slice was taken in */
  async #judge(slice: Slice, link: Link): Promise<Oid | undefined> {
    const fetched = await slice.judge();
    const conversationId = this.#runtime.id;
    const from = link.remote.deviceId;
    if (fetched.outcome === 'refused') {
      const { rule, commit, path, found } = fetched;
      const isNewer = rule === NEWER_RULES;
      if (isNewer) this.#runtime.needsNewerVersion = true;
      const event = isNewer ? 'NewerVersionNeeded' : 'CommitRefused';
      this.#account.emit(event, { conversationId, rule, commit, path, found, from });
      const text = isNewer ? 'a conversation needs a newer version' : 'commit refused';
      this.#account.ports.log.info({ rule, commit, path, device: shortName(from) }, text);
      if (!isNewer) void this.#tell(link, { conversationId, rule, commit, path });
      return commit;
    }
    return undefined;
  }

  /** Who sent it may have written it, or built on it, and is best placed to mend it. */
  async #tell(link: Link, refusal: Refusal): Promise<void> {
    const path = refusal.path.length > MAX_PATH ? '' : refusal.path;
    try {
      await link.refused({ ...refusal, path });
    } catch (err) {
      this.#account.ports.log.debug({ err }, 'a refusal was not heard');
    }
  }
}

/** Of a device id, for logs. */
export const shortName = (deviceId: string): string => deviceId.slice(0, 8);
