import { type MethodDefinition, makeGenericClientConstructor } from '@grpc/grpc-js';
import { PeerServiceClient, PeerServiceService } from '@covey/grpc-api';

/**
 * The generated service, but that messages are read from plain bytes: a `bytes` field is a view into
 * what it was read from, and from a Buffer it would be one itself.
 */
export const PEER_SERVICE = {
  invite: plain(PeerServiceService.invite),
  link: plain(PeerServiceService.link),
  channel: plain(PeerServiceService.channel),
};

/** Makes the calls of {@link PEER_SERVICE}. */
export const PeerClient = makeGenericClientConstructor(
  PEER_SERVICE,
  PeerServiceClient.serviceName,
  // As generated: grpc-js makes the methods at run time, so only the generator knows them.
) as unknown as typeof PeerServiceClient;

function plain<Request, Response>(
  method: MethodDefinition<Request, Response>,
): MethodDefinition<Request, Response> {
  return {
    ...method,
    requestDeserialize: (bytes) => method.requestDeserialize(bytesOf(bytes)),
    responseDeserialize: (bytes) => method.responseDeserialize(bytesOf(bytes)),
  };
}

/** NOTE: typed as grpc-js asks, but no Buffer; the readers need none. */
function bytesOf({ buffer, byteOffset, byteLength }: Buffer): Buffer {
  return new Uint8Array(buffer, byteOffset, byteLength) as Buffer;
}
