import { CoveyError } from '@covey/errors';
import type { BackOff } from '@covey/replication';
import type { Clock, Log } from './ports.ts';

/** Between two times that one device is asked without a reason of its own. */
const REST_MS = 30_000;
/** After it sent what nobody may: also with a reason. */
const SHUN_MS = 10 * 60 * 1000;

interface Ports {
  readonly clock: Clock;
  readonly chance: () => number;
  readonly log: Log;
  readonly backOff: BackOff;
}

/** When one device outside of one conversation is asked for resolutions: one at a time, and not too often. */
export class OutsideTalk {
  readonly #exchange: () => Promise<void>;
  readonly #ports: Ports;
  #isAsking = false;
  #again: 'now' | 'when rested' | undefined;
  #restsUntil = 0;
  #isShunned = false;
  #cancelTimer: (() => void) | undefined;
  #isClosed = false;

  constructor(exchange: () => Promise<void>, ports: Ports) {
    this.#exchange = exchange;
    this.#ports = ports;
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTimer?.();
  }

  /** `now`: the other side has something that this one lacks. */
  ask(when: 'now' | 'when rested'): void {
    if (this.#isClosed) return;
    if (this.#isAsking) {
      this.#again = this.#again === 'now' ? 'now' : when;
      return;
    }
    const wait = this.#restsUntil - this.#ports.clock.now().getTime();
    if (wait <= 0 || (when === 'now' && !this.#isShunned)) void this.#run();
    else this.#after(wait);
  }

  async #run(): Promise<void> {
    this.#cancelTimer?.();
    this.#isAsking = true;
    this.#again = undefined;
    const { backOff, chance, clock, log } = this.#ports;
    try {
      await this.#exchange();
      backOff.succeeded();
      this.#isShunned = false;
      this.#restsUntil = clock.now().getTime() + REST_MS;
    } catch (reason) {
      log.debug({ err: reason }, 'asking for resolutions failed');
      if (CoveyError.from(reason).spec.retry === 'later') this.#after(backOff.failed(chance()));
      else {
        this.#isShunned = true;
        this.#restsUntil = clock.now().getTime() + SHUN_MS;
      }
    } finally {
      this.#isAsking = false;
    }
    if (this.#again) this.ask(this.#again);
  }

  #after(ms: number): void {
    this.#cancelTimer?.();
    if (this.#isClosed) return;
    this.#cancelTimer = this.#ports.clock.after(ms, () => void this.#run());
  }
}
