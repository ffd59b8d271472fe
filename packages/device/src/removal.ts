import { rolesOf } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import { BackOff } from '@covey/replication';
import type { AccountContext } from './account-context.ts';
import type { ConversationRuntime } from './conversation-runtime.ts';
import type { Link } from './ports.ts';

const FIRST_QUESTION_MS = 50;

/**
 * Leaving a conversation (LIFE-1). It is hidden at once; its repository stays until another device has
 * fetched the leave, over restarts if need be, and is then deleted.
 */
export class Removal {
  readonly #account: AccountContext;
  readonly #forget: (conversationId: string) => void;

  constructor(account: AccountContext, forget: (conversationId: string) => void) {
    this.#forget = forget;
    this.#account = account;
  }

  async begin(conversationId: string): Promise<void> {
    const account = this.#account;
    const runtime = account.conversations.find(conversationId);
    const syncing = account.book.conversation(conversationId)?.syncing !== undefined;
    const mustTell = runtime !== undefined && !syncing && (await this.#leave(runtime));
    await account.update((book) => book.removed(conversationId, account.ports.clock.now()));
    account.emit('ConversationRemoved', { conversationId });
    if (!mustTell) await this.#erase(conversationId);
  }

  /** Conversations that were left and whose repositories are still here. */
  async resume(): Promise<void> {
    const { book, conversations } = this.#account;
    for (const [id, { removed }] of Object.entries(book.state.conversations)) {
      if (removed === undefined || (await conversations.open(id))) continue;
      // A crash may have come while it was deleted.
      await conversations.remove(id);
    }
  }

  /**
   * Another device was given all that there is. It has taken it in when it names the leave (a device of
   * one's own), or has no more to say to who has left; until then it is asked again.
   */
  async served(runtime: ConversationRuntime, link: Link): Promise<void> {
    if (!this.#isLeft(runtime.id)) return;
    const backOff = new BackOff({ firstMs: FIRST_QUESTION_MS });
    const ask = async (): Promise<void> => {
      if (!this.#isLeft(runtime.id)) return;
      try {
        const { heads } = await link.heads({ conversationId: runtime.id });
        if (runtime.heads.every((oid) => heads.includes(oid))) return this.#erase(runtime.id);
      } catch (reason) {
        if (isTurnedAway(reason)) return this.#erase(runtime.id);
        return; // The connection is lost; the next one begins with a fetch.
      }
      const { chance, clock } = this.#account.ports;
      clock.after(backOff.failed(chance()), () => void ask());
    };
    await ask();
  }

  /** A device that was in the group dials no more with this one: it knows of the leave. */
  async turnedAway(shared: (conversationId: string) => boolean): Promise<void> {
    for (const { id } of [...this.#account.conversations.all()]) {
      if (this.#isLeft(id) && shared(id)) await this.#erase(id);
    }
  }

  #isLeft(conversationId: string): boolean {
    const { conversations, book } = this.#account;
    const record = book.state.conversations[conversationId];
    return record?.removed !== undefined && conversations.find(conversationId) !== undefined;
  }

  /** @returns whether somebody has to hear of it */
  async #leave(runtime: ConversationRuntime): Promise<boolean> {
    const { uri } = this.#account.writer;
    const { state } = await runtime.resolved();
    const others = rolesOf(state).some(
      (each) => each.uri !== uri && (each.role === 'admin' || each.role === 'member'),
    );
    if (!others || !state.isWriter(uri)) return false;
    await runtime.write({ kind: 'leave' });
    return true;
  }

  async #erase(conversationId: string): Promise<void> {
    this.#forget(conversationId);
    await this.#account.conversations.remove(conversationId);
  }
}

const isTurnedAway = (reason: unknown) =>
  CoveyError.is(reason, 'PEER_REFUSED') || CoveyError.is(reason, 'CONVERSATION_NOT_FOUND');
