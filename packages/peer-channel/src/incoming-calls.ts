import { CoveyError } from '@covey/errors';
import type { FetchRequest, Frame, Request, Response } from '@covey/grpc-api';
import { checkRequest, checkResponse } from './bounds.ts';
import { failureOf } from './failures.ts';
import { CHUNK_BYTES, CREDIT_CHUNKS, type PeerLimits } from './limits.ts';

/** What a channel's owner answers to the peer. What it throws crosses the wire by its code. */
export interface ChannelService {
  /** Asked before every single call. False ends the channel with PEER_REFUSED. */
  admits(): boolean;
  answer(request: Request, signal: AbortSignal): Promise<Response>;
  fetch(request: FetchRequest, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

type Send = (call: bigint, body: NonNullable<Frame['body']>) => Promise<void>;

interface Serving {
  readonly canceled: AbortController;
  credit: number;
  /** Wakes a fetch that waits for credit. */
  granted: () => void;
}

/** The peer's calls over one channel. */
export class IncomingCalls {
  readonly #send: Send;
  readonly #idle: () => void;
  readonly #service: ChannelService;
  readonly #limits: PeerLimits;
  readonly #serving = new Map<bigint, Serving>();
  #last = 0n;
  #refusals = 0;

  /** `idle` is called each time when no call is left. */
  constructor(
    { send, idle, service }: { send: Send; idle: () => void; service: ChannelService },
    limits: PeerLimits,
  ) {
    this.#send = send;
    this.#idle = idle;
    this.#service = service;
    this.#limits = limits;
  }

  get open(): number {
    return this.#serving.size;
  }

  /** Serves a call. False when the peer broke the protocol: numbers only rise. */
  take(call: bigint, request: Request): boolean {
    if (call <= this.#last) return false;
    this.#last = call;
    if (this.#serving.size >= this.#limits.callsServedAtOnce) return this.#refuse(call);
    const serving = { canceled: new AbortController(), credit: CREDIT_CHUNKS, granted: () => {} };
    this.#serving.set(call, serving);
    void this.#serve(call, request, serving);
    return true;
  }

  /** False when the peer doesn't read: what it is told would be kept for it without end. */
  #refuse(call: bigint): boolean {
    if (this.#refusals >= this.#limits.refusalsUnread) return false;
    const tooMany = new CoveyError('RATE_EXCEEDED', 'too many calls at once');
    this.#refusals += 1;
    void this.#send(call, { $case: 'failure', value: failureOf(tooMany) }).then(() => {
      this.#refusals -= 1;
    });
    return true;
  }

  cancel(call: bigint): void {
    const serving = this.#serving.get(call);
    serving?.canceled.abort(new CoveyError('DEADLINE_EXCEEDED', 'the caller no longer waits'));
    serving?.granted();
  }

  /** False when the peer broke the protocol. */
  credit(call: bigint, chunks: number): boolean {
    const serving = this.#serving.get(call);
    if (!serving) return true; // It ended meanwhile.
    serving.credit += chunks;
    serving.granted();
    return serving.credit <= CREDIT_CHUNKS;
  }

  /** Aborts them all. */
  end(reason: unknown): void {
    for (const serving of this.#serving.values()) {
      serving.canceled.abort(reason);
      serving.granted();
    }
  }

  // The place is free again when the peer has taken the answer, so that a peer that asks and never
  // reads fills no memory.
  async #serve(call: bigint, request: Request, serving: Serving): Promise<void> {
    const { callMs, fetchMs } = this.#limits;
    const isFetch = request.body?.$case === 'fetch';
    // An honest caller has given up by now; of another one it is not expected to say so.
    const deadline = setTimeout(() => this.cancel(call), isFetch ? fetchMs : callMs);
    try {
      checkRequest(request);
      if (request.body?.$case === 'fetch') await this.#pour(call, request.body.value, serving);
      else await this.#respond(call, request, serving.canceled.signal);
    } catch (reason) {
      if (!serving.canceled.signal.aborted) {
        await this.#send(call, { $case: 'failure', value: failureOf(reason) });
      }
    } finally {
      clearTimeout(deadline);
      this.#serving.delete(call);
      if (this.#serving.size === 0) this.#idle();
    }
  }

  async #respond(call: bigint, request: Request, signal: AbortSignal): Promise<void> {
    const response = await this.#service.answer(request, signal);
    checkResponse(response);
    if (!signal.aborted) await this.#send(call, { $case: 'response', value: response });
  }

  async #pour(call: bigint, request: FetchRequest, serving: Serving): Promise<void> {
    const { signal } = serving.canceled;
    for await (const bytes of this.#service.fetch(request, signal)) {
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
        await this.#credited(serving);
        signal.throwIfAborted();
        const data = bytes.subarray(at, at + CHUNK_BYTES);
        await this.#send(call, { $case: 'chunk', value: { data, last: false } });
      }
      signal.throwIfAborted();
    }
    const data = new Uint8Array();
    await this.#send(call, { $case: 'chunk', value: { data, last: true } });
  }

  /** Waits until the receiver takes another chunk; one that takes none for too long gets no more. */
  async #credited(serving: Serving): Promise<void> {
    while (serving.credit === 0 && !serving.canceled.signal.aborted) {
      await new Promise<void>((resolve, reject) => {
        const stalled = setTimeout(
          () => reject(new CoveyError('DEADLINE_EXCEEDED', 'the pack was not taken')),
          this.#limits.stallMs,
        );
        serving.granted = () => {
          clearTimeout(stalled);
          serving.granted = () => {};
          resolve();
        };
      });
    }
    serving.credit -= 1;
  }
}
