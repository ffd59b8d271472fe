import { Type } from 'typebox';
import { parseAccountUri } from '@covey/identity';
import { accountOperation } from './operation.ts';
import { Address, ConversationId, Link, Member, MessageId, Uri, VoteOutcome } from './schemas.ts';

/** Members of a conversation, and the links by which one becomes a member. */
export const memberOperations = [
  accountOperation({
    name: 'getConversationMembers',
    summary: 'Who is, was or may become a member, with role and last displayed message',
    method: 'GET',
    path: '/conversations/:conversationId/members',
    params: { conversationId: ConversationId },
    result: Type.Array(Member),
    run: (account, { conversationId }) => account.getConversationMembers(conversationId),
  }),
  accountOperation({
    name: 'addConversationMember',
    summary: 'Commits the invitation, then delivers it to whatever device can be reached',
    method: 'POST',
    path: '/conversations/:conversationId/members',
    params: {
      conversationId: ConversationId,
      uri: Uri,
      addresses: Type.Optional(Type.Array(Address, { maxItems: 16 })),
    },
    result: Type.Object({ commit: MessageId, delivered: Type.Boolean() }),
    run: (account, { conversationId, uri, addresses = [] }) =>
      account.addConversationMember(conversationId, parseAccountUri(uri), addresses),
  }),
  accountOperation({
    name: 'removeConversationMember',
    summary: 'Votes to ban, and bans when that makes a majority; tells how many votes are missing',
    method: 'DELETE',
    path: '/conversations/:conversationId/members/:uri',
    params: { conversationId: ConversationId, uri: Uri },
    result: VoteOutcome,
    run: (account, { conversationId, uri }) =>
      account.removeConversationMember(conversationId, parseAccountUri(uri)),
  }),
  accountOperation({
    name: 'createInvitationLink',
    summary:
      'A link with a single-use secret; whoever presents it is invited. Of a public conversation: where to join',
    method: 'POST',
    path: '/conversations/:conversationId/invitation-links',
    params: { conversationId: ConversationId },
    result: Type.Object({
      link: Type.String(),
      expires: Type.Optional(Type.String({ format: 'date-time' })),
    }),
    run: async (account, { conversationId }) => {
      const { link, expires } = await account.createInvitationLink(conversationId);
      return { link, ...(expires ? { expires: expires.toISOString() } : {}) };
    },
  }),
  accountOperation({
    name: 'revokeInvitationLink',
    summary: 'A link that this device has made opens nothing any more',
    method: 'POST',
    path: '/invitation-links/revoke',
    params: { link: Link },
    run: (account, { link }) => account.revokeInvitationLink(link),
  }),
  accountOperation({
    name: 'acceptInvitationLink',
    summary: 'Presents a link to the device that made it; answers when fetching has begun',
    method: 'POST',
    path: '/invitation-links/accept',
    params: { link: Link },
    result: Type.Object({ conversationId: ConversationId }),
    run: (account, { link }) => account.acceptInvitationLink(link),
  }),
];
