import { type Entry, inDisplayOrder, timeline, type Voids } from '@covey/conversation';
import type { Oid } from '@covey/git-objects';
import type { AccountContext } from './account-context.ts';
import type { ConversationRuntime } from './conversation-runtime.ts';
import { textsOf, viewOf } from './message-view.ts';

/** Late messages that are remembered of one conversation; the oldest are forgotten first. */
const MAX_LATE = 10_000;
const ABOUT_ITS_AUTHOR: ReadonlySet<string> = new Set(['join', 'leave']);
const ABOUT_ANOTHER: ReadonlySet<string> = new Set([
  ...(['add', 'ban', 'unban', 'promote', 'demote'] as const),
]);

interface Known {
  /** Commits that came here after one that stands behind them in display order. Of this run only. */
  readonly late: Set<Oid>;
  /** Commits without effect, as hosts were told. */
  voided: ReadonlySet<Oid>;
  voids?: Voids;
}

/** What hosts hear of commits that have come: what they say, that they are late, and what has become void by them. */
export class Arrivals {
  readonly #account: Pick<AccountContext, 'emit' | 'book'>;
  readonly #known = new Map<string, Known>();

  constructor(account: Pick<AccountContext, 'emit' | 'book'>) {
    this.#account = account;
  }

  /** What is void in a conversation as it was found on disk is no news. */
  opened(runtime: ConversationRuntime): void {
    if (runtime.history.size === 0) return;
    this.#voidsAnew(runtime);
  }

  /** New commits are durable. */
  added(runtime: ConversationRuntime, entries: readonly Entry[]): void {
    const conversationId = runtime.id;
    this.#noteLate(runtime, entries);
    const shown = new Map(timeline(entries).map((message) => [message.entry, message]));
    for (const entry of entries) {
      const { kind } = entry.content;
      if (kind === 'merge') continue;
      const message = shown.get(entry) ?? {
        ...{ entry, fields: textsOf(entry), reactions: [], editions: [] },
        ...{ deleted: false, needsNewerVersion: false },
      };
      const view = viewOf(message, { late: this.isLate(conversationId, entry.oid) });
      this.#account.emit('MessageReceived', { conversationId, message: view });
      const uri = subjectOf(entry);
      if (uri !== undefined) {
        const payload = { conversationId, uri, action: kind, by: entry.uri };
        this.#account.emit('ConversationMemberEvent', payload);
      }
      if (kind === 'profile') this.#account.emit('ConversationProfileUpdated', { conversationId });
    }
    this.#tellVoids(runtime);
  }

  isLate(conversationId: string, oid: Oid): boolean {
    return this.#known.get(conversationId)?.late.has(oid) ?? false;
  }

  forget(conversationId: string): void {
    this.#known.delete(conversationId);
  }

  #knownOf(conversationId: string): Known {
    const known = this.#known.get(conversationId) ?? { late: new Set<Oid>(), voided: new Set() };
    this.#known.set(conversationId, known);
    return known;
  }

  /** A conversation that is being fetched comes in any order: nothing of it is late. */
  #noteLate({ id, history }: ConversationRuntime, entries: readonly Entry[]): void {
    if (this.#account.book.conversation(id)?.syncing) return;
    const added = new Set(entries);
    const last = history.ordered.findLast((entry) => !added.has(entry));
    if (!last) return;
    const { late } = this.#knownOf(id);
    for (const entry of entries) if (inDisplayOrder(entry, last) < 0) late.add(entry.oid);
    for (const oid of late) {
      if (late.size <= MAX_LATE) break;
      late.delete(oid);
    }
  }

  #tellVoids(runtime: ConversationRuntime): void {
    const before = this.#knownOf(runtime.id).voided;
    const after = this.#voidsAnew(runtime);
    const commits = [...after].filter((oid) => !before.has(oid));
    const restored = [...before].filter((oid) => !after.has(oid));
    const isNews = commits.length > 0 || restored.length > 0;
    if (!isNews || this.#account.book.conversation(runtime.id)?.syncing) return;
    this.#account.emit('MessagesVoided', { conversationId: runtime.id, commits, restored });
  }

  #voidsAnew({ id, history }: ConversationRuntime): ReadonlySet<Oid> {
    const known = this.#knownOf(id);
    const voids = history.voids();
    if (known.voids === voids) return known.voided;
    const found = voids.isEmpty ? [] : history.ordered.filter((entry) => voids.reasonOf(entry));
    known.voids = voids;
    known.voided = new Set(found.map(({ oid }) => oid));
    return known.voided;
  }
}

/** The account that a commit is about, if it changes anybody's place. */
function subjectOf(entry: Entry): string | undefined {
  const { kind, fields } = entry.content;
  if (ABOUT_ITS_AUTHOR.has(kind)) return entry.uri;
  const uri = fields['uri'];
  return ABOUT_ANOTHER.has(kind) && typeof uri === 'string' ? uri : undefined;
}
