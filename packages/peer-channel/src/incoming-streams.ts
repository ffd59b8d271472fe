import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { PeerLimits } from './limits.ts';

const { NGHTTP2_ENHANCE_YOUR_CALM } = constants;
const ENCODING = 'grpc-encoding';
const TIMEOUT = 'grpc-timeout';
/** An encoding that nobody has: gRPC answers UNIMPLEMENTED to a message that is marked as packed. */
const NONE = 'none';
const CHANNEL = /\/Channel$/;
/** What RFC 9113 section 6.5.2 adds to name and value. */
const BYTES_PER_HEADER = 32;

/**
 * Looks at each stream that the peer of one connection opens, before gRPC does.
 * - The streams of a connection are counted: a caller needs one, and who goes on opening wants something else.
 * - NOTE: Node tells the peer how long a header list may be, and takes a longer one all the same.
 * - Nothing is unpacked: a message is as long as it is.
 * - Every call has a deadline, also one whose caller names none.
 */
export function streamGate(limits: PeerLimits) {
  let opened = 0;
  return (
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    _flags: number,
    rawHeaders: readonly string[],
  ): void => {
    opened += 1;
    if (opened > limits.streamsPerConnection) {
      stream.session?.destroy(undefined, NGHTTP2_ENHANCE_YOUR_CALM);
    } else if (listBytes(rawHeaders) > limits.headerListBytes) {
      stream.close(NGHTTP2_ENHANCE_YOUR_CALM);
    }
    if ((headers[ENCODING] ?? 'identity') !== 'identity') headers[ENCODING] = NONE;
    // The channel has deadlines of its own: for its Hello, each call, each fetch, and signs of life.
    if (CHANNEL.test(headers[':path'] ?? '')) return;
    headers[TIMEOUT] = `${limits.handshakeMs + limits.callMs}m`;
  };
}

function listBytes(rawHeaders: readonly string[]): number {
  const texts = rawHeaders.reduce((bytes, text) => bytes + Buffer.byteLength(text), 0);
  return texts + (rawHeaders.length / 2) * BYTES_PER_HEADER;
}
