import { isAccountUri } from '@covey/identity';
import type { GroupState } from '../group-state.ts';
import { devicePath, EMPTY_BLOB, invitedPath, memberPath } from '../layout.ts';
import type { Rule } from '../rule.ts';
import { how } from './message.ts';

/** An invitation: the empty file `invited/<uri>`, and nothing else. */
export const add: readonly Rule[] = [
  {
    id: 'add/uri',
    says: '`uri` MUST be an account URI.',
    source: 'authority.md, rule 7',
    jami: 'deviate',
    hole: 'a file is invited that is nobody',
    breaks: ({ target }) => (isAccountUri(target) ? undefined : 'uri is no account URI'),
  },
  {
    id: 'add/only-the-invitation',
    says: 'An invitation MUST add `invited/<uri>`, MAY take votes on devices of that account away, and MUST change nothing else.',
    source: 'authority.md, rule 7',
    jami: 'refuse',
    breaks: ({ changed, before, target, targetDevices }) => {
      const path = invitedPath(target);
      const votes = new Set(votesOn(before, target, targetDevices));
      const stray = changed.find(
        (change) =>
          !(change.path === path && change.before === undefined) &&
          !(votes.has(change.path) && change.after === undefined),
      );
      if (stray) return { found: how(stray), path: stray.path };
      return changed.some((change) => change.path === path)
        ? undefined
        : { found: 'not added', path };
    },
  },
  {
    id: 'add/invitation-is-empty',
    says: 'The file of an invitation MUST be empty.',
    source: 'authority.md, rule 7',
    jami: 'refuse',
    breaks: ({ after, target }) =>
      after.files.get(invitedPath(target)) === EMPTY_BLOB
        ? undefined
        : { found: 'not empty', path: invitedPath(target) },
  },
  {
    id: 'add/not-oneself',
    says: 'Nobody MUST invite their own account.',
    source: 'authority.md, rule 7',
    jami: 'refuse',
    breaks: ({ target, uri }) =>
      target === uri ? 'author and invited are one account' : undefined,
  },
  {
    id: 'add/not-in-the-group',
    says: 'Whoever is in the group in any role MUST NOT be invited.',
    source: 'authority.md, rule 7',
    jami: 'deviate',
    hole: 'a member is listed as invited too',
    breaks: ({ before, target }) => {
      const place = before.placeOf(target);
      return place && `is ${place} already`;
    },
  },
  {
    id: 'add/not-banned',
    says: 'A banned account MUST be unbanned by vote before it can be invited.',
    source: 'authority.md, rule 7',
    jami: 'refuse',
    breaks: ({ before, target }) => (before.bannedFrom(target) ? 'is banned' : undefined),
  },
  {
    id: 'add/one-to-one-stays-two',
    says: 'In mode 0 only the other initial member, or the creator after having left, MUST be invited.',
    source: 'authority.md, rule 7',
    jami: 'refuse',
    breaks: ({ charter, target }) => {
      if (charter?.mode !== 0) return undefined;
      return target === charter.creator || target === charter.invited
        ? undefined
        : 'a third account';
    },
  },
  {
    id: 'add/admins-invite',
    says: 'In mode 1 only admins MUST invite.',
    source: 'authority.md, rule 7',
    jami: 'deviate',
    hole: 'H14: modes are not enforced',
    breaks: ({ charter, before, uri }) =>
      charter?.mode === 1 && before.placeOf(uri) !== 'admin' ? 'author is no admin' : undefined,
  },
  takesVotesAlong('add'),
];

/** Taking up an invitation. */
export const join: readonly Rule[] = [
  {
    id: 'join/own-uri',
    says: '`uri` MUST be the account of the joining device.',
    source: 'authority.md, rule 8',
    jami: 'refuse',
    breaks: ({ target, uri }) => (target === uri ? undefined : "joins in another account's name"),
  },
  {
    id: 'join/not-a-member',
    says: 'A member MUST NOT join again.',
    source: 'authority.md, rule 8',
    jami: 'refuse',
    breaks: ({ before, uri }) => (before.isWriter(uri) ? 'is in the group already' : undefined),
  },
  {
    id: 'join/invited',
    says: 'Whoever joins MUST be invited, except in mode 3.',
    source: 'authority.md, rule 8',
    jami: 'refuse',
    breaks: ({ before, uri, charter }) =>
      charter?.mode === 3 || before.has(invitedPath(uri))
        ? undefined
        : { found: 'no invitation', path: invitedPath(uri) },
  },
  {
    id: 'join/changes',
    says: "A join MUST remove `invited/<uri>`, add the own chain to `members/`, bring the own device's certificate, MAY take votes on the account and its devices away, and MUST change nothing else.",
    source: 'authority.md, rule 8',
    jami: 'refuse',
    breaks: ({ changed, before, after, uri, device, targetDevices }) => {
      if (after.has(invitedPath(uri))) return { found: 'still there', path: invitedPath(uri) };
      for (const path of [memberPath(uri), devicePath(device)]) {
        if (!after.has(path)) return { found: 'not there', path };
      }
      const own = new Set([invitedPath(uri), memberPath(uri), devicePath(device)]);
      const votes = new Set(votesOn(before, uri, targetDevices));
      const stray = changed.find(
        (change) =>
          !own.has(change.path) && !(votes.has(change.path) && change.after === undefined),
      );
      return stray && { found: how(stray), path: stray.path };
    },
  },
  takesVotesAlong('join'),
];

/** Leaving: everything of one's own goes, and nothing else. */
export const leave: readonly Rule[] = [
  {
    id: 'leave/own-uri',
    says: 'Author and `uri` of a leave MUST be one account.',
    source: 'authority.md, rule 9',
    jami: 'deviate',
    hole: 'H10: any member throws out any other',
    breaks: ({ target, uri }) => (target === uri ? undefined : 'removes another account'),
  },
  {
    id: 'leave/was-there',
    says: 'Whoever leaves MUST have been admin or member.',
    source: 'authority.md, rule 9',
    jami: 'refuse',
    breaks: ({ before, after, target }) => {
      const path = before.chainPath(target);
      if (path === undefined) return 'was neither admin nor member';
      return after.isWriter(target) ? { found: 'still there', path } : undefined;
    },
  },
  {
    id: 'leave/only-ones-own',
    says: "A leave MUST remove nothing but the account's chain, its devices, and the votes by and on it.",
    source: 'authority.md, rule 9',
    jami: 'refuse',
    breaks: ({ changed, before, target, targetDevices }) => {
      const own = new Set([...goesWith(before, target, targetDevices), invitedPath(target)]);
      const stray = changed.find(({ path, after }) => after !== undefined || !own.has(path));
      return stray && { found: how(stray), path: stray.path };
    },
  },
  {
    id: 'leave/takes-all-along',
    says: "A leave MUST remove all of the account's devices and the votes by and on it.",
    source: 'authority.md, rule 9',
    jami: 'deviate',
    hole: 'device certificates of who left stay in the tree',
    breaks: ({ before, after, target, targetDevices }) => {
      const left = goesWith(before, target, targetDevices).find((path) => after.has(path));
      return left === undefined ? undefined : { found: 'still there', path: left };
    },
  },
];

/** No vote outlives a change of its target's place: else it would count against another membership. */
function takesVotesAlong(kind: 'add' | 'join'): Rule {
  return {
    id: `${kind}/takes-votes-along`,
    says: 'Votes on the account or on its devices that lie in the tree MUST go, for its place is set anew.',
    source: 'authority.md, resolve: vote',
    jami: 'deviate',
    hole: 'votes on an earlier place of an account stay in the tree',
    breaks: ({ before, after, target, targetDevices }) => {
      const left = votesOn(before, target, targetDevices).find((path) => after.has(path));
      return left === undefined ? undefined : { found: 'still there', path: left };
    },
  };
}

/** Votes by and on an account, and those on its devices: none outlives a change of its place. */
export function votesOn(
  before: GroupState,
  target: string,
  devices: readonly string[],
): readonly string[] {
  return [target, ...devices].flatMap((id) => [...before.votesAbout(id)]);
}

/** Files that go when an account goes: chain, devices, votes by it, on it and on its devices. */
export function goesWith(
  before: GroupState,
  target: string,
  devices: readonly string[],
): readonly string[] {
  const chain = before.chainPath(target);
  return [
    ...(chain === undefined ? [] : [chain]),
    ...devices.map(devicePath),
    ...votesOn(before, target, devices),
  ];
}
