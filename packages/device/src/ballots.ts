import { tallyOf } from '@covey/conversation';
import type { AccountUri } from '@covey/identity';
import type { VoteAction, VoteOutcome } from './api.ts';
import type { ConversationRuntime } from './conversation-runtime.ts';

/** What is voted on: an account or a device, and what is to become of it. */
interface Question {
  readonly target: string;
  readonly action: VoteAction;
}

/** Votes unless `own` has, and with `resolve` carries it out when that is enough. @throws {CoveyError} COMMIT_REFUSED */
export async function castVote(
  runtime: ConversationRuntime,
  own: AccountUri,
  question: Question,
  { resolve = false }: { resolve?: boolean },
): Promise<VoteOutcome> {
  const { voters } = await tally(runtime, question);
  const vote = voters.includes(own)
    ? undefined
    : await runtime.write({ kind: 'vote', ...question });
  const after = await tally(runtime, question);
  const cast = vote ? { vote: vote.oid } : {};
  if (!resolve || after.missing > 0) return { ...cast, ...after };
  return { ...cast, ...(await carryOut(runtime, question)) };
}

/** @throws {CoveyError} COMMIT_REFUSED */
export async function carryOut(
  runtime: ConversationRuntime,
  question: Question,
): Promise<VoteOutcome> {
  const before = await tally(runtime, question);
  const { oid } = await runtime.write({ kind: 'resolve', ...question });
  return { resolution: oid, ...before };
}

async function tally(runtime: ConversationRuntime, { action, target }: Question) {
  const { voters, ...counts } = tallyOf((await runtime.resolved()).state, action, target);
  // From the names of files of a judged state.
  return { voters: voters as readonly AccountUri[], ...counts };
}
