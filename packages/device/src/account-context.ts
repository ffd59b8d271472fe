import type { AccountBook } from '@covey/account';
import type { Writer } from '@covey/conversation';
import type { AccountChain } from '@covey/identity';
import type { AccountEvent } from './api.ts';
import type { ConversationRuntime } from './conversation-runtime.ts';
import type { Conversations } from './conversations.ts';
import type { DevicePorts, Link, Papers } from './ports.ts';

/** What the parts of one account's runtime have in common. */
export interface AccountContext {
  readonly accountId: string;
  readonly writer: Writer;
  readonly chain: AccountChain;
  readonly papers: Papers;
  readonly ports: DevicePorts;
  readonly conversations: Conversations;
  readonly book: AccountBook;
  /** Changes the book; resolves when the change would survive a crash. */
  update(change: (book: AccountBook) => AccountBook): Promise<void>;
  emit(name: AccountEvent['name'], payload: AccountEvent['payload']): void;
  /** The name of a link's secret in the book. */
  linkHash(secret: Uint8Array): string;
  /** What invitations say of a conversation. */
  metadatas(runtime: ConversationRuntime): Promise<Readonly<Record<string, string>>>;
  /** When a clone is complete: joins where this account is only invited, and tells the host. */
  finishCloneOnce(runtime: ConversationRuntime): Promise<void>;
  /** Another device has been given all that there is. */
  served(runtime: ConversationRuntime, link: Link): Promise<void>;
  /** Another device does not talk with this one; `shared` tells of which conversations it was. */
  turnedAway(shared: (conversationId: string) => boolean): Promise<void>;
}
