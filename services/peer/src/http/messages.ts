import { Type } from 'typebox';
import { accountOperation } from './operation.ts';
import { ConversationId, Message, MessageId } from './schemas.ts';

const PAGE_DEFAULT = 50;
const PAGE_MAX = 1000;

/** Messages of a conversation: send and read. */
export const messageOperations = [
  accountOperation({
    name: 'sendMessage',
    summary: 'Answers when the message would survive a power loss',
    method: 'POST',
    path: '/conversations/:conversationId/messages',
    params: {
      conversationId: ConversationId,
      body: Type.String({ description: 'Text; empty only with `edit`, which then deletes' }),
      replyTo: Type.Optional(MessageId),
      reactTo: Type.Optional(MessageId),
      edit: Type.Optional(MessageId),
    },
    result: Type.Object({ messageId: MessageId }),
    run: async (account, { conversationId, ...message }) => ({
      messageId: await account.sendMessage(conversationId, message),
    }),
  }),
  accountOperation({
    name: 'loadConversation',
    summary: 'The newest messages, or those older than `from`; newest last',
    method: 'GET',
    path: '/conversations/:conversationId/messages',
    params: {
      conversationId: ConversationId,
      from: Type.Optional(MessageId),
      n: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_MAX, default: PAGE_DEFAULT })),
    },
    result: Type.Array(Message),
    run: (account, { conversationId, n = PAGE_DEFAULT, ...from }) =>
      account.loadConversation(conversationId, { n, ...from }),
  }),
];
