import type { Resolved } from '@covey/conversation';
import { ConversationRuntime } from '@covey/device/simulation';

/** Asks the history once for each set of heads: what they come to depends on nothing else. */
export class RememberingRuntime extends ConversationRuntime {
  #heads = '';
  #resolved: Promise<Resolved> | undefined;

  override resolved(): Promise<Resolved> {
    const heads = this.heads.join();
    if (heads !== this.#heads || !this.#resolved) {
      this.#heads = heads;
      this.#resolved = super.resolved();
    }
    return this.#resolved;
  }
}
