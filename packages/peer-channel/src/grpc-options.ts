import type { ServerOptions as Http2Options, Http2Server } from 'node:http2';
import type { Socket } from 'node:net';
import { type ClientOptions, Server, ServerCredentials, type ServerOptions } from '@grpc/grpc-js';
import { invariant } from '@covey/errors';
import { streamGate } from './incoming-streams.ts';
import type { PeerLimits } from './limits.ts';

/** Window of HTTP/2: as much as the credit of one fetch. */
const WINDOW_BYTES = 1024 * 1024;

/** gRPC over one connection that somebody else made. */
export interface ConnectionServer {
  readonly addService: Server['addService'];
  /** Until the connection ends. */
  readonly serve: (socket: Socket) => void;
}

/** Of a connection that this side dialed. Nothing is retried, proxied or looked up behind our back. */
export function clientOptions(limits: PeerLimits): ClientOptions {
  return {
    ...common(limits),
    'grpc.max_receive_message_length': limits.messageBytes,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_retries': 0,
    'grpc.enable_http_proxy': 0,
    'grpc.service_config_disable_resolution': 1,
    'grpc.keepalive_permit_without_calls': 0,
  };
}

/**
 * A gRPC server for one connection: whose it is, is then no question for any call. Streams times
 * message bytes is what it can make this side hold: for a stranger little of both.
 */
export function connectionServer(limits: PeerLimits, isPeer: boolean): ConnectionServer {
  const options: ServerOptions = {
    ...common(limits),
    // A byte more than an invitation may have, so that our own code says what is wrong with it.
    'grpc.max_receive_message_length': isPeer ? limits.messageBytes : limits.inviteBytes + 1,
    'grpc.max_concurrent_streams': isPeer ? limits.peerStreams : limits.strangerStreams,
  };
  const server = new Server(options);
  const inside = insideOf(server);
  Object.assign(inside.commonServerOptions, http2Options(limits));
  Object.assign(inside.commonServerOptions.settings, { maxHeaderListSize: limits.headerListBytes });
  return {
    addService: (definition, service) => server.addService(definition, service),
    serve: (socket) => {
      const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
      const [http2] = inside.http2Servers.keys();
      invariant(http2, 'grpc-js keeps the HTTP/2 server of an injector there');
      // Before gRPC's own listener, which reads the headers.
      http2.prependListener('stream', streamGate(limits));
      socket.once('close', () => injector.destroy());
      injector.injectConnection(socket);
    },
  };
}

/** Options of Node that its types don't know: faults of one peer before its session is over. */
interface FaultLimits {
  readonly maxSessionInvalidFrames: number;
  readonly maxSessionRejectedStreams: number;
}

/** What of HTTP/2's own defences has a number (RFC 9113 section 10.5). */
function http2Options(limits: PeerLimits): Http2Options & FaultLimits {
  return {
    streamResetBurst: limits.streamResets,
    streamResetRate: Math.ceil(limits.streamResets / 10),
    maxSessionInvalidFrames: limits.streamResets,
    maxSessionRejectedStreams: limits.streamResets,
    maxSettings: 8,
    maxHeaderListPairs: 64,
  };
}

function common(limits: PeerLimits) {
  return {
    'grpc.max_send_message_length': limits.messageBytes,
    'grpc.keepalive_time_ms': limits.keepaliveMs,
    'grpc.keepalive_timeout_ms': limits.keepaliveTimeoutMs,
    'grpc.enable_channelz': 0,
    'grpc-node.max_session_memory': limits.sessionMemoryMegabytes,
    'grpc-node.flow_control_window': WINDOW_BYTES,
  };
}

/** What of a server of grpc-js is used beside its public face. */
interface ServerInside {
  readonly commonServerOptions: Http2Options & { readonly settings: object };
  readonly http2Servers: ReadonlyMap<Http2Server, unknown>;
}

/** NOTE: grpc-js passes on few options of HTTP/2; its version is pinned, and tests look. */
function insideOf(server: Server): ServerInside {
  // Private fields, so TypeScript must be told; the invariants tell us when they move.
  const inside = server as unknown as Partial<ServerInside>;
  invariant(inside.commonServerOptions?.settings, 'grpc-js keeps the HTTP/2 settings there');
  invariant(inside.http2Servers, 'grpc-js keeps its HTTP/2 servers there');
  return inside as ServerInside;
}
