import { CoveyError } from '@covey/errors';
import type { FetchRequest, Frame, PackChunk, Request, Response } from '@covey/grpc-api';
import { checkRequest, checkResponse } from './bounds.ts';
import type { PeerLimits } from './limits.ts';
import { PackIntake } from './pack-intake.ts';
import { Turnstile } from './turnstile.ts';

type Send = (call: bigint, body: NonNullable<Frame['body']>) => Promise<void>;

interface Waiting {
  readonly response?: (response: Response) => void;
  readonly intake?: PackIntake;
  readonly fail: (reason: unknown) => void;
}

/** The calls that this side makes over one channel, each with a number, a deadline and an end. */
export class OutgoingCalls {
  readonly #send: Send;
  readonly #limits: PeerLimits;
  readonly #turnstile: Turnstile;
  readonly #idle: () => void;
  readonly #waiting = new Map<bigint, Waiting>();
  #last = 0n;
  /** Also counts calls that wait their turn. */
  #open = 0;
  #ended: { readonly reason: unknown } | undefined;

  /** `idle` is called each time when no call is left. */
  constructor({ send, idle }: { send: Send; idle: () => void }, limits: PeerLimits) {
    this.#send = send;
    this.#limits = limits;
    this.#idle = idle;
    const { callsMadeAtOnce: places, callsWaiting: maxWaiting } = limits;
    this.#turnstile = new Turnstile({ places, maxWaiting });
  }

  get open(): number {
    return this.#open;
  }

  /**
   * One request, one response.
   * @throws {CoveyError} what the peer's handler threw; DEADLINE_EXCEEDED, MESSAGE_TOO_LARGE
   * @throws the signal's reason
   */
  async call(request: Request, signal: AbortSignal | undefined): Promise<Response> {
    checkRequest(request);
    const deadline = new AbortController();
    const timer = setTimeout(() => {
      deadline.abort(new CoveyError('DEADLINE_EXCEEDED', 'the other device took too long'));
    }, this.#limits.callMs);
    const either = signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal;
    try {
      return await this.#during(either, (call) => {
        const answered = new Promise<Response>((resolve, reject) => {
          this.#waiting.set(call, { response: resolve, fail: reject });
        });
        void this.#send(call, { $case: 'request', value: request });
        return answered;
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * The bytes of a pack as they come. Ending the loop early cancels the fetch.
   * @throws {CoveyError} what the peer's handler threw; DEADLINE_EXCEEDED when nothing comes
   * @throws the signal's reason
   */
  async *fetch(request: FetchRequest, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    const wrapped: Request = { body: { $case: 'fetch', value: request } };
    checkRequest(wrapped);
    const { stallMs, fetchMs } = this.#limits;
    const own = new AbortController();
    const deadline = setTimeout(() => {
      own.abort(new CoveyError('DEADLINE_EXCEEDED', 'the pack drips too slowly'));
    }, fetchMs);
    const either = signal ? AbortSignal.any([signal, own.signal]) : own.signal;
    // The call lasts as long as this generator; the promise holds its place meanwhile.
    const begun = Promise.withResolvers<PackIntake>();
    const over = Promise.withResolvers<void>();
    const lasting = this.#during(either, (call) => {
      const grant = (chunks: number) =>
        void this.#send(call, { $case: 'credit', value: { chunks } });
      const intake = new PackIntake({ grant, stallMs });
      this.#waiting.set(call, { intake, fail: (reason) => intake.fail(reason) });
      void this.#send(call, { $case: 'request', value: wrapped });
      begun.resolve(intake);
      return over.promise;
    });
    lasting.catch((reason) => begun.reject(reason));
    try {
      const intake = await begun.promise;
      yield* intake.read();
      over.resolve();
      await lasting;
    } finally {
      clearTimeout(deadline);
      own.abort(new CoveyError('DEADLINE_EXCEEDED', 'the pack was not read to its end'));
      await lasting.catch(() => {}); // Has been thrown by `read` or `begun`.
    }
  }

  /** An answer came. False when the peer broke the protocol. */
  answer(call: bigint, response: Response): boolean {
    const waiting = this.#waiting.get(call);
    if (!waiting) return true; // It was canceled meanwhile.
    if (!waiting.response) return false;
    try {
      checkResponse(response);
      waiting.response(response);
    } catch (reason) {
      waiting.fail(reason);
    }
    return true;
  }

  /** Bytes of a pack came. False when the peer broke the protocol. */
  chunk(call: bigint, chunk: PackChunk): boolean {
    const waiting = this.#waiting.get(call);
    return waiting ? (waiting.intake?.push(chunk) ?? false) : true;
  }

  fail(call: bigint, reason: unknown): void {
    this.#waiting.get(call)?.fail(reason);
  }

  /** Ends them all, and every later one. */
  end(reason: unknown): void {
    this.#ended ??= { reason };
    for (const waiting of this.#waiting.values()) waiting.fail(this.#ended.reason);
  }

  /** Takes a place and a number, runs, and tells the peer if it ended before the peer knew. */
  async #during<T>(signal: AbortSignal, run: (call: bigint) => Promise<T>): Promise<T> {
    this.#open += 1;
    try {
      await this.#turnstile.enter(signal);
      try {
        if (this.#ended) throw this.#ended.reason;
        return await this.#numbered(signal, run);
      } finally {
        this.#turnstile.leave();
      }
    } finally {
      this.#open -= 1;
      if (this.#open === 0) this.#idle();
    }
  }

  async #numbered<T>(signal: AbortSignal, run: (call: bigint) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    this.#last += 1n;
    const call = this.#last;
    const aborted = Promise.withResolvers<never>();
    const abort = () => {
      void this.#send(call, { $case: 'cancel', value: {} });
      this.#waiting.get(call)?.fail(signal.reason);
      aborted.reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await Promise.race([run(call), aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
      this.#waiting.delete(call);
    }
  }
}
