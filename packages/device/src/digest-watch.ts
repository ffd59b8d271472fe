import type { AccountContext } from './account-context.ts';
import type { ConversationRuntime } from './conversation-runtime.ts';
import { shortName } from './fetching.ts';

interface Told {
  /** Sorted and joined. */
  readonly heads: string;
  readonly digest: string;
}

/** The same commits with another state is a bug in one of two programs, and is reported as one. Nothing else is done. */
export class DigestWatch {
  readonly #runtime: ConversationRuntime;
  readonly #account: AccountContext;
  /** What each device told last. */
  readonly #told = new Map<string, Told>();
  readonly #reported = new Map<string, Told>();

  constructor(runtime: ConversationRuntime, account: AccountContext) {
    this.#runtime = runtime;
    this.#account = account;
  }

  /** A device says what it has. Resolves to whether that differs, if it is the first time. */
  told(deviceId: string, heads: readonly string[], digest: string): Promise<boolean> {
    this.#told.set(deviceId, { heads: key(heads), digest });
    return this.#differs(deviceId);
  }

  forget(deviceId: string): void {
    this.#told.delete(deviceId);
    this.#reported.delete(deviceId);
  }

  /** The own heads have moved. Resolves to the devices that are found to differ now. */
  async moved(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const deviceId of this.#told.keys()) {
      if (await this.#differs(deviceId)) found.push(deviceId);
    }
    return found;
  }

  async #differs(deviceId: string): Promise<boolean> {
    const told = this.#told.get(deviceId);
    const { id, heads } = this.#runtime;
    const ours = key(heads);
    if (!told || told.digest === '' || told.heads !== ours || ours === '') return false;
    const ownDigest = await this.#runtime.digest();
    const before = this.#reported.get(deviceId);
    const isOld = before?.heads === told.heads && before.digest === told.digest;
    // What has moved meanwhile is compared in its turn.
    if (isOld || told.digest === ownDigest || key(this.#runtime.heads) !== ours) return false;
    this.#reported.set(deviceId, told);
    const { digest } = told;
    const payload = { conversationId: id, from: deviceId, digest, ownDigest };
    this.#account.emit('StateDiverged', payload);
    const fields = { device: shortName(deviceId), conversation: id, digest, ownDigest };
    this.#account.ports.log.error(fields, 'state digests differ');
    return true;
  }
}

const key = (heads: readonly string[]) => [...heads].sort().join();
