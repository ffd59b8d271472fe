import type { Handlers, Link } from '@covey/device';
import { CoveyError, type ErrorCode } from '@covey/errors';
import type { Oid } from '@covey/git-objects';
import { openParcel } from './parcels.ts';
import type { Lie } from './repertoire.ts';
import type { Life } from './simulated-disk.ts';
import type { VirtualTime } from './virtual-time.ts';

type Served = Pick<Handlers, 'heads' | 'announce' | 'roster'> & {
  /** Whole parcels, see `parcelOf`. */
  fetch(link: Link, request: Parameters<Handlers['fetch']>[1]): Promise<readonly Uint8Array[]>;
};
type Method = keyof Served;

/** A device as others meet it. */
export interface Host {
  readonly name: string;
  readonly deviceId: Link['remote']['deviceId'];
  readonly uri: Link['remote']['uri'];
  /** Its program runs. */
  readonly up: boolean;
  /** The present start of the program: an answer that was meant for an earlier one reaches nobody. */
  readonly life: Life;
  readonly served: Served;
  /** May the other one talk with it, and does it want to? */
  wants(other: Host): boolean;
  /** Was the other one ever in the group, as far as it knows? */
  knows(other: Host): boolean;
  /** Heads, in display order. */
  readonly tips: readonly Oid[];
  /** What it would say in order to be given what it lacks. */
  readonly haves: readonly Oid[];
  has(commit: Oid): boolean;
  offersTo(other: Host): Promise<Uint8Array>;
  hears(parcel: Uint8Array): Promise<void>;
  /** Is shown another group, with something in it that breaks a rule. */
  isTold(lie: Lie): Promise<void>;
  linked(link: Link): void;
  unlinked(link: Link): void;
}

/** What carries the messages of a wire. */
export interface Carrier {
  readonly time: VirtualTime;
  send(from: Host, to: Host, deliver: () => void): void;
}

const CALL_TIMEOUT_MS = 20_000;

/** One connection between two devices. Calls over it are messages of the network, there and back. */
export class Wire {
  readonly #network: Carrier;
  readonly one: Host;
  readonly other: Host;
  readonly #closed: () => void;
  readonly #ends: readonly [WireEnd, WireEnd];
  #isOpen = true;

  constructor(network: Carrier, one: Host, other: Host, closed: () => void) {
    this.#network = network;
    this.one = one;
    this.other = other;
    this.#closed = closed;
    this.#ends = [new WireEnd(this, network, one, other), new WireEnd(this, network, other, one)];
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Calls that nobody has answered yet. */
  get pending(): number {
    return this.#ends[0].pending + this.#ends[1].pending;
  }

  open(): void {
    for (const end of this.#ends) {
      this.#network.time.after(1, end.host.name, () => {
        if (this.#isOpen) end.host.linked(end);
      });
    }
  }

  end(host: Host): WireEnd {
    return host === this.one ? this.#ends[0] : this.#ends[1];
  }

  close(code: ErrorCode): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#closed();
    for (const end of this.#ends) {
      const { life } = end.host;
      this.#network.time.after(1, end.host.name, () => {
        if (life.alive) end.broken(code);
      });
    }
  }
}

/** One side of a connection, as the program there sees it. */
class WireEnd implements Link {
  readonly #wire: Wire;
  readonly #network: Carrier;
  readonly #peer: Host;
  readonly host: Host;
  readonly #open = new Set<(failure: CoveyError) => void>();
  readonly #ended = Promise.withResolvers<ErrorCode | undefined>();
  readonly dialed: boolean;
  readonly hello = { addresses: [], features: [] };

  constructor(wire: Wire, network: Carrier, host: Host, peer: Host) {
    this.#wire = wire;
    this.#network = network;
    this.host = host;
    this.#peer = peer;
    this.dialed = wire.one === host;
  }

  get closed() {
    return this.#ended.promise;
  }

  get pending(): number {
    return this.#open.size;
  }

  get remote(): Link['remote'] {
    const { deviceId, uri, name } = this.#peer;
    // The chain is what the handshake has checked; nobody looks at it here.
    return { deviceId, uri, address: name } as Link['remote'];
  }

  heads(request: Parameters<Link['heads']>[0]) {
    return this.#call('heads', request);
  }

  announce(request: Parameters<Link['announce']>[0]) {
    return this.#call('announce', request);
  }

  roster(request: Parameters<Link['roster']>[0]) {
    return this.#call('roster', request);
  }

  async *fetch(request: Parameters<Link['fetch']>[0], signal?: AbortSignal) {
    for (const parcel of await this.#call('fetch', request, signal)) {
      openParcel(parcel);
      yield parcel;
    }
  }

  askInvite(): ReturnType<Link['askInvite']> {
    return Promise.reject(new CoveyError('PEER_REFUSED', 'no invitations here'));
  }

  sync(): ReturnType<Link['sync']> {
    return Promise.reject(new CoveyError('PEER_REFUSED', 'no books here'));
  }

  /** That it was refused something is no news to who looks on from above. */
  refused(): Promise<void> {
    return Promise.resolve();
  }

  close(code: ErrorCode): void {
    this.#wire.close(code);
  }

  broken(code: ErrorCode): void {
    for (const fail of [...this.#open]) fail(new CoveyError('PEER_UNREACHABLE', 'the line broke'));
    this.#ended.resolve(code);
    this.host.unlinked(this);
  }

  #call<M extends Method>(
    method: M,
    request: Parameters<Served[M]>[1],
    signal?: AbortSignal,
  ): ReturnType<Served[M]> {
    const { host } = this;
    const { life } = host;
    const time = this.#network.time;
    const answer = new Promise((resolve, reject) => {
      const done = () => {
        this.#open.delete(fail);
        cancel();
        signal?.removeEventListener('abort', abort);
      };
      const fail = (failure: unknown) => {
        done();
        reject(failure);
      };
      const abort = () => fail(signal?.reason);
      const cancel = time.after(CALL_TIMEOUT_MS, host.name, () => {
        if (life.alive) fail(new CoveyError('DEADLINE_EXCEEDED', 'no answer'));
      });
      if (!this.#wire.isOpen) return fail(new CoveyError('PEER_UNREACHABLE', 'the line is cut'));
      this.#open.add(fail);
      signal?.addEventListener('abort', abort, { once: true });
      this.#network.send(host, this.#peer, () => {
        this.#serve(method, request, (settle) => {
          if (!life.alive || !this.#open.has(fail)) return;
          settle((value) => {
            done();
            resolve(value);
          }, fail);
        });
      });
    });
    // The answer of a method is what its handler gave.
    return answer as ReturnType<Served[M]>;
  }

  /** At the other side: the handler runs there, and its answer comes back as a message. */
  #serve<M extends Method>(
    method: M,
    request: Parameters<Served[M]>[1],
    arrived: (settle: Settle) => void,
  ): void {
    const peer = this.#peer;
    if (!peer.up || !this.#wire.isOpen) return;
    const { life } = peer;
    const back = (settle: Settle) => {
      if (life.alive) this.#network.send(peer, this.host, () => arrived(settle));
    };
    // A union of functions takes no argument: each fits its own request.
    const handler = peer.served[method] as (link: Link, request: unknown) => Promise<unknown>;
    handler.call(peer.served, this.#wire.end(peer), request).then(
      (value) => back((resolve) => resolve(value)),
      (reason: unknown) => back((_, reject) => reject(CoveyError.from(reason))),
    );
  }
}

type Settle = (resolve: (value: unknown) => void, reject: (failure: CoveyError) => void) => void;
