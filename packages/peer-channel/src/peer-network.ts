import { Metadata } from '@grpc/grpc-js';
import { CoveyError } from '@covey/errors';
import type { InviteRequest, InviteResponse, ReconcileRequest } from '@covey/grpc-api';
import {
  type AccountChain,
  type DeviceId,
  deviceIdOf,
  type JudgePorts,
  readCertificate,
} from '@covey/identity';
import { type HostPort, parseAddress, reachableAddresses } from './address.ts';
import { checkInviteRequest, checkInviteResponse, checkReconcileRequest } from './bounds.ts';
import { Channel } from './channel.ts';
import { Dialer, type DialPorts, type Expected } from './dialer.ts';
import { Doorway } from './doorway.ts';
import { FrameStream } from './frame-stream.ts';
import { exchangeHello } from './hello.ts';
import { DEFAULT_LIMITS, type PeerLimits } from './limits.ts';
import { LinkTable } from './link-table.ts';
import { type PeerLog, SILENT } from './log.ts';
import type { RemoteDevice } from './papers.ts';
import type { OfferedPack, PeerHandlers, PeerLink } from './peer-link.ts';
import { RateLimit } from './rate-limit.ts';
import { receivePack } from './reconciling.ts';
import type { TlsIdentity } from './tls-settings.ts';
import { unaryCall } from './unary-call.ts';
import { serveVisit, type VisitPorts } from './visit.ts';

/** This device, as others meet it. */
export interface DeviceIdentity {
  /** DER. */
  readonly deviceCertificate: Uint8Array;
  readonly chain: AccountChain;
  /** The device's Ed25519 private key, DER. */
  readonly pkcs8: Uint8Array;
}

export interface PeerNetworkPorts extends JudgePorts {
  readonly identity: DeviceIdentity;
  readonly handlers: PeerHandlers;
  readonly log?: PeerLog;
  /** For certificates' dates and rates. */
  readonly now?: () => Date;
}

export interface PeerNetworkSettings {
  /** `host:port` to listen on; port 0 takes a free one. */
  readonly listen: string;
  /** What others are told instead of what this side listens on. */
  readonly advertise?: readonly string[];
  /** Names of optional parts of the protocol. */
  readonly features?: readonly string[];
  readonly limits?: Partial<PeerLimits>;
}

interface Dialing {
  readonly address: string;
  readonly expected: Expected;
  readonly inspect: (remote: RemoteDevice) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * One device's connections: one to each other device that it may talk with, mutual TLS 1.3, both
 * sides pinned. Strangers may knock. Nothing is dialed again by itself: a link that is lost says so.
 */
export class PeerNetwork {
  readonly deviceId: DeviceId;
  readonly #handlers: PeerHandlers;
  readonly #settings: PeerNetworkSettings;
  readonly #limits: PeerLimits;
  readonly #log: PeerLog;
  readonly #dialPorts: DialPorts;
  readonly #links: LinkTable;
  readonly #doorway: Doorway;
  readonly #listen: HostPort;
  readonly #dialers = new Set<Dialer>();
  #port = 0;
  #closed = false;

  /** @throws {CoveyError} ADDRESS_MALFORMED */
  constructor(ports: PeerNetworkPorts, settings: PeerNetworkSettings) {
    const { identity, handlers, digests, verifier, log = SILENT, now = () => new Date() } = ports;
    this.#handlers = handlers;
    this.#settings = settings;
    this.#limits = { ...DEFAULT_LIMITS, ...settings.limits };
    this.#log = log;
    this.#listen = parseAddress(settings.listen);
    this.deviceId = deviceIdOf(readCertificate(identity.deviceCertificate).publicKey, digests);
    const tlsIdentity: TlsIdentity = {
      certificates: [
        identity.deviceCertificate,
        identity.chain.account.der,
        identity.chain.authority.der,
      ],
      pkcs8: identity.pkcs8,
    };
    this.#dialPorts = { identity: tlsIdentity, digests, verifier, now };
    const limits = this.#limits;
    const links = new LinkTable({ handlers }, { ownId: this.deviceId, limits });
    this.#links = links;
    const rate = { burst: limits.inviteBurst, refillMs: limits.inviteRefillMs };
    const asking = { burst: limits.reconcileBurst, refillMs: limits.reconcileRefillMs };
    const visitPorts: VisitPorts = {
      ...{ handlers, links, now, log },
      invitations: new RateLimit({ now }, rate),
      linkings: new RateLimit({ now }, rate),
      reconcilings: new RateLimit({ now }, asking),
      ownHello: () => this.#hello(),
    };
    this.#doorway = new Doorway(
      {
        ...this.#dialPorts,
        log,
        entered: (socket, visitor) => serveVisit({ socket, visitor }, visitPorts, limits),
      },
      limits,
    );
  }

  /** Resolves when it listens. @throws {CoveyError} CONFIG_INVALID */
  async start(): Promise<void> {
    this.#port = await this.#doorway.open(this.#listen);
    this.#log.info({ port: this.#port }, 'peers can connect');
  }

  /** Where it listens, after {@link start}. */
  get port(): number {
    return this.#port;
  }

  /** `host:port` of each way that others may try. */
  addresses(): readonly string[] {
    const { advertise } = this.#settings;
    return advertise ?? reachableAddresses({ host: this.#listen.host, port: this.#port });
  }

  /** The live link to this device, if there is one. */
  link(deviceId: DeviceId): PeerLink | undefined {
    return this.#links.find(deviceId);
  }

  /**
   * Makes a link, or returns the one there is. The device that answers has to be admitted.
   * @throws {CoveyError} PEER_UNREACHABLE, PEER_WRONG_DEVICE, PEER_REFUSED, PEER_VERSION_UNSUPPORTED,
   *   DEADLINE_EXCEEDED, ADDRESS_MALFORMED
   * @throws the signal's reason
   */
  async dial(address: string, expected: Expected, signal?: AbortSignal): Promise<PeerLink> {
    const present = expected.deviceId && this.#links.find(expected.deviceId);
    if (present && (expected.uri ?? present.remote.uri) === present.remote.uri) return present;
    return this.#connected(
      { address, expected, inspect: (remote) => this.#inspectPeer(remote), signal },
      (dialer) => this.#openChannel(dialer),
    );
  }

  /**
   * The call that a stranger may make, on a connection of its own.
   * @throws {CoveyError} as {@link dial}, and RATE_EXCEEDED, MESSAGE_TOO_LARGE
   */
  async knock(
    address: string,
    expected: Expected,
    request: InviteRequest,
    signal?: AbortSignal,
  ): Promise<{ response: InviteResponse; remote: RemoteDevice }> {
    checkInviteRequest(request);
    return this.#connected({ address, expected, inspect: () => {}, signal }, async (dialer) => {
      const { callMs, handshakeMs } = this.#limits;
      const deadline = Date.now() + handshakeMs + callMs;
      const response = await unaryCall<InviteResponse>((done) =>
        dialer.client.invite(request, new Metadata(), { deadline }, done),
      );
      checkInviteResponse(response);
      const remote = pinned(dialer);
      dialer.close();
      return { response, remote };
    });
  }

  /**
   * Asks for resolutions, which needs no right to talk: on a connection of its own, which ends when
   * `take` is through with the offers and the bytes of the pack, or wants none.
   * @throws {CoveyError} as {@link dial}, and RATE_EXCEEDED, MESSAGE_TOO_LARGE; what `take` throws
   */
  async reconcile<T>(
    address: string,
    expected: Expected,
    request: ReconcileRequest,
    take: (offered: OfferedPack) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    checkReconcileRequest(request);
    return this.#connected({ address, expected, inspect: () => {}, signal }, async (dialer) => {
      const { callMs, handshakeMs } = this.#limits;
      const deadline = Date.now() + handshakeMs + callMs;
      const stream = dialer.client.reconcile(request, new Metadata(), { deadline });
      const taken = await receivePack(stream, take);
      dialer.close();
      return taken;
    });
  }

  /** Asks again whether each linked device is admitted, and closes the links of those that aren't. */
  recheck(): void {
    this.#links.recheck();
  }

  /** Says goodbye to all, stops listening. Resolves when no connection is left. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const dialer of this.#dialers) dialer.close();
    await this.#links.closeAll('SHUTTING_DOWN');
    await this.#doorway.close();
  }

  #hello() {
    return {
      addresses: [...this.addresses()].slice(0, 16),
      features: [...(this.#settings.features ?? [])],
    };
  }

  async #connected<T>(
    { address, expected, inspect, signal }: Dialing,
    use: (dialer: Dialer) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    if (this.#closed) throw new CoveyError('SHUTTING_DOWN', 'this device is stopping');
    const dialer = new Dialer(address, this.#dialPorts, {
      expected,
      inspect,
      limits: this.#limits,
    });
    this.#dialers.add(dialer);
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return await Promise.race([use(dialer), aborted.promise]);
    } catch (reason) {
      dialer.close();
      throw signal?.aborted ? signal.reason : dialer.failureOf(reason);
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#dialers.delete(dialer);
    }
  }

  #inspectPeer(remote: RemoteDevice): void {
    if (remote.deviceId === this.deviceId) {
      throw new CoveyError('PEER_WRONG_DEVICE', 'this device itself answers');
    }
    if (!this.#handlers.admits(remote)) {
      throw new CoveyError('PEER_REFUSED', 'this device does not talk with the one that answers');
    }
  }

  async #openChannel(dialer: Dialer): Promise<PeerLink> {
    const limits = this.#limits;
    const frames = new FrameStream(dialer.client.channel(), limits);
    const hello = await exchangeHello(frames, this.#hello(), limits.handshakeMs);
    const remote = pinned(dialer);
    // Whoever waited for this may have given up meanwhile.
    if (dialer.isClosed) throw new CoveyError('PEER_UNREACHABLE', 'hung up before hello');
    this.#inspectPeer(remote); // The right may have gone while the other side was saying hello.
    const openedAt = this.#dialPorts.now();
    const destroy = () => dialer.close();
    const { address } = remote;
    const channel = new Channel(frames, {
      hello,
      dialed: true,
      address,
      openedAt,
      limits,
      destroy,
    });
    return this.#links.attach(remote, channel);
  }
}

function pinned({ remote }: Dialer): RemoteDevice {
  if (remote) return remote;
  throw new CoveyError('PEER_UNREACHABLE', 'nothing answers at this address');
}
