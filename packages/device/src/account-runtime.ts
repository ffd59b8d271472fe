import { AccountBook, EMPTY_STATE } from '@covey/account';
import { toHex } from '@covey/codec';
import {
  type ConversationProfile,
  type Entry,
  layout,
  readVcard,
  type Writer,
} from '@covey/conversation';
import type { AccountChain } from '@covey/identity';
import type { AccountContext } from './account-context.ts';
import type { AccountEvent } from './api.ts';
import { Arrivals } from './arrivals.ts';
import type { ConversationRuntime } from './conversation-runtime.ts';
import { Conversations } from './conversations.ts';
import { Peering } from './peering.ts';
import type { AccountFolder, DevicePorts, Link, Papers } from './ports.ts';
import { Removal } from './removal.ts';
import { Repairs } from './repairs.ts';
import { Revocations, serialIn } from './revocations.ts';
import { Serial } from './serial.ts';

/** One account on this device: its conversations, its book, and its way to other devices. */
export class AccountRuntime implements AccountContext {
  readonly accountId: string;
  readonly writer: Writer;
  readonly chain: AccountChain;
  readonly papers: Papers;
  readonly ports: DevicePorts;
  readonly conversations: Conversations;
  readonly #folder: AccountFolder;
  readonly #saving = new Serial();
  readonly peering: Peering;
  readonly removal: Removal;
  readonly repairs: Repairs;
  readonly revocations: Revocations;
  readonly arrivals = new Arrivals(this);
  readonly #joining = new Set<string>();
  /** Titles as last read, so that listing needs no reading. */
  readonly #titles = new Map<string, string>();
  #book: AccountBook;

  private constructor(
    folder: AccountFolder,
    identity: { papers: Papers; writer: Writer; chain: AccountChain },
    book: AccountBook,
    ports: DevicePorts,
  ) {
    this.accountId = folder.accountId;
    this.papers = identity.papers;
    this.writer = identity.writer;
    this.chain = identity.chain;
    this.ports = ports;
    this.#folder = folder;
    this.#book = book;
    const { crypto, clock } = ports;
    const added = (runtime: ConversationRuntime, entries: readonly Entry[]) =>
      this.#added(runtime, entries);
    this.conversations = new Conversations({ folder, crypto, clock, writer: this.writer, added });
    this.repairs = new Repairs(this, folder, (runtime) => this.#wentBack(runtime));
    this.peering = new Peering(this, {
      refused: (runtime, refusal, by) => this.repairs.noted(runtime, refusal, by),
      revoked: (list) => this.revocations.learn(list),
    });
    this.revocations = new Revocations(this, () => this.peering.accountChanged());
    this.removal = new Removal(this, (id) => {
      this.repairs.forget(id);
      this.arrivals.forget(id);
      this.peering.forget(id);
    });
  }

  /** Opens all conversations, then listens and dials. */
  static async start(
    folder: AccountFolder,
    identity: { papers: Papers; writer: Writer; chain: AccountChain },
    ports: DevicePorts,
  ): Promise<AccountRuntime> {
    const state = (await folder.readState()) ?? EMPTY_STATE;
    const book = new AccountBook(state)
      .withOwnDevice(identity.writer.deviceId, identity.papers.deviceName)
      .withDeviceSerial(identity.writer.deviceId, serialIn(identity.papers.devicePem));
    const account = new AccountRuntime(folder, identity, book, ports);
    for (const id of book.conversationIds) await account.conversations.open(id);
    for (const runtime of account.conversations.all()) {
      await account.readTitle(runtime);
      account.arrivals.opened(runtime);
    }
    await account.removal.resume();
    await account.peering.start();
    return account;
  }

  async close(): Promise<void> {
    this.revocations.close();
    await this.peering.close();
    await this.conversations.close();
    await this.#saving.run(async () => {});
  }

  get book(): AccountBook {
    return this.#book;
  }

  async update(change: (book: AccountBook) => AccountBook): Promise<void> {
    const next = change(this.#book);
    if (next === this.#book) return;
    this.#book = next;
    await this.#saving.run(() => this.#folder.writeState(this.#book.state));
  }

  emit(name: AccountEvent['name'], payload: AccountEvent['payload']): void {
    this.ports.events.append(this.accountId, name, payload);
  }

  async finishCloneOnce(runtime: ConversationRuntime): Promise<void> {
    if (!this.#book.conversation(runtime.id)?.syncing || this.#joining.has(runtime.id)) return;
    this.#joining.add(runtime.id);
    try {
      const { state } = await runtime.resolved();
      if (!state.isWriter(this.writer.uri)) await runtime.write({ kind: 'join' });
      await this.update((book) => book.synced(runtime.id));
      // From now on its source talks here by what the state says of him.
      this.peering.moved(runtime, { joined: false });
      await this.readTitle(runtime);
      await this.revocations.carryInto(runtime);
      this.emit('ConversationReady', { conversationId: runtime.id });
    } finally {
      this.#joining.delete(runtime.id);
    }
  }

  linkHash(secret: Uint8Array): string {
    return toHex(this.ports.crypto.digests.sha256(secret));
  }

  served(runtime: ConversationRuntime, link: Link): Promise<void> {
    return this.removal.served(runtime, link);
  }

  turnedAway(shared: (conversationId: string) => boolean): Promise<void> {
    return this.removal.turnedAway(shared);
  }

  titleOf(conversationId: string): string | undefined {
    return this.#titles.get(conversationId);
  }

  async metadatas(runtime: ConversationRuntime): Promise<Readonly<Record<string, string>>> {
    const { title, description } = await this.profile(runtime);
    const mode = String(runtime.history.charter?.mode ?? 2);
    return { mode, ...definedOnly({ title, description }) };
  }

  /** What `profile.vcf` says now. */
  async profile(runtime: ConversationRuntime): Promise<ConversationProfile> {
    const { state } = await runtime.resolved();
    const oid = state.files.get(layout.PROFILE_PATH);
    const blob = oid && (await runtime.store.read(oid));
    return blob ? readVcard(blob.bytes) : {};
  }

  /** New commits are durable: hosts hear of them, then other devices. */
  #added(runtime: ConversationRuntime, entries: readonly Entry[]): void {
    this.arrivals.added(runtime, entries);
    void this.revocations
      .added(runtime, entries)
      .catch((err: unknown) => this.ports.log.error({ err }, 'a revocation list was not read'));
    if (entries.some(({ content }) => content.kind === 'profile')) void this.readTitle(runtime);
    const joined = entries.some(({ content }) => content.kind === 'join');
    this.peering.moved(runtime, { joined });
    void runtime.tidy().catch((err: unknown) => this.ports.log.error({ err }, 'packing failed'));
  }

  async #wentBack(runtime: ConversationRuntime): Promise<void> {
    await this.readTitle(runtime);
    this.peering.moved(runtime, { joined: false });
  }

  async readTitle(runtime: ConversationRuntime): Promise<void> {
    // Until its first commit is here, a conversation is called what the invitation says.
    if (runtime.history.size === 0) return;
    const { title } = await this.profile(runtime);
    this.#titles.set(runtime.id, title ?? '');
  }
}

/** Only the members that are there. */
export function definedOnly(values: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter(
      (member): member is [string, string] => typeof member[1] === 'string',
    ),
  );
}
