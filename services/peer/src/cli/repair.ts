import type { Repair } from '@covey/device';
import { defineCommand, UsageError } from './command.ts';
import { clockTime, short } from './message-line.ts';
import { resolveConversation } from './naming.ts';

type Found = Repair & { readonly conversationId: string };

/** `covey repair`: what others refuse of one's own, how to get away from it, and how to say it again. */
export const repair = defineCommand({
  name: 'repair',
  usage: '[CONVERSATION] [--apply] [--resend]',
  summary: 'show what others refuse of yours, save it, and go back to what they accept',
  details: [
    'Without options nothing changes. --apply saves the refused commits and all that stands on them, prints the folder, and goes back to the last heads that others accept.',
    '--resend says the saved texts again; what has been said since is not doubled. Without CONVERSATION all are looked at.',
  ],
  options: { apply: { type: 'boolean' }, resend: { type: 'boolean' } },
  positionals: [0, 1],
  run: async ([named], { apply = false, resend = false }, context) => {
    if (named === undefined && (apply || resend)) {
      throw new UsageError('--apply and --resend need a CONVERSATION');
    }
    const { accountId } = await context.account();
    const ids =
      named === undefined
        ? (await context.peer.call('getConversations', { accountId })).flatMap((each) =>
            each.syncing ? [] : [each.id],
          )
        : [await resolveConversation(context, named)];
    const found: Found[] = [];
    for (const conversationId of ids) {
      const asked = { accountId, conversationId, apply, resend };
      const repaired = await context.peer.call('repair', asked);
      const isOfInterest = repaired.refused.length > 0 || repaired.resent.length > 0;
      if (isOfInterest || named !== undefined) found.push({ conversationId, ...repaired });
    }
    const lines = found.flatMap((each) => linesOf(each, context.io.timeZone));
    context.print(
      named === undefined ? found : found[0],
      lines.length > 0 ? lines : ['nothing is refused'],
    );
    return 0;
  },
});

function linesOf(
  { conversationId, refused, lost, heads, saved, resent }: Found,
  timeZone: string | undefined,
): readonly string[] {
  if (refused.length === 0 && resent.length === 0) return [];
  const line = (what: string, ...facts: readonly string[]) =>
    [what.padEnd(12), ...facts.filter((fact) => fact !== '')].join('  ');
  return [
    line('conversation', conversationId),
    ...refused.map(({ commit, rule, path, by }) =>
      line('refused', commit, rule, path, `by ${by.map(short).join(', ')}`),
    ),
    ...lost.map(({ id, isOwn, timestamp, type, body = type }) =>
      line(isOwn ? 'yours' : 'of others', short(id), clockTime(timestamp, timeZone), body),
    ),
    ...heads.map((head) => line('accepted', head)),
    ...(saved === undefined ? [] : [line('saved in', saved)]),
    ...resent.map((oid) => line('sent again', oid)),
  ];
}
