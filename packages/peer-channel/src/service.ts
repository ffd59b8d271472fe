import { type MethodDefinition, makeGenericClientConstructor } from '@grpc/grpc-js';
import {
  ChannelRequest,
  ChannelResponse,
  type Decodes,
  decodeStrictly,
  InviteRequest,
  InviteResponse,
  LinkRequest,
  LinkResponse,
  PeerServiceClient,
  PeerServiceService,
  ReconcileRequest,
  ReconcileResponse,
} from '@covey/grpc-api';

type Weigh = (bytes: number) => void;

/**
 * The generated service, but that messages are read from plain bytes, strictly, and that somebody hears
 * how long each one was: a `bytes` field is a view into what it was read from, and from a Buffer it
 * would be one itself.
 */
export function peerService(weigh: Weigh) {
  const { invite, link, reconcile, channel } = PeerServiceService;
  return {
    invite: strict(invite, { request: InviteRequest, response: InviteResponse }, weigh),
    link: strict(link, { request: LinkRequest, response: LinkResponse }, weigh),
    reconcile: strict(reconcile, { request: ReconcileRequest, response: ReconcileResponse }, weigh),
    channel: strict(channel, { request: ChannelRequest, response: ChannelResponse }, weigh),
  };
}

/** Makes the calls of {@link peerService}. */
export function peerClient(
  weigh: Weigh,
  ...settings: ConstructorParameters<typeof PeerServiceClient>
): PeerServiceClient {
  const Client = makeGenericClientConstructor(
    peerService(weigh),
    PeerServiceClient.serviceName,
    // As generated: grpc-js makes the methods at run time, so only the generator knows them.
  ) as unknown as typeof PeerServiceClient;
  return new Client(...settings);
}

function strict<Request, Response>(
  method: MethodDefinition<Request, Response>,
  messages: { request: Decodes<Request>; response: Decodes<Response> },
  weigh: Weigh,
): MethodDefinition<Request, Response> {
  const reading =
    <T>(message: Decodes<T>) =>
    (buffer: Buffer) => {
      const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
      weigh(bytes.length);
      return decodeStrictly(message, bytes);
    };
  return {
    ...method,
    requestDeserialize: reading(messages.request),
    responseDeserialize: reading(messages.response),
  };
}
