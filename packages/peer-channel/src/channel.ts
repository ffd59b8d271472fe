import { CoveyError, type ErrorCode } from '@covey/errors';
import type { FetchRequest, Frame, Hello, Request, Response } from '@covey/grpc-api';
import { errorOf, failureOf } from './failures.ts';
import type { FrameStream } from './frame-stream.ts';
import { whyOver } from './hello.ts';
import { type ChannelService, IncomingCalls } from './incoming-calls.ts';
import type { PeerLimits } from './limits.ts';
import { OutgoingCalls } from './outgoing-calls.ts';

interface ChannelSettings {
  readonly hello: Hello;
  readonly dialed: boolean;
  /** `host:port` of the peer on this connection. */
  readonly address: string;
  readonly openedAt: Date;
  readonly limits: PeerLimits;
  /** Ends the connection below, at once. */
  readonly destroy: () => void;
}

/** What a channel tells its owner. */
export interface ChannelEvents {
  /** No call is under way, in either direction. */
  readonly quiet: () => void;
  /** The peer makes no more calls on this channel. */
  readonly retired: () => void;
}

/** One connection between two devices after its Hello: both sides make calls over it. */
export class Channel {
  readonly hello: Hello;
  readonly dialed: boolean;
  readonly address: string;
  readonly openedAt: Date;
  /** Resolves with the code it was closed with, by either side; undefined when it was lost. */
  readonly closed: Promise<ErrorCode | undefined>;
  readonly #frames: FrameStream;
  readonly #settings: ChannelSettings;
  readonly #outgoing: OutgoingCalls;
  #incoming: IncomingCalls | undefined;
  #events: ChannelEvents | undefined;
  #retires = false;
  #goodbye: NodeJS.Timeout | undefined;
  #closedWith: { readonly code: ErrorCode | undefined } | undefined;
  #resolveClosed: (code: ErrorCode | undefined) => void;

  constructor(frames: FrameStream, settings: ChannelSettings) {
    const { promise, resolve } = Promise.withResolvers<ErrorCode | undefined>();
    this.closed = promise;
    this.#resolveClosed = resolve;
    this.#frames = frames;
    this.#settings = settings;
    this.hello = settings.hello;
    this.dialed = settings.dialed;
    this.address = settings.address;
    this.openedAt = settings.openedAt;
    this.#outgoing = new OutgoingCalls(
      { send: (call, body) => this.#frames.send(call, body), idle: () => this.#quieter() },
      settings.limits,
    );
  }

  /** Begins to answer. Until then what the peer asks waits. */
  start(service: ChannelService, events: ChannelEvents): void {
    this.#events = events;
    const send = (call: bigint, body: NonNullable<Frame['body']>) => this.#frames.send(call, body);
    const idle = () => this.#quieter();
    this.#incoming = new IncomingCalls({ send, idle, service }, this.#settings.limits);
    this.#frames.listen({
      frame: (frame) => this.#take(frame, service),
      over: (failure) => this.#over(failure),
    });
  }

  /** @throws {CoveyError} see {@link OutgoingCalls.call} */
  call(request: Request, signal?: AbortSignal): Promise<Response> {
    return this.#outgoing.call(request, signal);
  }

  /** @throws {CoveyError} see {@link OutgoingCalls.fetch} */
  fetch(request: FetchRequest, signal?: AbortSignal): AsyncIterable<Uint8Array> {
    return this.#outgoing.fetch(request, signal);
  }

  get isQuiet(): boolean {
    return this.#outgoing.open === 0 && (this.#incoming?.open ?? 0) === 0;
  }

  /** Whether it has been closed, by either side, and is only waiting for its end. */
  get isClosing(): boolean {
    return this.#closedWith !== undefined;
  }

  /**
   * Tells the peer, when the calls of this side are done, that no more are made here. The peer closes
   * when its own are.
   */
  retire(): void {
    this.#retires = true;
    this.#sayRetired();
  }

  /**
   * Tells the peer why, if there is a why, ends all calls, and the connection soon after, whatever
   * the peer does.
   */
  close(code?: ErrorCode): void {
    if (this.#closedWith) return;
    const reason = new CoveyError(code ?? 'PEER_UNREACHABLE', 'the connection was closed');
    // First: a pack that is being sent stops before this is said.
    this.#ending(code, reason);
    if (code) void this.#frames.send(0n, { $case: 'failure', value: failureOf(reason) });
    this.#frames.end();
  }

  #take({ call, body }: Frame, service: ChannelService): void {
    if (this.#closedWith) return;
    if (call === 0n) this.#takeOwn(body);
    else if (body?.$case === 'request' && !service.admits()) this.close('PEER_REFUSED');
    else if (!this.#isInOrder(call, body)) this.close('REQUEST_MALFORMED');
  }

  #isInOrder(call: bigint, body: Frame['body']): boolean {
    switch (body?.$case) {
      case 'request':
        return this.#incoming?.take(call, body.value) ?? false;
      case 'credit':
        return this.#incoming?.credit(call, body.value.chunks) ?? false;
      case 'cancel':
        this.#incoming?.cancel(call);
        return true;
      case 'response':
        return this.#outgoing.answer(call, body.value);
      case 'chunk':
        return this.#outgoing.chunk(call, body.value);
      case 'failure':
        this.#outgoing.fail(call, errorOf(body.value));
        return true;
      default:
        // Hello and Retire have number 0. Nothing at all is a frame of a later version.
        return body === undefined;
    }
  }

  #takeOwn(body: Frame['body']): void {
    if (body?.$case === 'retire') this.#events?.retired();
    if (body?.$case !== 'failure') return;
    const reason = errorOf(body.value);
    this.#ending(reason.code, reason);
    this.#frames.end();
  }

  #ending(code: ErrorCode | undefined, reason: unknown): void {
    this.#closedWith ??= { code };
    this.#outgoing.end(reason);
    this.#incoming?.end(reason);
    this.#goodbye ??= setTimeout(() => this.#over(undefined), this.#settings.limits.goodbyeMs);
  }

  #over(failure: Error | undefined): void {
    clearTimeout(this.#goodbye);
    const reason = whyOver(failure);
    this.#closedWith ??= { code: undefined };
    this.#outgoing.end(reason);
    this.#incoming?.end(reason);
    this.#settings.destroy();
    this.#resolveClosed(this.#closedWith.code);
  }

  #sayRetired(): void {
    if (!this.#retires || this.#outgoing.open > 0) return;
    this.#retires = false;
    void this.#frames.send(0n, { $case: 'retire', value: {} });
  }

  #quieter(): void {
    this.#sayRetired();
    if (this.isQuiet) this.#events?.quiet();
  }
}
