import type { Member, OpenVote } from '@covey/device';
import { defineCommand } from './command.ts';
import { short } from './message-line.ts';
import { resolveConversation } from './naming.ts';
import { safeText } from './safe-text.ts';

/** `covey members`: one member per line, with role and last displayed message; below, votes and removed devices. */
export const members = defineCommand({
  name: 'members',
  usage: 'CONVERSATION',
  summary: 'list the members, their roles, and what is voted on',
  details: ['Below a member stand its devices that were removed, and the votes that are open.'],
  positionals: [1, 1],
  run: async ([named = ''], _, context) => {
    const { accountId, uri: own } = await context.account();
    const conversationId = await resolveConversation(context, named);
    const list = await context.peer.call('getConversationMembers', { accountId, conversationId });
    context.print(
      list,
      list.flatMap((member) => linesOf(member, own)),
    );
    return 0;
  },
});

function linesOf(member: Member, own: string): readonly string[] {
  const { uri, role, lastDisplayed, bannedFrom, bannedDevices = [], votes = [] } = member;
  const facts = [
    safeText(uri),
    role === 'banned' ? `removed${bannedFrom === undefined ? '' : ` from ${bannedFrom}`}` : role,
    lastDisplayed === '' ? '' : `read ${short(lastDisplayed)}`,
    uri === own ? '(you)' : '',
  ];
  return [
    facts.filter((part) => part !== '').join('  '),
    ...bannedDevices.map((device) => `  device ${short(device)} is removed`),
    ...votes.map((vote) => `  ${openVote(vote, uri)}`),
  ];
}

function openVote({ action, target, voters, missing }: OpenVote, uri: string): string {
  const what = target === uri ? action : `${action} device ${short(target)}`;
  const by = voters.map(short).join(', ');
  const rest = missing === 0 ? 'enough' : `${missing} more needed`;
  return `vote to ${what}  by ${by}  ${rest}`;
}
