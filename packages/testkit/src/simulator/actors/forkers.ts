import { type GroupState, layout } from '@covey/conversation';
import type { Oid } from '@covey/git-objects';
import type { Forgery } from '../../forge.ts';
import type { HostileDevice } from '../hostile-device.ts';
import { questionsIn } from '../workload.ts';
import { type Actor, anOldOne, resolution, type Turn, text, vote } from './actor.ts';

const TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000;

/** Something that takes part in the group's affairs, mostly lawful on those parents. */
async function anAct(turn: Turn, parents: readonly Oid[]): Promise<Forgery> {
  const { device, chance } = turn;
  const [parent] = parents.map((oid) => device.history.entry(oid));
  const state = parent
    ? await device.history.papers.state(parent.tree, device.runtime.store)
    : turn.state;
  const { deviceId, player, uri } = device;
  const own = ownPaper(device, state);
  if (state.placeOf(uri) === 'admin' && chance.happens(0.8)) {
    const ripe = questionsIn(state).filter(({ votes }) => 2 * votes > state.admins.length);
    const question = chance.pick(ripe);
    if (question && chance.happens(0.6)) return decided(turn, question, state, parents);
    const cast = aVote(turn, state);
    if (cast) return { parents, ...cast, files: { ...own, ...cast.files } };
  }
  if (chance.happens(0.3)) {
    const stranger = chance.pick(device.around.network.hosts)?.uri ?? uri;
    const path = layout.invitedPath(stranger);
    return { parents, message: resolution('add', stranger), files: { ...own, [path]: '' } };
  }
  if (chance.happens(0.2)) {
    const { devicePem } = await device.around.time.standingStill(
      player.renewed(chance.between(1, 3)),
    );
    const files = { [layout.devicePath(deviceId)]: devicePem };
    return { parents, message: text('with a new paper'), files };
  }
  return { parents, message: text('from another past'), files: own };
}

function aVote({ device, chance }: Turn, state: GroupState) {
  const members = [...state.names('members/', '.crt')];
  const [action, target] = chance.pick([
    ['ban', chance.pick(members)],
    ['promote', chance.pick(members)],
    ['ban', chance.pick(state.admins)],
    ['demote', chance.pick(state.admins)],
  ] as const) ?? ['ban', undefined];
  if (target === undefined || target === device.uri) return undefined;
  const from = state.placeOf(target) === 'admin' ? 'admins' : 'members';
  const path = layout.votePath(action, from, target, device.uri);
  return { message: vote(action, target), files: { [path]: '' } };
}

function ownPaper(
  { deviceId, player }: HostileDevice,
  state: GroupState,
): NonNullable<Forgery['files']> {
  return state.hasDevice(deviceId)
    ? {}
    : { [layout.devicePath(deviceId)]: player.writer.devicePem };
}

/** Carries out what was voted for on those parents. */
async function decided(
  { device }: Turn,
  { action, target }: { action: layout.VoteAction; target: string },
  state: GroupState,
  parents: readonly Oid[],
): Promise<Forgery> {
  const from = state.placeOf(target) === 'admin' ? 'admins' : 'members';
  const member = layout.memberPath(target);
  const admin = layout.adminPath(target);
  const stood = from === 'admins' ? admin : member;
  const stands = {
    ban: layout.bannedPath(from, target),
    promote: admin,
    demote: member,
    unban: stood,
  };
  const oid = state.files.get(stood);
  const moved =
    oid && stood !== stands[action] ? { [stood]: undefined, [stands[action]]: { oid } } : {};
  const { papers } = device.history;
  const devices =
    action === 'ban' ? await papers.devicesOf(target, state, device.runtime.store) : [];
  const gone = [...state.votesAbout(target), ...devices.map(layout.devicePath)];
  const files = { ...Object.fromEntries(gone.map((path) => [path, undefined])), ...moved };
  return {
    parents,
    message: resolution(action, target),
    files: { ...ownPaper(device, state), ...files },
  };
}

/** Says one thing to some and another to others, both on the same parents. */
export const equivocator: Actor = async (turn) => {
  const { device, chance } = turn;
  const parents = device.runtime.heads.slice(-1);
  const one = await device.forge(await anAct(turn, parents));
  const other = await device.forge({
    parents,
    message: text(`no, I never said that ${chance.below(99)}`),
  });
  const believers = new Set(device.links.filter(() => chance.happens(0.5)));
  device.announce([one], (link) => believers.has(link));
  device.announce([other], (link) => !believers.has(link));
};

/** Writes on old parents, under a date of long ago or of times to come. */
export const backDater: Actor = async (turn) => {
  const { device, chance } = turn;
  device.claimedSkewMs = chance.pick([-5 * TEN_YEARS_MS, -TEN_YEARS_MS, 0, 7 * TEN_YEARS_MS]) ?? 0;
  let tip = anOldOne(turn).oid;
  for (let length = chance.between(1, 3); length > 0; length--) {
    tip = await device.forge(await anAct(turn, [tip]));
  }
  device.announce([tip]);
};

/** Once banned it writes on as if it were not: on parents from before the ban, and on the ban itself. */
export const bannedForker: Actor = async (turn) => {
  const { device, chance, state, ordered } = turn;
  if (!isOut(turn)) {
    const question = chance.pick(questionsIn(state)) ?? {
      action: 'demote' as const,
      target: chance.pick(state.admins),
    };
    const { action, target } = question;
    const isAdmin = state.placeOf(device.uri) === 'admin';
    if (!isAdmin || target === undefined || target === device.uri) {
      await device.write({ kind: 'message', fields: text('nothing to see here') });
    } else await device.write({ kind: 'vote', action, target });
    // Beside what all can see of it.
    device.announce([await device.forge(await anAct(turn, [anOldOne(turn).oid]))]);
    return;
  }
  const ban = ordered.find(
    ({ content, act }) =>
      content.kind === 'ban' &&
      (act?.deviceBan?.device === device.deviceId ||
        act?.places.some(({ uri }) => uri === device.uri)),
  );
  const before = ban?.parents.at(0) ?? anOldOne(turn);
  const parents = [chance.happens(0.7) ? before.oid : (ban ?? before).oid];
  const first = await device.forge(await anAct(turn, parents));
  const last = await device.forge(await anAct(turn, [first]));
  device.announce([last]);
};

function isOut({ device, state }: Turn): boolean {
  return (state.bannedFrom(device.uri) ?? state.bannedFrom(device.deviceId)) !== undefined;
}

/** The founder, banned by those whom it made admins, bans them on parents from when it was the only one. */
export const usurper: Actor = async (turn) => {
  const { device, chance, state, ordered } = turn;
  if (!isOut(turn)) return voteReplayer(turn);
  const { papers } = device.history;
  const alone = ordered.findLast(
    ({ tree }) => papers.knownState(tree)?.admins.join() === device.uri,
  );
  const before = alone && papers.knownState(alone.tree);
  if (!before) return;
  const target = chance.pick(state.admins.filter((uri) => before.placeOf(uri) === 'member'));
  if (target === undefined) return;
  const path = layout.votePath('ban', 'members', target, device.uri);
  const cast = await device.forge({
    ...{ parents: [alone.oid], message: vote('ban', target) },
    files: { ...ownPaper(device, before), [path]: '' },
  });
  const voted = before.with([[path, layout.EMPTY_BLOB]]);
  const ban = await device.forge(await decided(turn, { action: 'ban', target }, voted, [cast]));
  device.announce([ban]);
};

/** Merges what there is to merge, and slips something in; or merges what needs no merge. */
export const mergeSmuggler: Actor = async (turn) => {
  const { device, chance, state } = turn;
  const aside = await device.forge({ parents: [anOldOne(turn).oid], message: text('aside') });
  const [head] = device.runtime.heads;
  const [one, other] = device.runtime.heads.length > 1 ? device.runtime.heads : [head, aside];
  if (one === undefined || other === undefined) return;
  const victim = chance.pick([...state.names('members/', '.crt'), ...state.admins]) ?? device.uri;
  const files = chance.pick([
    { [layout.adminPath(device.uri)]: device.player.writer.chainPem },
    { [layout.memberPath(victim)]: undefined, [layout.adminPath(victim)]: undefined },
    { [layout.votePath('ban', 'members', victim, device.uri)]: '' },
    { [layout.PROFILE_PATH]: 'BEGIN:VCARD\nVERSION:2.1\nFN:mine\nEND:VCARD' },
    { [layout.bannedPath('members', victim)]: device.player.writer.chainPem },
  ]);
  const message = `Merge commit '${other}'`;
  const merge = await device.forge({ parents: [one, other], message, ...(files ? { files } : {}) });
  device.announce([merge]);
};

/** Brings votes back that are no more: in a vote of its own, or in a resolution that counts them. */
export const voteReplayer: Actor = async (turn) => {
  const { device, chance, state, ordered } = turn;
  const cast = chance.pick(ordered.flatMap(({ act }) => act?.vote ?? []));
  if (!cast) {
    const target = chance.pick([...state.names('members/', '.crt')]);
    if (target !== undefined) await device.write({ kind: 'vote', action: 'ban', target });
    return;
  }
  const { action, from, target, voter } = cast;
  const path = layout.votePath(action, from, target, voter);
  const parents = chance.happens(0.5) ? device.runtime.heads.slice(-1) : [anOldOne(turn).oid];
  const replay = await device.forge({
    parents,
    message: vote(action, target),
    files: { [path]: '' },
  });
  const counted = await device.forge({
    ...{ parents: [replay], message: resolution(action, target) },
    files: { [path]: undefined, [layout.memberPath(target)]: undefined },
  });
  device.announce([chance.happens(0.5) ? replay : counted]);
};
