import type { AccountBook } from '@covey/account';
import type { ConversationRuntime } from './conversation-runtime.ts';

/** As it stands in a book or on a connection. */
interface DeviceName {
  readonly uri: string;
  readonly deviceId: string;
}

interface Group {
  /** Accounts that are admin, member or invited. */
  readonly accounts: ReadonlySet<string>;
  readonly bannedDevices: ReadonlySet<string>;
}

/**
 * Who may talk about which conversation now (authority.md, admission). Kept ready, so that it can be
 * asked before every single call without reading anything.
 */
export class Rights {
  readonly #ownUri: string;
  readonly #groups = new Map<string, Group>();

  constructor(ownUri: string) {
    this.#ownUri = ownUri;
  }

  /** In any conversation, or as a device of the own account. */
  admits({ uri, deviceId }: DeviceName): boolean {
    if (uri === this.#ownUri) return true;
    return [...this.#groups.values()].some((group) => isIn(group, uri, deviceId));
  }

  /** One's own devices may talk about all of them. */
  allows({ uri, deviceId }: DeviceName, conversationId: string): boolean {
    if (uri === this.#ownUri) return true;
    const group = this.#groups.get(conversationId);
    return group !== undefined && isIn(group, uri, deviceId);
  }

  accountsIn(conversationId: string): ReadonlySet<string> {
    return this.#groups.get(conversationId)?.accounts ?? new Set();
  }

  forget(conversationId: string): void {
    this.#groups.delete(conversationId);
  }

  /** Reads the resolved state; while a clone is running its source may talk. Resolves to whether anything has changed. */
  async learn(runtime: ConversationRuntime, book: AccountBook): Promise<boolean> {
    const accounts = new Set<string>();
    const bannedDevices = new Set<string>();
    if (runtime.history.size > 0) {
      const { state } = await runtime.resolved();
      for (const uri of state.names('admins/', '.crt')) accounts.add(uri);
      for (const uri of state.names('members/', '.crt')) accounts.add(uri);
      for (const uri of state.names('invited/', '')) accounts.add(uri);
      for (const device of state.names('banned/devices/', '.crt')) bannedDevices.add(device);
    }
    const syncing = book.conversation(runtime.id)?.syncing;
    if (syncing) accounts.add(syncing.from);
    const before = this.#groups.get(runtime.id);
    this.#groups.set(runtime.id, { accounts, bannedDevices });
    return (
      !before || !isSame(before.accounts, accounts) || !isSame(before.bannedDevices, bannedDevices)
    );
  }
}

const isIn = ({ accounts, bannedDevices }: Group, uri: string, deviceId: string) =>
  accounts.has(uri) && !bannedDevices.has(deviceId);

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((each) => b.has(each));
}
