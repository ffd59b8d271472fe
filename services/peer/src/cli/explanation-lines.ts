import type {
  CommitExplanation,
  Contradiction,
  DecisionExplanation,
  Explanation,
  MemberExplanation,
  NamedAct,
} from '@covey/conversation';
import { short } from './message-line.ts';
import { safeText } from './safe-text.ts';

/** An explanation for a person: what it is about first, then one fact per line. */
export function explanationLines(explanation: Explanation): readonly string[] {
  const lines =
    explanation.about === 'commit' ? commitLines(explanation) : memberLines(explanation);
  return [...lines, ...explanation.contradictions.flatMap(contradictionLines)];
}

const line = (what: string, ...facts: readonly string[]) =>
  `${what.padEnd(12)}  ${facts.filter((fact) => fact !== '').join('  ')}`;

function commitLines(explanation: CommitExplanation): readonly string[] {
  const { commit, kind, author, signature, rules, deviations, time, decision } = explanation;
  const { latestBefore = 0 } = time;
  return [
    line('commit', commit),
    line('kind', kind),
    line('author', author.uri, `device ${author.device}`, `calls itself ${safeText(author.name)}`),
    line('signature', signature),
    line('rules', `${rules.length} rules hold`),
    ...deviations.map(({ rule, found }) => line('deviates', rule, safeText(found))),
    ...(time.contradicts
      ? [
          line(
            'time',
            `claims to be ${latestBefore - time.claimed} s older than a commit before it`,
          ),
        ]
      : []),
    ...(decision ? decisionLines(decision) : []),
    ...voidLines(explanation),
  ];
}

function voidLines({ void: reason }: CommitExplanation): readonly string[] {
  if (!reason) return [line('effect', 'it has effect')];
  return [
    line('effect', `void (${reason.step}): ${safeText(reason.found)}`),
    ...(reason.by ? [line('falls by', actText(reason.by))] : []),
    ...(reason.struck ? [line('left out', reason.struck.join(' '))] : []),
  ];
}

function decisionLines(decision: DecisionExplanation): readonly string[] {
  const { action, target, from, rule, tree, admins, needed, votes, struck, votedTwice } = decision;
  return [
    line('decides', `to ${action} ${safeText(target)}`, `from ${from}`),
    line('rule', rule, `${votes.length} of ${admins.length} admins, ${needed} needed`),
    line('counted in', `tree ${tree}`),
    ...votes.map(({ voter, cast }) => line('vote', voter, cast ? `by ${cast.commit}` : '')),
    ...struck.map(({ voter, by }) => line('struck', voter, `by ${actText(by)}`)),
    ...votedTwice.map(({ voter, other, votes: [, second] }) =>
      line('voted twice', voter, `${second.commit} counts in ${actText(other)}`),
    ),
    line('stands', decision.stands ? 'yes' : 'no'),
  ];
}

function memberLines(explanation: MemberExplanation): readonly string[] {
  const { uri, place, bannedFrom, devices, bannedDevices, votes, settings } = explanation;
  return [
    line('member', uri),
    line('place', place === 'banned' ? `removed from ${bannedFrom ?? ''}` : place),
    ...devices.map((device) => line('device', device)),
    ...bannedDevices.map((device) => line('device', device, '(removed)')),
    ...settings.map(({ act, op, to, signature, verdict, against, found }) =>
      line(
        op,
        `to ${to}`,
        `by ${act.by}`,
        act.commit,
        `signature ${signature}`,
        verdict === 'holds' ? 'holds' : `${verdict}: ${safeText(found)}`,
        against === undefined ? '' : short(against),
      ),
    ),
    ...votes.map(({ action, target, voters, missing }) =>
      line(
        'vote',
        `to ${action} ${short(target)}`,
        `by ${voters.map(short).join(', ')}`,
        `${missing} more needed`,
      ),
    ),
  ];
}

function contradictionLines({ uri, one, other, isOpen }: Contradiction): readonly string[] {
  return [
    line('two stories', uri, 'wrote these two apart from each other:'),
    line('', actText(one)),
    line('', actText(other)),
    isOpen
      ? line(
          '',
          'both have effect: no rule can tell which was meant, until a removal has seen one of them',
        )
      : line('', '--evidence FILE proves it to others'),
  ];
}

function actText({ commit, kind, action, target, by, void: step }: NamedAct): string {
  const what = kind === 'vote' && action !== undefined ? `vote to ${action}` : kind;
  return [
    commit,
    target === undefined ? what : `${what} ${short(safeText(target))}`,
    `by ${short(by)}`,
    step === undefined ? '' : `void (${step})`,
  ]
    .filter((part) => part !== '')
    .join('  ');
}
