import { type ClientOptions, Server, type ServerOptions } from '@grpc/grpc-js';
import { invariant } from '@covey/errors';
import type { PeerLimits } from './limits.ts';

/** Window of HTTP/2: as much as the credit of one fetch. */
const WINDOW_BYTES = 1024 * 1024;

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
export function connectionServer(limits: PeerLimits, isPeer: boolean): Server {
  const options: ServerOptions = {
    ...common(limits),
    // A byte more than an invitation may have, so that our own code says what is wrong with it.
    'grpc.max_receive_message_length': isPeer ? limits.messageBytes : limits.inviteBytes + 1,
    'grpc.max_concurrent_streams': isPeer ? limits.peerStreams : limits.strangerStreams,
  };
  const server = new Server(options);
  limitHeaders(server, limits.headerListBytes);
  return server;
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

/** NOTE: grpc-js has no option for HTTP/2's header list; its version is pinned, and a test looks. */
function limitHeaders(server: Server, bytes: number): void {
  // A private field, so TypeScript must be told; the invariant tells us when it moves.
  const { commonServerOptions } = server as unknown as {
    commonServerOptions?: { settings?: { maxHeaderListSize?: number } };
  };
  invariant(commonServerOptions?.settings, 'grpc-js keeps the HTTP/2 settings there');
  commonServerOptions.settings.maxHeaderListSize = bytes;
}
