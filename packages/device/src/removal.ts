import { rolesOf } from '@covey/conversation';
import type { AccountContext } from './account-context.ts';
import type { ConversationRuntime } from './conversation-runtime.ts';

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
      if (removed !== undefined) await conversations.open(id);
    }
  }

  /** Another device has fetched all that there is. */
  async served(runtime: ConversationRuntime): Promise<void> {
    const record = this.#account.book.state.conversations[runtime.id];
    if (record?.removed !== undefined) await this.#erase(runtime.id);
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
