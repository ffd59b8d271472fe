import type { Facts } from '../facts.ts';
import type { GroupState } from '../group-state.ts';
import { text } from '../kinds.ts';
import {
  adminPath,
  BAN_CLASSES,
  type BanClass,
  bannedPath,
  devicePath,
  EMPTY_BLOB,
  invitedPath,
  memberPath,
  readVotePath,
  VOTE_ACTIONS,
  type VoteAction,
  type VotePath,
} from '../layout.ts';
import type { Rule } from '../rule.ts';
import { goesWith, votesOn } from './membership.ts';
import { how } from './message.ts';

const votes: Rule['breaks'] = ({ charter }) =>
  charter?.mode === 0
    ? 'a one-to-one has no votes'
    : charter?.flat
      ? 'a flat group has no votes'
      : undefined;

/** One admin's opinion: one empty file. */
export const vote: readonly Rule[] = [
  {
    id: 'vote/group-has-votes',
    says: 'In mode 0 and in a flat group nobody MUST vote.',
    source: 'authority.md, rule 10',
    jami: 'deviate',
    hole: 'votes in a one-to-one are read',
    breaks: votes,
  },
  {
    id: 'vote/one-file',
    says: 'A vote MUST add exactly one file, `votes/<action>/<class>/<target>/<voter>`.',
    source: 'authority.md, rule 10',
    jami: ({ changed }) => (changed.length === 0 ? 'deviate' : 'refuse'),
    hole: 'H9: a vote without a file has no effect',
    breaks: ({ changed }) => {
      const stray =
        changed.find(({ path, before }) => before !== undefined || !readVotePath(path)) ??
        changed[1];
      if (stray) return { found: how(stray), path: stray.path };
      return changed.length === 1 ? undefined : 'no vote file';
    },
  },
  {
    id: 'vote/is-empty',
    says: 'The file of a vote MUST be empty.',
    source: 'authority.md, rule 10',
    jami: 'refuse',
    breaks: ({ changed }) => {
      const cast = changed[0];
      return cast && cast.after !== EMPTY_BLOB
        ? { found: 'not empty', path: cast.path }
        : undefined;
    },
  },
  {
    id: 'vote/by-an-admin',
    says: "The voter MUST be the author, an admin in the parents' state.",
    source: 'authority.md, rule 10',
    jami: 'refuse',
    breaks: (facts) => {
      if (facts.before.placeOf(facts.uri) !== 'admin') return 'author is no admin';
      const cast = castIn(facts);
      return cast && cast.voter !== facts.uri ? 'votes as another' : undefined;
    },
  },
  {
    id: 'vote/not-on-oneself',
    says: 'The voter MUST be neither the target nor the owner of the target device.',
    source: 'authority.md, rule 10',
    jami: ({ targetOwner }) => (targetOwner === undefined ? 'refuse' : 'deviate'),
    hole: 'an owner votes on a device of his own',
    breaks: (facts) => {
      const cast = castIn(facts);
      if (cast?.target === facts.uri) return 'votes on the own account';
      return cast && facts.targetOwner === facts.uri
        ? 'votes on a device of the own account'
        : undefined;
    },
  },
  {
    id: 'vote/message-and-path-agree',
    says: 'The message MUST have exactly `uri` and `action`, both as in the path.',
    source: 'requirements.md, MSG-8',
    jami: 'deviate',
    hole: 'a vote without `action` counts by its path',
    breaks: (facts) => {
      const cast = castIn(facts);
      const { fields } = facts.content;
      const keys = Object.keys(fields).sort().join(' ');
      if (keys !== 'action type uri') return `keys ${keys}`;
      if (!cast) return undefined;
      return text(fields, 'uri') === cast.target && text(fields, 'action') === cast.action
        ? undefined
        : 'message and path differ';
    },
  },
  {
    id: 'vote/target-is-there',
    says: 'The target MUST be in the state that the vote starts from: for a ban in the named class, for an unban in `banned/`, for a promotion a member, for a demotion an admin.',
    source: 'authority.md, rule 10',
    jami: 'refuse',
    breaks: (facts) => {
      const cast = castIn(facts);
      if (!cast) return undefined;
      const path = startPath(cast);
      if (path === undefined) return `nobody of class ${cast.from} has a vote to ${cast.action}`;
      return facts.before.has(path) ? undefined : { found: 'no such file', path };
    },
  },
];

/** A ban, unban, promotion or demotion that more than half of the admins voted for. */
export const resolution: readonly Rule[] = [
  {
    id: 'resolution/group-has-votes',
    says: 'In mode 0 and in a flat group nothing MUST be resolved.',
    source: 'authority.md, rule 10',
    jami: 'deviate',
    hole: 'bans in a one-to-one are read',
    breaks: votes,
  },
  {
    id: 'resolution/by-an-admin',
    says: "The author of a resolution MUST be an admin in the parents' state.",
    source: 'authority.md, rule 11',
    jami: 'refuse',
    breaks: ({ before, uri }) =>
      before.placeOf(uri) === 'admin' ? undefined : 'author is no admin',
  },
  {
    id: 'resolution/target-is-there',
    says: 'The target MUST be in the state that the resolution starts from.',
    source: 'authority.md, rule 11',
    jami: 'refuse',
    breaks: (facts) => (classOf(facts) ? undefined : 'the target is not there'),
  },
  {
    id: 'resolution/majority',
    says: "Strictly more than half of the admins in the parents' state, the target among them, MUST have voted for it there.",
    source: 'authority.md, rule 11',
    jami: (facts) =>
      2 * countedVotes(facts).length === facts.before.admins.length ? 'deviate' : 'refuse',
    hole: 'H11: exactly half passes',
    breaks: (facts) => {
      const counted = countedVotes(facts).length;
      const { length } = facts.before.admins;
      return 2 * counted > length ? undefined : `${counted} of ${length} admins`;
    },
  },
  {
    id: 'resolution/only-its-files',
    says: "A resolution MUST move the target's file, take away its devices (on a ban) and the votes on it, on its devices and by it, and change nothing else.",
    source: 'authority.md, rule 11',
    jami: 'refuse',
    breaks: (facts) => {
      const due = dueAfter(facts);
      const stray = facts.changed.find(
        ({ path, after }) => !due.has(path) || due.get(path) !== after,
      );
      return stray && { found: how(stray), path: stray.path };
    },
  },
  {
    id: 'resolution/moves-the-target',
    says: "A resolution MUST move the target's file.",
    source: 'authority.md, rule 11',
    jami: 'refuse',
    breaks: (facts) => {
      const action = decidedBy(facts);
      const from = classOf(facts);
      if (!action || !from) return undefined;
      const [gone, there] = moveOf({ action, from, target: facts.target });
      if (facts.after.has(gone)) return { found: 'still there', path: gone };
      if (there === undefined || facts.after.has(there)) return undefined;
      return { found: 'not there', path: there };
    },
  },
  {
    id: 'resolution/takes-all-along',
    says: "A resolution MUST take away all of the target's devices (on a ban) and all votes on it and by it.",
    source: 'authority.md, rule 11',
    jami: 'deviate',
    hole: 'device certificates of the banned stay in the tree',
    breaks: (facts) => {
      for (const [path, oid] of dueAfter(facts)) {
        if (facts.after.files.get(path) !== oid) {
          return { found: oid === undefined ? 'still there' : 'not there', path };
        }
      }
      return undefined;
    },
  },
];

/** The vote that a vote commit casts, by its path. */
export function castIn({ changed }: Facts): VotePath | undefined {
  return changed[0] && readVotePath(changed[0].path);
}

/** What a resolution decides; `undefined` for any other commit. */
export function decidedBy({ content: { kind } }: Facts): VoteAction | undefined {
  return VOTE_ACTIONS.find((action) => action === kind);
}

/** Where the target of a resolution stands, or of an unban where it was taken from. */
export function classOf(facts: Facts): BanClass | undefined {
  const action = decidedBy(facts);
  return action && startOf(action, facts.before, facts.target);
}

/** The class that a vote or resolution on this target starts from; `undefined` when it is in none. */
export function startOf(
  action: VoteAction,
  state: GroupState,
  target: string,
): BanClass | undefined {
  if (action === 'unban') return state.bannedFrom(target);
  return BAN_CLASSES.find((from) => {
    const path = startPath({ action, from, target });
    return path !== undefined && state.has(path);
  });
}

/** Accounts whose votes count for this resolution: admins in the parents' state with a file there. */
export function countedVotes(facts: Facts): readonly string[] {
  const action = decidedBy(facts);
  const from = classOf(facts);
  if (!action || !from) return [];
  return facts.before
    .voters(action, from, facts.target)
    .filter((voter) => facts.before.placeOf(voter) === 'admin');
}

/** What a vote or a resolution is about. */
export interface Question {
  readonly action: VoteAction;
  readonly from: BanClass;
  readonly target: string;
}

/** The file that must be there; `undefined` where the class has no such vote: a device is only banned and unbanned. */
function startPath({ action, from, target }: Question): string | undefined {
  switch (action) {
    case 'ban':
      return placePath(from, target);
    case 'unban':
      return bannedPath(from, target);
    case 'promote':
      return from === 'members' ? memberPath(target) : undefined;
    case 'demote':
      return from === 'admins' ? adminPath(target) : undefined;
  }
}

/** Where the target's file goes from and to; a device that is unbanned comes back with its own next commit. */
function moveOf({ action, from, target }: Question): readonly [string, string | undefined] {
  switch (action) {
    case 'ban':
      return [placePath(from, target), bannedPath(from, target)];
    case 'unban':
      return [bannedPath(from, target), from === 'devices' ? undefined : placePath(from, target)];
    case 'promote':
      return [memberPath(target), adminPath(target)];
    case 'demote':
      return [adminPath(target), memberPath(target)];
  }
}

function placePath(from: BanClass, id: string): string {
  switch (from) {
    case 'admins':
      return adminPath(id);
    case 'members':
      return memberPath(id);
    case 'invited':
      return invitedPath(id);
    case 'devices':
      return devicePath(id);
  }
}

/**
 * What a resolution does to the tree (rule 11): path -> blob, or `undefined` for gone. Votes on the target's
 * devices go too, for they look at its place.
 */
export function resolutionFiles(
  question: Question,
  before: GroupState,
  targetDevices: readonly string[],
): ReadonlyMap<string, GroupFile> {
  const { action, target } = question;
  const along =
    action === 'ban'
      ? goesWith(before, target, targetDevices)
      : votesOn(before, target, targetDevices);
  // What goes along first, so that the moved file has the last word.
  const due = new Map<string, GroupFile>(along.map((path) => [path, undefined]));
  const [gone, there] = moveOf(question);
  due.set(gone, undefined);
  if (there !== undefined) due.set(there, before.files.get(gone));
  return due;
}

function dueAfter(facts: Facts): ReadonlyMap<string, GroupFile> {
  const action = decidedBy(facts);
  const from = classOf(facts);
  if (!action || !from) return new Map();
  const { before, target, targetDevices } = facts;
  return resolutionFiles({ action, from, target }, before, targetDevices);
}

type GroupFile = ReturnType<GroupState['files']['get']>;
