import { invariant } from '@covey/errors';
import type { Facts } from './facts.ts';
import type { CommitKind } from './kinds.ts';
import type { Break, Finding, Rule, Verdict } from './rule.ts';
import { resolution, vote } from './rules/authority.ts';
import { everyCommit } from './rules/every-commit.ts';
import { initial } from './rules/initial.ts';
import { add, join, leave } from './rules/membership.ts';
import { merge } from './rules/merge.ts';
import { call, edit, file, message, papers, unknown } from './rules/message.ts';
import { profile } from './rules/profile.ts';

/** Rules per kind, in the order in which they are applied. A kind without a row does not compile. */
export const RULES: { readonly [K in CommitKind]: readonly Rule[] } = {
  initial,
  text: message,
  reply: message,
  reaction: message,
  edit,
  call,
  file,
  unknown,
  add,
  join,
  leave,
  vote,
  ban: resolution,
  unban: resolution,
  promote: resolution,
  demote: resolution,
  profile,
  papers,
  merge,
};

export { everyCommit as RULES_FOR_EVERY_COMMIT };

/** All rules for a commit of each kind, in order: put together once and not for each commit. */
const ALL_RULES = new Map(
  Object.entries(RULES).map(([kind, rules]) => [kind, [...everyCommit, ...rules]]),
);

/**
 * Judges one commit: first what holds for every commit, then the rules of its kind; in `strict` the
 * first broken rule decides. Pure: the same facts, the same verdict, on any device, in any year.
 */
export function judge(facts: Facts): Verdict {
  const deviations: Break[] = [];
  const kind = facts.parents.length === 0 ? 'initial' : facts.content.kind;
  const rules = ALL_RULES.get(kind);
  invariant(rules, 'every kind has its rules');
  for (const rule of rules) {
    const answer = rule.breaks(facts);
    if (answer === undefined) continue;
    const finding: Finding = typeof answer === 'string' ? { found: answer } : answer;
    const leniency = typeof rule.jami === 'function' ? rule.jami(facts) : rule.jami;
    if (facts.profile === 'strict' || leniency === 'refuse') {
      return { accepted: false, rule: rule.id, ...finding };
    }
    deviations.push({ rule: rule.id, ...finding });
  }
  return { accepted: true, deviations };
}
