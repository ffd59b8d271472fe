import { type GroupState, layout } from '@covey/conversation';
import type { Oid } from '@covey/git-objects';
import { isDeviceId } from '@covey/identity';

/** Paths to add (`Oid`) or to take away (`undefined`). */
export type PathChanges = readonly (readonly [path: string, oid: Oid | undefined])[];

/** Where a ban takes its target from. */
export function standingOf(state: GroupState, target: string): layout.BanClass {
  if (isDeviceId(target)) return 'devices';
  const place = state.placeOf(target);
  return place === 'admin' ? 'admins' : place === 'invited' ? 'invited' : 'members';
}

/** The one file of a vote. */
export function voteChanges(
  action: 'ban' | 'unban',
  state: GroupState,
  target: string,
  voter: string,
): PathChanges {
  const from =
    action === 'ban' ? standingOf(state, target) : (state.bannedFrom(target) ?? 'members');
  return [[layout.votePath(action, from, target, voter), layout.EMPTY_BLOB]];
}

/**
 * What a resolution does to a tree (authority.md, rule 11), written from the law and not from the code.
 * `devices` are the ids of the target account's devices, banned ones included.
 */
export function resolutionChanges(
  action: 'ban' | 'unban',
  state: GroupState,
  target: string,
  devices: readonly string[],
): PathChanges {
  const ids = new Set([target, ...devices]);
  const votes = [...state.files.keys()].filter((path) => {
    const vote = layout.readVotePath(path);
    return vote !== undefined && (ids.has(vote.target) || ids.has(vote.voter));
  });
  const gone = votes.map((path) => [path, undefined] as const);
  const from =
    action === 'ban' ? standingOf(state, target) : (state.bannedFrom(target) ?? 'members');
  const placed = placeIn(from, target);
  const banned = layout.bannedPath(from, target);
  if (action === 'ban') {
    const papers = devices.map((id) => [layout.devicePath(id), undefined] as const);
    return [...gone, ...papers, [placed, undefined], [banned, state.files.get(placed)]];
  }
  const back = from === 'devices' ? undefined : state.files.get(banned);
  return [...gone, [banned, undefined], [placed, back]];
}

function placeIn(from: layout.BanClass, id: string): string {
  if (from === 'admins') return layout.adminPath(id);
  if (from === 'members') return layout.memberPath(id);
  return from === 'invited' ? layout.invitedPath(id) : layout.devicePath(id);
}
