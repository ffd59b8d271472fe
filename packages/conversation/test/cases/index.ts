import { authorityCases } from './authority.ts';
import { everyCommitCases } from './every-commit.ts';
import { initialCases } from './initial.ts';
import { membershipCases } from './membership.ts';
import { messageCases } from './message.ts';
import { mergeCases, profileCases } from './profile-and-merge.ts';
import type { RuleCases } from './rule-case.ts';

/** Every rule, tried. `rules.test.ts` fails when one is missing. */
export const RULE_CASES: RuleCases = {
  ...everyCommitCases,
  ...initialCases,
  ...membershipCases,
  ...authorityCases,
  ...messageCases,
  ...profileCases,
  ...mergeCases,
};
