import { Type } from 'typebox';
import { Explanation } from './explanation-schema.ts';
import { accountOperation } from './operation.ts';
import { ConversationId, MessageId, VoteTarget } from './schemas.ts';

/** Why something is as it is, and how to prove it to others. */
export const explanationOperations = [
  accountOperation({
    name: 'explain',
    summary: 'Why a commit, or the place of an account, is as it is',
    method: 'GET',
    path: '/conversations/:conversationId/explanations/:id',
    params: { conversationId: ConversationId, id: Type.Union([MessageId, VoteTarget]) },
    result: Explanation,
    run: (account, { conversationId, id }) => account.explain(conversationId, id),
  }),
  accountOperation({
    name: 'evidence',
    summary: 'Two contradictory commits of one account, as a file that others judge offline',
    method: 'GET',
    path: '/conversations/:conversationId/evidence/:one/:other',
    params: { conversationId: ConversationId, one: MessageId, other: MessageId },
    result: Type.Object({
      evidence: Type.String({ description: 'See docs/protocol/evidence.md' }),
    }),
    run: (account, { conversationId, one, other }) => account.evidence(conversationId, one, other),
  }),
];
