import { accept } from './accept.ts';
import { accounts } from './accounts.ts';
import type { Command } from './command.ts';
import { renderCommandPage } from './command-page.ts';
import { conversations } from './conversations.ts';
import { decline } from './decline.ts';
import { deviceAdd, deviceList, deviceRevoke } from './device.ts';
import { down } from './down.ts';
import { explain } from './explain.ts';
import { makeHelp } from './help.ts';
import { info, infoSet } from './info.ts';
import { init } from './init.ts';
import { invite } from './invite.ts';
import { leave } from './leave.ts';
import { log } from './log.ts';
import { members } from './members.ts';
import { newConversation } from './new.ts';
import { passphrase } from './passphrase.ts';
import { repair } from './repair.ts';
import { requests } from './requests.ts';
import { rpc } from './rpc.ts';
import { send } from './send.ts';
import { state } from './state.ts';
import { unlock } from './unlock.ts';
import { up } from './up.ts';
import { verify } from './verify-route.ts';
import { decisions, vote } from './votes.ts';
import { watch } from './watch.ts';
import { whoami } from './whoami.ts';

const WORKING: readonly Command[] = [
  up,
  down,
  init,
  accounts,
  whoami,
  unlock,
  passphrase,
  newConversation,
  invite,
  requests,
  accept,
  decline,
  conversations,
  send,
  log,
  watch,
  members,
  ...decisions,
  vote,
  info,
  infoSet,
  leave,
  state,
  explain,
  repair,
  deviceAdd,
  deviceList,
  deviceRevoke,
  verify,
  rpc,
];

/** Every command, in the order in which a person meets them. */
export const COMMANDS: readonly Command[] = [...WORKING, makeHelp(WORKING)];

/** `docs/commands.md`, whole. */
export function commandPage(): string {
  return renderCommandPage(COMMANDS);
}
