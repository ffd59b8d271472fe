import type { Socket } from 'node:net';
import { connect, createSecureContext, type TLSSocket } from 'node:tls';
import { ChannelCredentials, credentials, type experimental } from '@grpc/grpc-js';
import { CoveyError } from '@covey/errors';
import type { PeerServiceClient } from '@covey/grpc-api';
import type { AccountUri, DeviceId, JudgePorts } from '@covey/identity';
import { grpcTarget, parseAddress } from './address.ts';
import { Ballast } from './ballast.ts';
import { clientOptions } from './grpc-options.ts';
import type { PeerLimits } from './limits.ts';
import { judgeVisitor, type RemoteDevice } from './papers.ts';
import { peerClient } from './service.ts';
import { ALPN, type TlsIdentity, TRUST_NOBODY_YET, tlsSettings } from './tls-settings.ts';

/** Who has to answer. Nothing said: any device with papers. */
export interface Expected {
  readonly deviceId?: DeviceId | undefined;
  readonly uri?: AccountUri | undefined;
}

interface DialSettings {
  readonly expected: Expected;
  /** Looks at who answered before anything is said to them; throws a CoveyError to hang up. */
  readonly inspect: (remote: RemoteDevice) => void;
  readonly limits: PeerLimits;
}

export interface DialPorts extends JudgePorts {
  readonly identity: TlsIdentity;
  readonly now: () => Date;
}

/** One connection to one address. It is made by the first call, and never made again. */
export class Dialer {
  readonly client: PeerServiceClient;
  readonly #credentials: PinnedCredentials;

  /** @throws {CoveyError} ADDRESS_MALFORMED */
  constructor(address: string, ports: DialPorts, settings: DialSettings) {
    const target = grpcTarget(parseAddress(address));
    this.#credentials = new PinnedCredentials(ports, settings);
    const options = clientOptions(settings.limits);
    const weigh = (bytes: number) => this.#credentials.ballast?.took(bytes);
    this.client = peerClient(weigh, target, this.#credentials, options);
  }

  /** Who answered; known as soon as any call got through. */
  get remote(): RemoteDevice | undefined {
    return this.#credentials.pinned?.remote;
  }

  /** What went wrong below gRPC, if that is why a call failed, else the given reason. */
  failureOf(reason: unknown): CoveyError {
    const { failure, hasConnected, pinned } = this.#credentials;
    if (failure && !pinned) return failure;
    const error = CoveyError.from(reason);
    // Nobody there and nobody in time are one thing to a caller, as long as nothing answered.
    if (error.code === 'DEADLINE_EXCEEDED' && !hasConnected) {
      return new CoveyError('PEER_UNREACHABLE', 'nothing answers at this address', {
        cause: error,
      });
    }
    return error;
  }

  get isClosed(): boolean {
    return this.#credentials.isClosed;
  }

  /** Ends the connection at once. */
  close(): void {
    this.#credentials.destroy();
    this.client.close();
  }
}

/** Does the handshake for gRPC, and hands it no socket whose device isn't the expected one. */
class PinnedCredentials extends ChannelCredentials {
  readonly #settings: DialSettings;
  readonly #ports: DialPorts;
  readonly #context;
  readonly #sockets = new Set<Socket>();
  isClosed = false;
  pinned: { readonly remote: RemoteDevice; readonly socket: TLSSocket } | undefined;
  failure: CoveyError | undefined;
  ballast: Ballast | undefined;
  hasConnected = false;

  constructor(ports: DialPorts, settings: DialSettings) {
    super();
    this.#settings = settings;
    this.#ports = ports;
    this.#context = createSecureContext(tlsSettings(ports.identity));
  }

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(): experimental.SecureConnector {
    return {
      connect: async (socket) => ({ socket: await this.#secure(socket), secure: true }),
      waitForReady: async () => {},
      getCallCredentials: () => credentials.createEmpty(),
      destroy: () => {},
    };
  }

  destroy(): void {
    this.isClosed = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  async #secure(raw: Socket): Promise<TLSSocket> {
    this.hasConnected = true;
    // One connection is one identity: what gRPC would do about a lost one is not its business here.
    if (this.isClosed || this.pinned)
      throw new CoveyError('PEER_UNREACHABLE', 'dialed once already');
    raw.setNoDelay(true);
    this.#sockets.add(raw);
    raw.once('close', () => this.#sockets.delete(raw));
    try {
      const socket = await handshake(raw, this.#context);
      const remote = await this.#pin(socket);
      if (this.isClosed || this.pinned)
        throw new CoveyError('PEER_UNREACHABLE', 'another was faster');
      this.pinned = { remote, socket };
      const { limits } = this.#settings;
      this.ballast = new Ballast(socket, { messageBytes: limits.messageBytes, limits });
      return socket;
    } catch (reason) {
      raw.destroy();
      this.failure ??= CoveyError.is(reason)
        ? reason
        : new CoveyError('PEER_UNREACHABLE', 'no secure connection to this address', {
            cause: reason,
          });
      throw this.failure;
    }
  }

  async #pin(socket: TLSSocket): Promise<RemoteDevice> {
    if (socket.alpnProtocol !== ALPN) throw wrongDevice('another protocol answers');
    const { remote, fault } = await judgeVisitor(socket, this.#ports);
    if (!remote) throw wrongDevice(fault ?? 'no account');
    const { deviceId = remote.deviceId, uri = remote.uri } = this.#settings.expected;
    if (remote.deviceId !== deviceId) throw wrongDevice('another device answers');
    if (remote.uri !== uri) throw wrongDevice('a device of another account answers');
    this.#settings.inspect(remote);
    return remote;
  }
}

function wrongDevice(message: string): CoveyError {
  return new CoveyError('PEER_WRONG_DEVICE', message);
}

function handshake(
  socket: Socket,
  secureContext: ReturnType<typeof createSecureContext>,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    // No servername: nothing says in clear who is called.
    const secure = connect({
      ...TRUST_NOBODY_YET,
      ALPNProtocols: [ALPN],
      socket,
      secureContext,
      checkServerIdentity: () => undefined,
    });
    secure.once('secureConnect', () => resolve(secure));
    secure.once('error', reject);
    secure.once('close', () => reject(new Error('closed during the handshake')));
  });
}
