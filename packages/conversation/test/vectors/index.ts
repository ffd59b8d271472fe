import { addAttempts } from './add.ts';
import type { RuleTable } from './attempt.ts';
import { editAttempts } from './edit.ts';
import { everyCommitAuthorAttempts } from './every-commit-author.ts';
import { everyCommitFormAttempts } from './every-commit-form.ts';
import { everyCommitSignatureAttempts } from './every-commit-signature.ts';
import { initialAttempts } from './initial.ts';
import { joinAttempts } from './join.ts';
import { leaveAttempts } from './leave.ts';
import { majorityAttempts } from './majority.ts';
import { mergeAttempts } from './merges.ts';
import { messageAttempts } from './message.ts';
import { profileAttempts } from './profile.ts';
import { resolutionAttempts } from './resolution.ts';
import { voteAttempts } from './vote.ts';

/** Every rule, tried many times. */
export const RULE_ATTEMPTS: RuleTable = {
  ...everyCommitFormAttempts,
  ...everyCommitAuthorAttempts,
  ...everyCommitSignatureAttempts,
  ...initialAttempts,
  ...addAttempts,
  ...joinAttempts,
  ...leaveAttempts,
  ...voteAttempts,
  ...resolutionAttempts,
  ...majorityAttempts,
  ...messageAttempts,
  ...editAttempts,
  ...profileAttempts,
  ...mergeAttempts,
};
