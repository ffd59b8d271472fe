import {
  isJoinLink,
  readInviteLink,
  readJoinLink,
  writeDeviceLink,
  writeInviteLink,
  writeJoinLink,
} from '@covey/account';
import { type Oid, parseOid } from '@covey/git-objects';
import type { AccountContext } from './account-context.ts';
import type { ConversationRuntime } from './conversation-runtime.ts';
import type { Peering } from './peering.ts';

const LINK_LIFE_MS = 7 * 24 * 3600 * 1000;
const DEVICE_LINK_LIFE_MS = 5 * 60 * 1000;
const SECRET_BYTES = 16;

/** Links that this device makes, and those of others that it presents (docs/protocol/links.md). */
export class OwnLinks {
  readonly #account: AccountContext;
  readonly #peering: Pick<Peering, 'addresses' | 'askToJoin' | 'redeem'>;

  constructor(
    account: AccountContext,
    peering: Pick<Peering, 'addresses' | 'askToJoin' | 'redeem'>,
  ) {
    this.#account = account;
    this.#peering = peering;
  }

  async toConversation({
    id,
    history,
  }: ConversationRuntime): Promise<{ link: string; expires?: Date }> {
    if (history.charter?.mode === 3) {
      // Whoever knows the id joins: there is nothing to keep secret, to use up or to take back.
      return { link: writeJoinLink({ ...this.#here, conversationId: id }) };
    }
    const { hash, ...link } = this.#make(LINK_LIFE_MS);
    const expires = link.expires.getTime();
    await this.#account.update((book) => book.withLink(hash, { conversationId: id, expires }));
    return { link: writeInviteLink({ ...link, conversationId: id }), expires: link.expires };
  }

  async toAccount(): Promise<{ code: string; expires: Date }> {
    const { hash, ...link } = this.#make(DEVICE_LINK_LIFE_MS);
    await this.#account.update((book) => book.withLink(hash, { expires: link.expires.getTime() }));
    return { code: writeDeviceLink(link), expires: link.expires };
  }

  /** @throws {CoveyError} LINK_MALFORMED, LINK_REFUSED when it wasn't made here */
  async revoke(text: string): Promise<void> {
    const hash = this.#account.linkHash(readInviteLink(text).secret);
    await this.#account.update((book) => book.revokeLink(hash));
  }

  /**
   * Where it leads isn't here yet: then an invitation is, once this resolves.
   * @throws {CoveyError} LINK_MALFORMED, LINK_REFUSED, CONVERSATION_NOT_FOUND, PEER_UNREACHABLE
   */
  async present(text: string): Promise<Oid> {
    const isHere = (id: string) => this.#account.book.conversation(id) !== undefined;
    if (isJoinLink(text)) {
      const link = readJoinLink(text);
      if (!isHere(link.conversationId)) await this.#peering.askToJoin(link);
      return parseOid(link.conversationId);
    }
    const link = readInviteLink(text);
    if (!isHere(link.conversationId)) await this.#peering.redeem(link);
    return parseOid(link.conversationId);
  }

  get #here() {
    const { uri, deviceId } = this.#account.writer;
    return { from: uri, device: deviceId, addresses: this.#peering.addresses };
  }

  #make(lifeMs: number) {
    const { keys, clock } = this.#account.ports;
    const secret = keys.random(SECRET_BYTES);
    const expires = new Date(clock.now().getTime() + lifeMs);
    return { ...this.#here, secret, expires, hash: this.#account.linkHash(secret) };
  }
}
