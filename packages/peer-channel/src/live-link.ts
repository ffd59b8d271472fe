import { CoveyError, type ErrorCode } from '@covey/errors';
import type { FetchRequest, Request, Response } from '@covey/grpc-api';
import type { Channel } from './channel.ts';
import type { PeerLimits } from './limits.ts';
import type { RemoteDevice } from './papers.ts';
import type { PeerHandlers, PeerLink } from './peer-link.ts';

type Answer<C> = Extract<NonNullable<Response['body']>, { $case: C }>;

/**
 * A {@link PeerLink} over one channel, or for a moment over two, when both devices dialed at once.
 * The device with the lower id says which one goes (`Retire`); the other finishes what is in flight
 * on it and closes it. So both always mean the same one, and no call is lost.
 */
export class LiveLink implements PeerLink {
  readonly remote: RemoteDevice;
  readonly closed: Promise<ErrorCode | undefined>;
  readonly #handlers: PeerHandlers;
  readonly #limits: PeerLimits;
  /** Whether this device has the lower id of the two. */
  readonly #decides: boolean;
  readonly #channels = new Set<Channel>();
  readonly #retired = new Set<Channel>();
  #current: Channel;
  #resolveClosed: (code: ErrorCode | undefined) => void;

  /** NOTE: answers nothing before {@link start}. */
  constructor(
    {
      remote,
      channel,
      handlers,
    }: { remote: RemoteDevice; channel: Channel; handlers: PeerHandlers },
    settings: { decides: boolean; limits: PeerLimits },
  ) {
    const { promise, resolve } = Promise.withResolvers<ErrorCode | undefined>();
    this.closed = promise;
    this.#resolveClosed = resolve;
    this.remote = remote;
    this.#handlers = handlers;
    this.#decides = settings.decides;
    this.#limits = settings.limits;
    this.#current = channel;
    this.#channels.add(channel);
  }

  get dialed(): boolean {
    return this.#current.dialed;
  }

  get hello(): PeerLink['hello'] {
    return this.#current.hello;
  }

  /** Whether it is only waiting for its end: a new channel makes a new link. */
  get isClosing(): boolean {
    return [...this.#channels].every((channel) => channel.isClosing);
  }

  start(): void {
    this.#serve(this.#current);
  }

  /** Takes a second channel to the same device. */
  adopt(channel: Channel): void {
    const before = this.#current;
    this.#channels.add(channel);
    if (this.#decides) {
      // Dialed at once by both: the lower id's own stays. Later, a new one means that the other side
      // has lost the old one, even if this side hasn't noticed yet.
      const crossed =
        channel.openedAt.getTime() - before.openedAt.getTime() < this.#limits.crossingMs;
      const keepsOld = crossed && before.dialed && !channel.dialed && !before.isClosing;
      this.#current = keepsOld ? before : channel;
      this.#retireOwn(keepsOld ? channel : before);
    } else if (this.#retired.has(before) || before.isClosing) {
      this.#current = channel;
    }
    this.#serve(channel);
    this.#closeWhatIsDone();
  }

  async heads(request: Parameters<PeerLink['heads']>[0], signal?: AbortSignal) {
    return this.#call('heads', { body: { $case: 'heads', value: request } }, signal);
  }

  async announce(request: Parameters<PeerLink['announce']>[0], signal?: AbortSignal) {
    await this.#call('announce', { body: { $case: 'announce', value: request } }, signal);
  }

  async roster(request: Parameters<PeerLink['roster']>[0], signal?: AbortSignal) {
    return this.#call('roster', { body: { $case: 'roster', value: request } }, signal);
  }

  async sync(request: Parameters<PeerLink['sync']>[0], signal?: AbortSignal) {
    return this.#call('sync', { body: { $case: 'sync', value: request } }, signal);
  }

  async askInvite(request: Parameters<PeerLink['askInvite']>[0], signal?: AbortSignal) {
    return this.#call('invite', { body: { $case: 'invite', value: request } }, signal);
  }

  async refused(request: Parameters<PeerLink['refused']>[0], signal?: AbortSignal) {
    await this.#call('refusal', { body: { $case: 'refusal', value: request } }, signal);
  }

  async *fetch(request: FetchRequest, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    yield* this.#current.fetch(request, signal);
  }

  close(code: ErrorCode): void {
    for (const channel of this.#channels) channel.close(code);
  }

  async #call<C extends NonNullable<Response['body']>['$case']>(
    expected: C,
    request: Request,
    signal: AbortSignal | undefined,
  ): Promise<Answer<C>['value']> {
    const { body } = await this.#current.call(request, signal);
    if (body?.$case !== expected) {
      throw new CoveyError('PEER_VERSION_UNSUPPORTED', 'the other device answered something else');
    }
    // TypeScript doesn't narrow a union by a generic tag; the line above did.
    return body.value as Answer<C>['value'];
  }

  #serve(channel: Channel): void {
    void channel.closed.then((code) => this.#gone(channel, code));
    channel.start(
      {
        admits: () => this.#handlers.admits(this.remote),
        answer: (request, signal) => this.#answer(request, signal),
        fetch: (request, signal) => this.#handlers.fetch(this, request, signal),
      },
      {
        quiet: () => this.#closeWhatIsDone(),
        retired: () => this.#retiredByPeer(channel),
      },
    );
  }

  async #answer({ body }: Request, signal: AbortSignal): Promise<Response> {
    const handlers = this.#handlers;
    switch (body?.$case) {
      case 'heads': {
        const value = await handlers.heads(this, body.value, signal);
        return { body: { $case: 'heads', value } };
      }
      case 'announce':
        await handlers.announce(this, body.value, signal);
        return { body: { $case: 'announce', value: {} } };
      case 'roster': {
        const value = await handlers.roster(this, body.value, signal);
        return { body: { $case: 'roster', value } };
      }
      case 'invite': {
        const value = await handlers.askInvite(this, body.value, signal);
        return { body: { $case: 'invite', value } };
      }
      case 'sync': {
        const value = await handlers.sync(this, body.value, signal);
        return { body: { $case: 'sync', value } };
      }
      case 'refusal':
        await handlers.refused(this, body.value, signal);
        return { body: { $case: 'refusal', value: {} } };
      default:
        throw new CoveyError('PEER_VERSION_UNSUPPORTED', 'this device knows no such call');
    }
  }

  #retireOwn(channel: Channel): void {
    this.#retired.add(channel);
    channel.retire();
    // The other side closes it when all is done. One that doesn't is not waited for.
    const patience = setTimeout(() => channel.close('DEADLINE_EXCEEDED'), this.#limits.visitMs);
    void channel.closed.then(() => clearTimeout(patience));
  }

  #retiredByPeer(channel: Channel): void {
    if (this.#decides) return; // Not theirs to say.
    this.#retired.add(channel);
    const other = [...this.#channels].find((each) => !this.#retired.has(each));
    // Without another one yet, calls still go here: the peer answers until it is closed.
    if (channel === this.#current && other) this.#current = other;
    this.#closeWhatIsDone();
  }

  #closeWhatIsDone(): void {
    if (this.#decides) return;
    for (const channel of this.#retired) {
      if (channel !== this.#current && channel.isQuiet) channel.close();
    }
  }

  #gone(channel: Channel, code: ErrorCode | undefined): void {
    this.#channels.delete(channel);
    this.#retired.delete(channel);
    if (channel !== this.#current) return;
    const other = [...this.#channels].find((each) => !this.#retired.has(each));
    if (other) {
      this.#current = other;
      return;
    }
    for (const each of this.#channels) each.close(code ?? 'PEER_UNREACHABLE');
    this.#resolveClosed(code);
  }
}
