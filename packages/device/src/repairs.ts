import type { Entry } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import type { Oid } from '@covey/git-objects';
import type { Refusal } from '@covey/grpc-api';
import type { AccountUri } from '@covey/identity';
import type { AccountContext } from './account-context.ts';
import type { Repair } from './api.ts';
import type { ConversationRuntime } from './conversation-runtime.ts';
import type { AccountFolder, RemoteDevice } from './ports.ts';
import { readSaved, SAVED_JSON, type SavedCommit, savedFiles } from './saved-commits.ts';

const MAX_REFUSED = 64;
const MAX_REFUSERS = 16;
const TEXT_KINDS: ReadonlySet<string> = new Set(['text', 'reply', 'reaction', 'edit']);

type Refused = Repair['refused'][number];

/** What would go, and what would be left. */
interface Plan {
  readonly refused: readonly Refused[];
  /** Refused commits and all that stands on them, oldest first. */
  readonly lost: readonly Entry[];
  readonly heads: readonly Entry[];
}

/**
 * Own commits that others refuse: an honest program writes none, but a restored old back-up, a fault on the disk, or
 * a bug may. Nobody takes what is built on them, so their author goes back to what is accepted, and says it again.
 */
export class Repairs {
  readonly #account: AccountContext;
  readonly #folder: AccountFolder;
  readonly #refused = new Map<string, Map<Oid, Refused>>();
  readonly #wentBack: (runtime: ConversationRuntime) => Promise<void>;

  constructor(
    account: AccountContext,
    folder: AccountFolder,
    wentBack: (runtime: ConversationRuntime) => Promise<void>,
  ) {
    this.#account = account;
    this.#folder = folder;
    this.#wentBack = wentBack;
  }

  /** Another device has refused a commit that it fetched here. A claim: only a person acts on it. */
  noted(runtime: ConversationRuntime, { commit, rule, path }: Refusal, by: RemoteDevice): void {
    const entry = runtime.history.entry(commit);
    if (!entry || entry === runtime.history.root) return;
    const refused = this.#refusedIn(runtime.id);
    const before = refused.get(entry.oid) ?? { commit: entry.oid, rule, path, by: [] };
    const isFull =
      before.by.length >= MAX_REFUSERS || (refused.size >= MAX_REFUSED && !before.by[0]);
    if (isFull || before.by.includes(by.deviceId)) return;
    refused.set(entry.oid, { ...before, by: [...before.by, by.deviceId] });
    const isOwn = standsOn([entry.oid], runtime).some(({ uri }) => uri === this.#ownUri);
    if (!isOwn) return;
    const conversationId = runtime.id;
    const payload = { conversationId, rule, commit, path, by: by.deviceId };
    this.#account.emit('OwnCommitRefused', payload);
    const device = by.deviceId.slice(0, 8);
    this.#account.ports.log.warn({ rule, commit, path, device }, 'own commit refused by another');
  }

  /** @throws {CoveyError} REPAIR_NOT_SAVED when there is nothing to send again */
  async repair(
    runtime: ConversationRuntime,
    { apply = false, resend = false }: { apply?: boolean; resend?: boolean },
  ): Promise<Repair> {
    const { refused, lost, heads } = this.#plan(runtime);
    const saved = apply && lost.length > 0 ? await this.#goBack(runtime) : undefined;
    const resent = resend ? await this.#resend(runtime) : [];
    return {
      refused,
      lost: lost.map((entry) => this.#shown(entry)),
      heads: heads.map(({ oid }) => oid),
      ...(saved === undefined ? {} : { saved }),
      resent,
    };
  }

  forget(conversationId: string): void {
    this.#refused.delete(conversationId);
  }

  get #ownUri(): string {
    return this.#account.writer.uri;
  }

  #refusedIn(conversationId: string): Map<Oid, Refused> {
    const known = this.#refused.get(conversationId) ?? new Map<Oid, Refused>();
    this.#refused.set(conversationId, known);
    return known;
  }

  #plan(runtime: ConversationRuntime): Plan {
    const refused = [...this.#refusedIn(runtime.id).values()].filter(({ commit }) =>
      runtime.knows(commit),
    );
    const lost = standsOn(
      refused.map(({ commit }) => commit),
      runtime,
    );
    const gone = new Set(lost);
    const left = runtime.history.ordered.filter((entry) => !gone.has(entry));
    const parents = new Set(left.flatMap((entry) => entry.parents));
    return { refused, lost, heads: left.filter((entry) => !parents.has(entry)) };
  }

  /** Saves first; then the heads swing. Whatever is cut off on the way, nothing is lost and nothing half done. */
  async #goBack(runtime: ConversationRuntime): Promise<string> {
    const { clock, crypto, packOf } = this.#account.ports;
    let saved = '';
    await runtime.goBack(
      () => this.#plan(runtime),
      async ({ refused, lost, heads }) => {
        const at = clock.now();
        const texts = lost.filter((entry) => this.#isOwnText(entry));
        const repair = { conversationId: runtime.id, at, refused, lost, heads, texts };
        const files = await savedFiles(repair, runtime.store, {
          digests: crypto.digests,
          packOf,
        });
        saved = await this.#folder.saveBeside(
          runtime.id,
          at.toISOString().replaceAll(':', '-'),
          files,
        );
      },
    );
    this.forget(runtime.id);
    await this.#wentBack(runtime);
    this.#account.emit('ConversationRepaired', { conversationId: runtime.id, saved });
    return saved;
  }

  /** Says the saved texts again; one that has been said since is left out, so that a second try doubles nothing. */
  async #resend(runtime: ConversationRuntime): Promise<readonly Oid[]> {
    const bytes = await this.#folder.lastSavedBeside(runtime.id, SAVED_JSON);
    if (!bytes)
      throw new CoveyError('REPAIR_NOT_SAVED', 'nothing was saved from this conversation');
    const { heads, commits } = readSaved(bytes);
    const since = this.#ownTextsSince(runtime, new Set(heads));
    /** Saved commit -> the one that says it now. */
    const anew = new Map<string, string>();
    const resent: Oid[] = [];
    for (const saved of commits) {
      if (!saved.resend) continue;
      const said = since.findIndex(({ type, body }) => type === saved.type && body === saved.body);
      const [entry] = said < 0 ? [] : since.splice(said, 1);
      const oid = entry?.oid ?? (await this.#say(runtime, saved, anew));
      if (oid === undefined) continue;
      anew.set(saved.id, oid);
      if (!entry) resent.push(oid);
    }
    return resent;
  }

  async #say(
    runtime: ConversationRuntime,
    { type, fields }: SavedCommit,
    anew: ReadonlyMap<string, string>,
  ): Promise<Oid | undefined> {
    const said: Record<string, string> = {};
    for (const [key, value] of Object.entries(fields)) {
      const isAbout = key === 'edit' || key === 'react-to' || key === 'reply-to';
      const now = isAbout ? (anew.get(value) ?? value) : value;
      const isThere = !isAbout || runtime.knows(now);
      // What it is about has gone: an answer still says something, an edition or a reaction doesn't.
      if (!isThere && key !== 'reply-to') return undefined;
      if (isThere) said[key] = now;
    }
    return (await runtime.write({ kind: 'message', fields: { ...said, type } })).oid;
  }

  #ownTextsSince({ history }: ConversationRuntime, heads: ReadonlySet<string>) {
    const before = new Set<Entry>();
    const open = [...history.ordered].filter(({ oid }) => heads.has(oid));
    for (let entry = open.pop(); entry; entry = open.pop()) {
      if (before.has(entry)) continue;
      before.add(entry);
      open.push(...entry.parents);
    }
    return history.ordered
      .filter((entry) => !before.has(entry) && this.#isOwnText(entry))
      .map(({ oid, content: { type, fields } }) => ({ oid, type, body: fields['body'] }));
  }

  #isOwnText({ uri, content: { kind } }: Entry): boolean {
    return uri === this.#ownUri && TEXT_KINDS.has(kind);
  }

  #shown({ oid, uri, time, content: { type, fields } }: Entry): Repair['lost'][number] {
    const body = fields['body'];
    return {
      id: oid,
      author: uri as AccountUri, // Judged when it was admitted.
      isOwn: uri === this.#ownUri,
      type,
      timestamp: time,
      ...(typeof body === 'string' ? { body } : {}),
    };
  }
}

/** These commits and all that have one of them among their ancestors, oldest first. */
function standsOn(oids: readonly Oid[], { history }: ConversationRuntime): readonly Entry[] {
  const found = new Set<Entry>();
  const named = new Set<string>(oids);
  // Parents come first in display order.
  for (const entry of history.ordered) {
    if (named.has(entry.oid) || entry.parents.some((parent) => found.has(parent))) found.add(entry);
  }
  return [...found];
}
