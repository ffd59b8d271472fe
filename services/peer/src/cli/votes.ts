import type { VoteAction, VoteOutcome } from '@covey/device';
import { type Command, type CommandContext, defineCommand, UsageError } from './command.ts';
import { short } from './message-line.ts';
import { resolveConversation, resolveWho } from './naming.ts';

const ACTIONS: readonly VoteAction[] = ['ban', 'unban', 'promote', 'demote'];

const WHO = 'WHO is an account or, to ban and unban, a device: its id or the first digits of it.';

/** `covey vote`: says one's opinion, and with `--resolve` carries it out. */
export const vote = defineCommand({
  name: 'vote',
  usage: 'ban|unban|promote|demote CONVERSATION WHO [--resolve]',
  summary: 'vote, as an admin, on somebody’s place in a conversation',
  details: [
    `More than half of the admins, the one it is about counted, decide. --resolve carries the question out when that many have voted; who has voted before votes no second time. ${WHO}`,
  ],
  options: { resolve: { type: 'boolean' } },
  positionals: [3, 3],
  run: async ([action, named = '', who = ''], { resolve = false }, context) => {
    const known = ACTIONS.find((each) => each === action);
    if (known === undefined) throw new UsageError(`votes are to ${ACTIONS.join(', ')}`);
    return decide(known, named, who, resolve, context);
  },
});

const SUMMARIES: Readonly<Record<VoteAction, string>> = {
  ban: 'remove somebody, or one device: vote, and carry it out when that is enough',
  unban: 'let somebody come back who was removed',
  promote: 'make a member an admin',
  demote: 'make an admin a member again',
};

/** `covey ban` and its like: vote, and resolve when it is enough. */
export const decisions: readonly Command[] = ACTIONS.map((action) =>
  defineCommand({
    name: action,
    usage: 'CONVERSATION WHO',
    summary: SUMMARIES[action],
    details: [
      `Votes, and carries it out when more than half of the admins have voted so; else it says how many votes are missing. ${WHO}`,
    ],
    positionals: [2, 2],
    run: ([named = '', who = ''], _, context) => decide(action, named, who, true, context),
  }),
);

async function decide(
  action: VoteAction,
  named: string,
  who: string,
  resolve: boolean,
  context: CommandContext,
): Promise<number> {
  const { accountId } = await context.account();
  const conversationId = await resolveConversation(context, named);
  const target = await resolveWho(context, conversationId, who);
  const asked = { accountId, conversationId, target, action, resolve };
  const outcome = await context.peer.call('vote', asked);
  context.print(outcome, [toldOf(action, target, outcome)]);
  if (outcome.resolution === undefined && outcome.missing === 0) {
    context.hint(`covey ${action} ${short(conversationId)} ${short(target)} carries it out`);
  }
  return 0;
}

const DONE: Readonly<Record<VoteAction, string>> = {
  ban: 'removed',
  unban: 'may come back:',
  promote: 'is admin now:',
  demote: 'is admin no more:',
};

function toldOf(action: VoteAction, target: string, outcome: VoteOutcome): string {
  const { resolution, voters, admins, missing } = outcome;
  if (resolution !== undefined) return `${short(resolution)}  ${DONE[action]} ${short(target)}`;
  const counted = `${voters.length} of ${admins} admins ${voters.length === 1 ? 'has' : 'have'} voted to ${action} ${short(target)}`;
  if (missing === 0) return `${counted}: that is enough`;
  return `${counted}, ${missing} more ${missing === 1 ? 'is' : 'are'} needed`;
}
