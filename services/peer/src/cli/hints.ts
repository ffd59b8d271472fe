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
  MODE_IS_FIXED: 'covey new --mode makes a conversation of another mode',
  LINK_REFUSED: 'a code works once and not for long; ask for a new one',
  PEER_UNREACHABLE: 'the other device must be on, and reachable at one of its addresses',
  OPERATION_NOT_FOUND: 'the daemon may be older than this command; covey down, then covey up',
};

/** How many accounts wait for their passphrase, and what to do; `undefined` if none does. */
export function lockedHint(accounts: readonly AccountInfo[]): string | undefined {
  const locked = accounts.filter((account) => account.locked);
  if (locked.length === 0) return undefined;
  const those = locked.length === 1 ? 'account is' : 'accounts are';
  const which = accounts.length === 1 ? '' : ' --account NAME';
  return `${locked.length} ${those} locked; covey unlock${which} opens ${locked.length === 1 ? 'it' : 'one'}`;
}
