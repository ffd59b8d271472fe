import { Type } from 'typebox';
import { parseAccountUri } from '@covey/identity';
import { accountOperation } from './operation.ts';
import {
  ConversationId,
  ConversationMode,
  ConversationSummary,
  Repair,
  TextMap,
  Uri,
} from './schemas.ts';

/** Conversations of an account: list, start, look at, describe, leave. */
export const conversationOperations = [
  accountOperation({
    name: 'getConversations',
    summary: 'All conversations of the account',
    method: 'GET',
    path: '/conversations',
    params: {},
    result: Type.Array(ConversationSummary),
    run: (account) => account.getConversations(),
  }),
  accountOperation({
    name: 'startConversation',
    summary: 'Makes a conversation; answers when its first commit is on disk',
    method: 'POST',
    path: '/conversations',
    params: {
      mode: ConversationMode,
      invited: Type.Optional(Uri),
      title: Type.Optional(Type.String({ maxLength: 1024 })),
      profile: Type.Optional(
        Type.Union([Type.Literal('admin'), Type.Literal('member')], {
          description: 'Who may change title and picture',
        }),
      ),
      flat: Type.Optional(Type.Boolean({ description: 'A group without ranks and votes' })),
    },
    result: Type.Object({ conversationId: ConversationId }),
    run: async (account, { invited, ...options }) => ({
      conversationId: await account.startConversation({
        ...options,
        ...(invited === undefined ? {} : { invited: parseAccountUri(invited) }),
      }),
    }),
  }),
  accountOperation({
    name: 'conversationInfos',
    summary: 'Mode, title, description, avatar; `syncing` while it is being fetched',
    method: 'GET',
    path: '/conversations/:conversationId/infos',
    params: { conversationId: ConversationId },
    result: TextMap,
    run: (account, { conversationId }) => account.conversationInfos(conversationId),
  }),
  accountOperation({
    name: 'updateConversationInfos',
    summary: 'Changes title, description or avatar; the mode is fixed',
    method: 'PATCH',
    path: '/conversations/:conversationId/infos',
    params: { conversationId: ConversationId, infos: TextMap },
    bodyIs: 'infos',
    run: (account, { conversationId, infos }) =>
      account.updateConversationInfos(conversationId, infos),
  }),
  accountOperation({
    name: 'conversationState',
    summary: 'Heads and state digest, to compare two devices',
    method: 'GET',
    path: '/conversations/:conversationId/state',
    params: { conversationId: ConversationId },
    result: Type.Object({
      heads: Type.Array(Type.String()),
      stateDigest: Type.String(),
      commits: Type.Integer(),
      connected: Type.Array(Type.String(), { description: 'Devices connected right now' }),
    }),
    run: (account, { conversationId }) => account.conversationState(conversationId),
  }),
  accountOperation({
    name: 'repair',
    summary: 'What others refuse of this account; saves it and goes back, and sends it again',
    method: 'POST',
    path: '/conversations/:conversationId/repair',
    params: {
      conversationId: ConversationId,
      apply: Type.Optional(Type.Boolean({ description: 'Save, then go back to accepted heads' })),
      resend: Type.Optional(Type.Boolean({ description: 'Say the saved texts again' })),
    },
    result: Repair,
    run: (account, { conversationId, ...options }) => account.repair(conversationId, options),
  }),
  accountOperation({
    name: 'removeConversation',
    summary: 'Leaves: commits the leave, tells the others, forgets the conversation here',
    method: 'DELETE',
    path: '/conversations/:conversationId',
    params: { conversationId: ConversationId },
    run: (account, { conversationId }) => account.removeConversation(conversationId),
  }),
];
