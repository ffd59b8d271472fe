import { InviteRequest } from '@covey/grpc-api';
import type { FetchRequest, PeerLink } from '@covey/peer-channel';

/** The conversation that all of these are about. */
export const CONVERSATION = 'c'.repeat(40);

export const aFetch: FetchRequest = {
  conversationId: CONVERSATION,
  wants: [],
  haves: [],
  maxBytes: 0,
};

/** Bytes of all chunks. */
export async function drain(link: PeerLink, request = aFetch): Promise<number> {
  let total = 0;
  for await (const chunk of link.fetch(request)) total += chunk.length;
  return total;
}

export function anInvite(avatar = '') {
  const value = {
    ...{ mimeType: 'application/invite+json', conversationId: CONVERSATION, from: 'f' },
    ...{ received: '1', members: [], addresses: [] },
    metadatas: new Map([['avatar', avatar]]),
  };
  return { body: { $case: 'invite' as const, value } };
}

/** An invitation that has so many bytes when it is encoded. */
export function anInviteOf(bytes: number) {
  const overhead = InviteRequest.encode(anInvite('x'.repeat(60_000))).finish().length - 60_000;
  return anInvite('x'.repeat(bytes - overhead));
}
