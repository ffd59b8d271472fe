import type { AccountBook } from '@covey/account';
import { Admission, type Correspondent } from '@covey/conversation';
import type { ConversationRuntime } from './conversation-runtime.ts';

interface Group {
  readonly admission: Admission;
  /** What it was made from: nothing else is asked. */
  readonly made: string;
  readonly fingerprint: string;
  /** Accounts that are admin, member or invited. */
  readonly accounts: ReadonlySet<string>;
}

/**
 * Who may talk about which conversation now (authority.md, admission). Kept ready, so that it can be
 * asked before every single call without reading anything.
 */
export class Rights {
  readonly #ownUri: string;
  readonly #groups = new Map<string, Group>();
  /** Conversation -> from whom it is being cloned. */
  readonly #sources = new Map<string, string>();

  constructor(ownUri: string) {
    this.#ownUri = ownUri;
  }

  /** May keep a connection: in any conversation, or as a device of the own account. */
  admits(other: Correspondent): boolean {
    if (this.#isRevoked(other)) return false;
    if (other.uri === this.#ownUri) return true;
    const ids = new Set([...this.#groups.keys(), ...this.#sources.keys()]);
    return [...ids].some((id) => this.allows(other, id));
  }

  /** May ask about a conversation. */
  allows(other: Correspondent, conversationId: string): boolean {
    if (this.#isRevoked(other)) return false;
    // Of a half-fetched history the state says nothing about its source yet.
    if (this.#sources.get(conversationId) === other.uri) return true;
    const group = this.#groups.get(conversationId);
    if (!group) return other.uri === this.#ownUri;
    const isOut = other.uri !== this.#ownUri && group.admission.isBannedDevice(other.deviceId);
    return !isOut && group.admission.exchangesWith(other);
  }

  /** Allowed, and told without being asked: of a public conversation a stranger who doesn't know it hears nothing. */
  shares(other: Correspondent, conversationId: string): boolean {
    if (!this.allows(other, conversationId)) return false;
    return other.uri === this.#ownUri || this.accountsIn(conversationId).has(other.uri);
  }

  /** Shares a conversation, or is a device of the own account. */
  knows(other: Correspondent): boolean {
    if (other.uri === this.#ownUri) return this.admits(other);
    const ids = new Set([...this.#groups.keys(), ...this.#sources.keys()]);
    return [...ids].some((id) => this.shares(other, id));
  }

  accountsIn(conversationId: string): ReadonlySet<string> {
    const source = this.#sources.get(conversationId);
    const accounts = this.#groups.get(conversationId)?.accounts ?? new Set();
    return source === undefined ? accounts : new Set([...accounts, source]);
  }

  /** Was this account ever in the conversation, by the commits that are here? */
  hasNamed({ uri }: Correspondent, conversationId: string): boolean {
    return this.#groups.get(conversationId)?.admission.hasNamed(uri) ?? false;
  }

  admissionTo(conversationId: string): Admission | undefined {
    return this.#groups.get(conversationId)?.admission;
  }

  forget(conversationId: string): void {
    this.#groups.delete(conversationId);
    this.#sources.delete(conversationId);
  }

  /** Reads the resolved state; while a clone is running its source may talk. Resolves to whether anything has changed. */
  async learn({ id, history, store }: ConversationRuntime, book: AccountBook): Promise<boolean> {
    const source = book.conversation(id)?.syncing?.from;
    const isNew = this.#sources.get(id) !== source;
    if (source === undefined) this.#sources.delete(id);
    else this.#sources.set(id, source);
    if (history.size === 0) return isNew;
    const { tree } = await history.resolved(store);
    const made = `${tree} ${history.acts.length}`;
    const before = this.#groups.get(id);
    if (before?.made === made) return isNew;
    const admission = await Admission.of(history, store, this.#ownUri);
    const { fingerprint, accounts } = admission;
    this.#groups.set(id, { admission, made, fingerprint, accounts: new Set(accounts) });
    return isNew || before?.fingerprint !== fingerprint;
  }

  /** A list learnt in one conversation counts in all (requirements.md, ID-3). */
  #isRevoked(other: Correspondent): boolean {
    return [...this.#groups.values()].some(({ admission }) => admission.isRevoked(other));
  }
}
