import type { Resolved } from '@covey/conversation';
import { ConversationRuntime } from '@covey/device/simulation';

/** Asks the history once for each set of heads: what they come to depends on nothing else. */
export class RememberingRuntime extends ConversationRuntime {
  #heads = '';
  #resolved: Promise<Resolved> | undefined;
  #digest: Promise<string> | undefined;

  override resolved(): Promise<Resolved> {
    this.#forgetOld();
    this.#resolved ??= super.resolved();
    return this.#resolved;
  }

  override digest(): Promise<string> {
    this.#forgetOld();
    this.#digest ??= super.digest();
    return this.#digest;
  }

  #forgetOld(): void {
    const heads = this.heads.join();
    if (heads === this.#heads) return;
    this.#heads = heads;
    this.#resolved = undefined;
    this.#digest = undefined;
  }
}
