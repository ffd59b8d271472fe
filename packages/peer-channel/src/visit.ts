import type { TLSSocket } from 'node:tls';
import type { ServerDuplexStream, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import { CoveyError } from '@covey/errors';
import {
  type ChannelRequest,
  type ChannelResponse,
  type Decodes,
  decodeStrictly,
  InviteRequest,
  type InviteResponse,
  LinkRequest,
  type LinkResponse,
  ReconcileRequest,
  type ReconcileResponse,
} from '@covey/grpc-api';
import { addressGroup } from './address.ts';
import { Ballast } from './ballast.ts';
import {
  checkInviteRequest,
  checkInviteResponse,
  checkLinkRequest,
  checkLinkResponse,
  checkReconcileRequest,
} from './bounds.ts';
import { Channel } from './channel.ts';
import { statusOf } from './failures.ts';
import { FrameStream } from './frame-stream.ts';
import { connectionServer } from './grpc-options.ts';
import { exchangeHello } from './hello.ts';
import type { PeerLimits } from './limits.ts';
import type { LinkTable } from './link-table.ts';
import type { PeerLog } from './log.ts';
import type { Visitor } from './papers.ts';
import type { PeerHandlers } from './peer-link.ts';
import type { RateLimit } from './rate-limit.ts';
import { sendPack } from './reconciling.ts';
import { peerService } from './service.ts';

/** What all visits of one device share. */
export interface VisitPorts {
  readonly handlers: PeerHandlers;
  readonly links: LinkTable;
  readonly invitations: RateLimit;
  readonly linkings: RateLimit;
  readonly reconcilings: RateLimit;
  readonly now: () => Date;
  readonly log: PeerLog;
  readonly ownHello: () => { addresses: string[]; features: string[] };
}

/** gRPC's own code would decode first and count afterwards; here the bytes come as they are. */
function serviceOf(ballast: Ballast) {
  const { invite, link, reconcile, channel } = peerService((bytes) => ballast.took(bytes));
  const asBytes = (bytes: Buffer) => {
    ballast.took(bytes.length);
    return new Uint8Array(bytes);
  };
  return {
    invite: { ...invite, requestDeserialize: asBytes },
    link: { ...link, requestDeserialize: asBytes },
    reconcile: { ...reconcile, requestDeserialize: asBytes },
    channel,
  };
}

type Answer<T> = (failure: ReturnType<typeof statusOf> | null, response?: T) => void;

/** Serves one connection that somebody else dialed, until it ends. */
export function serveVisit(
  { socket, visitor }: { socket: TLSSocket; visitor: Visitor },
  ports: VisitPorts,
  limits: PeerLimits,
): void {
  const { remote } = visitor;
  const isPeer = remote !== undefined && ports.handlers.admits(remote);
  const server = connectionServer(limits, isPeer);
  const messageBytes = isPeer ? limits.messageBytes : limits.inviteBytes;
  const ballast = new Ballast(socket, { messageBytes, limits });
  // Who came to talk opens a channel; others say what they want and go.
  const overstayed = setTimeout(() => socket.destroy(), limits.visitMs);
  server.addService(serviceOf(ballast), {
    invite: unary<InviteResponse>((bytes) => invite(bytes, visitor, ports, limits)),
    link: unary<LinkResponse>((bytes) => link(bytes, visitor, ports, limits)),
    reconcile: (stream: ServerWritableStream<Uint8Array, ReconcileResponse>) => {
      reconcile(stream, visitor, ports, limits).catch((reason: unknown) =>
        stream.emit('error', statusOf(reason)),
      );
    },
    channel: (stream: ServerDuplexStream<ChannelRequest, ChannelResponse>) => {
      // The limits of this connection were those of a stranger: who has a right now dials again.
      const peer = isPeer ? visitor : { ...visitor, remote: undefined };
      openChannel(stream, { socket, visitor: peer }, ports, limits).then(
        () => clearTimeout(overstayed),
        (reason: unknown) => stream.emit('error', statusOf(reason)),
      );
    },
  });
  socket.once('close', () => clearTimeout(overstayed));
  server.serve(socket);
}

async function invite(
  bytes: Uint8Array,
  visitor: Visitor,
  { handlers, invitations }: VisitPorts,
  limits: PeerLimits,
): Promise<InviteResponse> {
  const { remote, fault } = visitor;
  if (!remote) throw new CoveyError('PEER_REFUSED', fault ?? 'no account');
  notTooFast(invitations, visitor);
  notTooLong(bytes, limits);
  const request = decoded(InviteRequest, bytes);
  checkInviteRequest(request);
  const response = await handlers.invite(remote, request);
  checkInviteResponse(response);
  return response;
}

async function link(
  bytes: Uint8Array,
  visitor: Visitor,
  { handlers, linkings }: VisitPorts,
  limits: PeerLimits,
): Promise<LinkResponse> {
  notTooFast(linkings, visitor);
  notTooLong(bytes, limits);
  const request = decoded(LinkRequest, bytes);
  checkLinkRequest(request);
  const { deviceId, address } = visitor;
  const response = await handlers.link({ deviceId, address }, request);
  checkLinkResponse(response);
  return response;
}

async function reconcile(
  stream: ServerWritableStream<Uint8Array, ReconcileResponse>,
  visitor: Visitor,
  { handlers, reconcilings }: VisitPorts,
  limits: PeerLimits,
): Promise<void> {
  const { remote, fault } = visitor;
  if (!remote) throw new CoveyError('PEER_REFUSED', fault ?? 'no account');
  notTooFast(reconcilings, visitor);
  notTooLong(stream.request, limits);
  const request = decoded(ReconcileRequest, stream.request);
  checkReconcileRequest(request);
  await sendPack(await handlers.reconcile(remote, request), stream);
}

async function openChannel(
  stream: ServerDuplexStream<ChannelRequest, ChannelResponse>,
  { socket, visitor: { remote, fault, address } }: { socket: TLSSocket; visitor: Visitor },
  ports: VisitPorts,
  limits: PeerLimits,
): Promise<void> {
  if (!remote) throw new CoveyError('PEER_REFUSED', fault ?? 'only an invitation is taken');
  if (!ports.handlers.admits(remote)) {
    throw new CoveyError('PEER_REFUSED', 'only an invitation is taken');
  }
  const frames = new FrameStream(stream, limits);
  const hello = await exchangeHello(frames, ports.ownHello(), limits.handshakeMs);
  // The right may have gone while the other side was saying hello.
  if (!ports.handlers.admits(remote)) throw new CoveyError('PEER_REFUSED', 'no longer admitted');
  const destroy = () => socket.destroy();
  const openedAt = ports.now();
  const channel = new Channel(frames, { hello, dialed: false, address, openedAt, limits, destroy });
  ports.links.attach(remote, channel);
}

function unary<Response>(answer: (bytes: Uint8Array) => Promise<Response>) {
  return (call: ServerUnaryCall<Uint8Array, Response>, callback: Answer<Response>) => {
    answer(call.request).then(
      (response) => callback(null, response),
      (reason: unknown) => callback(statusOf(reason)),
    );
  };
}

function notTooFast(limit: RateLimit, { deviceId, address }: Visitor): void {
  const waitMs = limit.take(addressGroup(address), deviceId);
  if (waitMs === 0) return;
  const retryAfterSeconds = String(Math.ceil(waitMs / 1000));
  throw new CoveyError('RATE_EXCEEDED', 'too many calls', { data: { retryAfterSeconds } });
}

function notTooLong(bytes: Uint8Array, { inviteBytes }: PeerLimits): void {
  if (bytes.length <= inviteBytes) return;
  throw new CoveyError('MESSAGE_TOO_LARGE', `more than ${inviteBytes} bytes`);
}

function decoded<T>(message: Decodes<T>, bytes: Uint8Array): T {
  try {
    return decodeStrictly(message, bytes);
  } catch (cause) {
    throw new CoveyError('ENCODING_MALFORMED', 'not the message of this call', { cause });
  }
}
