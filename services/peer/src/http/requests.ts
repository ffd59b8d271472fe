import { Type } from 'typebox';
import { accountOperation } from './operation.ts';
import { ConversationId, TextMap } from './schemas.ts';

/** Invitations that wait for an answer. */
export const requestOperations = [
  accountOperation({
    name: 'getConversationRequests',
    summary: 'Invitations that wait for an answer, as maps of strings',
    method: 'GET',
    path: '/conversation-requests',
    params: {},
    result: Type.Array(TextMap),
    run: (account) => account.getConversationRequests(),
  }),
  accountOperation({
    name: 'acceptConversationRequest',
    summary: 'Takes an invitation; `ConversationReady` tells when the conversation is here',
    method: 'POST',
    path: '/conversation-requests/:conversationId/accept',
    params: { conversationId: ConversationId },
    run: (account, { conversationId }) => account.acceptConversationRequest(conversationId),
  }),
  accountOperation({
    name: 'declineConversationRequest',
    summary: 'Turns an invitation down',
    method: 'POST',
    path: '/conversation-requests/:conversationId/decline',
    params: { conversationId: ConversationId },
    run: (account, { conversationId }) => account.declineConversationRequest(conversationId),
  }),
];
