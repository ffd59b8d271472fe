import type { Progress } from './fuzz-loop.ts';
import type { Violation } from './oracle.ts';

/** What a fuzz thread is to do: plain data, since it goes to another thread. */
export interface FuzzJob {
  /** Name in `TARGETS` or `PLANTED`. */
  readonly target: string;
  /** Another deadline than that of `BOUNDS`. */
  readonly hangMs?: number;
  readonly task:
    | {
        readonly kind: 'search';
        readonly seed: number;
        /** Whichever comes first ends the search. */
        readonly executions?: number;
        readonly milliseconds?: number;
        /** Tried before all else. */
        readonly frozen: readonly Uint8Array[];
        /** Whether the corpora of `shared/fixtures` are tried too. */
        readonly corpora: boolean;
        readonly coverage: boolean;
      }
    | { readonly kind: 'replay'; readonly inputs: readonly Uint8Array[] };
}

/** What a fuzz thread tells. `found` is followed by `smaller` once that is known, then by `over`. */
export type FuzzNews =
  | { readonly kind: 'progress' | 'over'; readonly progress: Progress }
  | { readonly kind: 'found'; readonly input: Uint8Array; readonly violation: Violation }
  | { readonly kind: 'smaller'; readonly input: Uint8Array };

/** What a thread is started with. */
export interface FuzzThreadData {
  readonly job: FuzzJob;
  /** Memory of the {@link InputWindow} that the watchdog looks through. */
  readonly window: SharedArrayBuffer;
}
