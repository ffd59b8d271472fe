import type { Oid } from '@covey/git-objects';
import { isAccountUri, isDeviceId } from '@covey/identity';

/** The id of the empty blob: what an invitation or a vote consists of. */
export const EMPTY_BLOB = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391' as Oid; // SHA-1 of "blob 0\0"
/** The id of the tree of nothing. */
export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904' as Oid; // SHA-1 of "tree 0\0"

/** Where an account or a device can be banned from, and hence the middle of vote and ban paths. */
export const BAN_CLASSES = ['admins', 'members', 'invited', 'devices'] as const;
export type BanClass = (typeof BAN_CLASSES)[number];
export const VOTE_ACTIONS = ['ban', 'unban', 'promote', 'demote'] as const;
export type VoteAction = (typeof VOTE_ACTIONS)[number];

export const PROFILE_PATH = 'profile.vcf';
export const adminPath = (uri: string) => `admins/${uri}.crt`;
export const memberPath = (uri: string) => `members/${uri}.crt`;
export const invitedPath = (uri: string) => `invited/${uri}`;
export const devicePath = (deviceId: string) => `devices/${deviceId}.crt`;
export const crlPath = (uri: string) => `CRLs/${uri}`;
export const bannedPath = (from: BanClass, id: string) =>
  from === 'invited' ? `banned/invited/${id}` : `banned/${from}/${id}.crt`;
export const votePath = (action: VoteAction, from: BanClass, target: string, voter: string) =>
  `votes/${action}/${from}/${target}/${voter}`;

export interface VotePath {
  readonly action: VoteAction;
  readonly from: BanClass;
  readonly target: string;
  readonly voter: string;
}

/** Reads a path below `votes/`; `undefined` when it is not one of the layout. */
export function readVotePath(path: string): VotePath | undefined {
  const [root, action, from, target, voter, ...rest] = path.split('/', 6);
  if (root !== 'votes' || rest.length > 0) return undefined;
  const known =
    VOTE_ACTIONS.includes(action as VoteAction) && BAN_CLASSES.includes(from as BanClass);
  if (!known || target === undefined || voter === undefined || !isAccountUri(voter))
    return undefined;
  if (from === 'devices' ? !isDeviceId(target) : !isAccountUri(target)) return undefined;
  // Checked against the two lists just above.
  return { action: action as VoteAction, from: from as BanClass, target, voter };
}
