import type { AccountInfo } from '@covey/device';
import type { ErrorCode } from '@covey/errors';

/** What to type next, where a code has an answer to that. */
export const HINTS: Partial<Record<ErrorCode, string>> = {
  DAEMON_UNREACHABLE: 'covey up --detach starts it',
  TOKEN_REFUSED: 'the daemon was just started anew; try again',
  DATA_FOLDER_BUSY: 'covey down stops the daemon that has it',
  ACCOUNT_NOT_FOUND: 'covey accounts lists them',
  ACCOUNT_LOCKED: 'covey unlock opens it',
  CONVERSATION_NOT_FOUND: 'covey conversations lists them',
  CONVERSATION_SYNCING: 'covey watch --until ConversationReady waits for it',
  REQUEST_NOT_FOUND: 'covey requests lists them',
  MESSAGE_NOT_FOUND: 'covey log lists them',
  DEVICE_NOT_FOUND: 'covey device list lists them',
  MODE_IS_FIXED: 'covey new --mode makes a conversation of another mode',
  LINK_REFUSED: 'a code works once and not for long; ask for a new one',
  PEER_UNREACHABLE: 'the other device must be on, and reachable at one of its addresses',
  OPERATION_NOT_FOUND: 'the daemon may be older than this command; covey down, then covey up',
};

const NO_VOTES =
  'nobody is removed or promoted here; start a copy of the group without them: covey new, then covey invite the others';

/** What to do instead of what a rule refuses (VAL-11), by the rule's id. */
const RULE_HINTS: ReadonlyMap<string, string> = new Map([
  ['vote/group-has-votes', NO_VOTES],
  ['resolution/group-has-votes', NO_VOTES],
  ['vote/by-an-admin', 'covey members shows who the admins are; one of them can vote'],
  ['resolution/by-an-admin', 'covey members shows who the admins are; one of them can do it'],
  ['vote/not-on-oneself', 'the other admins decide on you; covey leave leaves'],
  ['vote/target-is-there', 'covey members shows who stands where'],
  ['resolution/target-is-there', 'covey members shows who stands where'],
  ['resolution/majority', 'more than half of the admins must vote for it first: covey members'],
  ['add/not-banned', 'covey unban lets them come back'],
  ['add/not-in-the-group', 'covey members shows who stands where'],
  ['add/one-to-one-stays-two', 'covey new starts a group that can grow'],
  ['add/admins-invite', 'covey members shows who the admins are; ask one of them'],
  ['profile/by-whom', 'covey members shows who the admins are; ask one of them'],
  ['every-commit/author-in-standing', 'this account is out of the group; covey members shows more'],
]);

/** The rule, and what to do. */
export function ruleHint(rule: string): string {
  const advice = RULE_HINTS.get(rule);
  return advice === undefined ? `the rule is ${rule}` : `${advice} (the rule is ${rule})`;
}

/** How many accounts wait for their passphrase, and what to do; `undefined` if none does. */
export function lockedHint(accounts: readonly AccountInfo[]): string | undefined {
  const locked = accounts.filter((account) => account.locked);
  if (locked.length === 0) return undefined;
  const those = locked.length === 1 ? 'account is' : 'accounts are';
  const which = accounts.length === 1 ? '' : ' --account NAME';
  return `${locked.length} ${those} locked; covey unlock${which} opens ${locked.length === 1 ? 'it' : 'one'}`;
}
