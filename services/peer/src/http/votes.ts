import { Type } from 'typebox';
import { accountOperation } from './operation.ts';
import { ConversationId, VoteAction, VoteOutcome, VoteTarget } from './schemas.ts';

const question = { conversationId: ConversationId, target: VoteTarget, action: VoteAction };

/** What admins decide together. */
export const voteOperations = [
  accountOperation({
    name: 'vote',
    summary: 'Votes on an account or a device; with `resolve` carries it out when that is enough',
    method: 'POST',
    path: '/conversations/:conversationId/votes',
    params: {
      ...question,
      resolve: Type.Optional(Type.Boolean({ description: 'Carry it out when nothing is missing' })),
    },
    result: VoteOutcome,
    run: (account, { conversationId, target, action, ...options }) =>
      account.vote(conversationId, target, action, options),
  }),
  accountOperation({
    name: 'resolveVote',
    summary: 'Carries out what more than half of the admins have voted for',
    method: 'POST',
    path: '/conversations/:conversationId/votes/resolve',
    params: question,
    result: VoteOutcome,
    run: (account, { conversationId, target, action }) =>
      account.resolveVote(conversationId, target, action),
  }),
];
