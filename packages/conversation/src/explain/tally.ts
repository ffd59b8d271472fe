import type { GroupState } from '../group-state.ts';
import type { VoteAction } from '../layout.ts';
import { startOf } from '../rules/authority.ts';

/** How far a question has come in one state. */
export interface Tally {
  /** Admins there who have voted for it. */
  readonly voters: readonly string[];
  /** How many admins there are, the target among them. */
  readonly admins: number;
  /** Votes that a resolution still lacks; none when it may be written. */
  readonly missing: number;
}

/** Counts the votes on an account or a device, as a resolution on this state would. */
export function tallyOf(state: GroupState, action: VoteAction, target: string): Tally {
  const from = startOf(action, state, target);
  const voters = from === undefined ? [] : state.voters(action, from, target);
  return tally(
    voters.filter((voter) => state.placeOf(voter) === 'admin'),
    state.admins.length,
  );
}

/** Strictly more than half is needed. */
function tally(voters: readonly string[], admins: number): Tally {
  const needed = Math.floor(admins / 2) + 1;
  return { voters: [...voters].sort(), admins, missing: Math.max(0, needed - voters.length) };
}
