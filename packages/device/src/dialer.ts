import { BackOff } from '@covey/replication';
import type { Clock, Log } from './ports.ts';

interface Target {
  readonly backOff: BackOff;
  addresses: readonly string[];
  dialing: boolean;
  cancelTimer: (() => void) | undefined;
}

export interface DialerDeps {
  readonly clock: Clock;
  readonly chance: () => number;
  readonly log: Log;
  /** Resolves when linked; rejects when nobody answered. */
  readonly dial: (deviceId: string, address: string) => Promise<void>;
  readonly isWanted: (deviceId: string) => boolean;
  readonly isLinked: (deviceId: string) => boolean;
}

/**
 * Keeps trying to reach the devices that are wanted, one back-off policy for all: at once when
 * something new is heard of one, ever more rarely otherwise. What is reached is dialed no more.
 */
export class Dialer {
  readonly #targets = new Map<string, Target>();
  readonly #deps: DialerDeps;
  #closed = false;

  constructor(deps: DialerDeps) {
    this.#deps = deps;
  }
  /** Something is known of a device: tries at once. */
  heardOf(deviceId: string, addresses: readonly string[]): void {
    const target = this.#target(deviceId);
    target.addresses = addresses;
    target.backOff.succeeded();
    this.#try(deviceId, target);
  }

  /** The connection has ended: tries again, by the policy. */
  lost(deviceId: string): void {
    const target = this.#targets.get(deviceId);
    if (target) this.#wait(deviceId, target);
  }

  close(): void {
    this.#closed = true;
    for (const { cancelTimer } of this.#targets.values()) cancelTimer?.();
    this.#targets.clear();
  }

  #target(deviceId: string): Target {
    let target = this.#targets.get(deviceId);
    if (!target) {
      const backOff = new BackOff({ firstMs: 250, longestMs: 30_000 });
      target = { backOff, addresses: [], dialing: false, cancelTimer: undefined };
      this.#targets.set(deviceId, target);
    }
    return target;
  }

  #try(deviceId: string, target: Target): void {
    target.cancelTimer?.();
    target.cancelTimer = undefined;
    const { isLinked, isWanted } = this.#deps;
    if (this.#closed || target.dialing || isLinked(deviceId) || target.addresses.length === 0)
      return;
    if (!isWanted(deviceId)) return;
    target.dialing = true;
    void this.#dialAll(deviceId, target.addresses).then((reached) => {
      target.dialing = false;
      if (reached) target.backOff.succeeded();
      else this.#wait(deviceId, target);
    });
  }

  async #dialAll(deviceId: string, addresses: readonly string[]): Promise<boolean> {
    for (const address of addresses) {
      try {
        await this.#deps.dial(deviceId, address);
        return true;
      } catch (reason) {
        const code = reason instanceof Error && 'code' in reason ? reason.code : 'INTERNAL';
        this.#deps.log.debug({ device: deviceId.slice(0, 8), code }, 'dial failed');
      }
    }
    return false;
  }

  #wait(deviceId: string, target: Target): void {
    if (this.#closed) return;
    target.cancelTimer?.();
    const ms = target.backOff.failed(this.#deps.chance());
    target.cancelTimer = this.#deps.clock.after(ms, () => this.#try(deviceId, target));
  }
}
