import { layout } from '@covey/conversation';
import type { Oid } from '@covey/git-objects';
import type { Forgery } from '../../forge.ts';
import { type Actor, anOldOne, resolution, type Turn, text, vote } from './actor.ts';

const TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000;

/** Something lawful that takes part in the group's affairs, as far as it is the device's to say. */
async function anAct({ device, chance, state }: Turn, parents: readonly Oid[]): Promise<Forgery> {
  const own = await ownPaper(device, parents);
  const isAdmin = state.placeOf(device.uri) === 'admin';
  const target = chance.pick([...state.names('members/', '.crt')].filter((uri) => uri !== device.uri));
  if (isAdmin && target !== undefined && chance.happens(0.6)) {
    const action = chance.happens(0.5) ? 'ban' : 'promote';
    const path = layout.votePath(action, 'members', target, device.uri);
    return { parents, message: vote(action, target), files: { ...own, [path]: '' } };
  }
  if (chance.happens(0.3)) {
    const stranger = device.around.chance.pick(device.around.network.hosts)?.uri ?? device.uri;
    const path = layout.invitedPath(stranger);
    return { parents, message: resolution('add', stranger), files: { ...own, [path]: '' } };
  }
  return { parents, message: text('from another past'), files: own };
}

/** The own certificate where the parents don't have it. */
async function ownPaper({ history, player, runtime, deviceId }: Turn['device'], parents: readonly Oid[]) {
  const [parent] = parents.map((oid) => history.entry(oid));
  if (!parent) return {};
  const state = await history.papers.state(parent.tree, runtime.store);
  return state.hasDevice(deviceId) ? {} : { [layout.devicePath(deviceId)]: player.writer.devicePem };
}

/** Says one thing to some and another to others, both on the same parents. */
export const equivocator: Actor = async (turn) => {
  const { device, chance } = turn;
  const parents = device.runtime.heads.slice(-1);
  const one = await device.forge(await anAct(turn, parents));
  const other = await device.forge({ parents, message: text(`no, I never said that ${chance.below(99)}`) });
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
  const isOut = state.bannedFrom(device.uri) ?? state.bannedFrom(device.deviceId);
  if (isOut === undefined) {
    await device.write({ kind: 'message', fields: text('nothing to see here') });
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
  const replay = await device.forge({ parents, message: vote(action, target), files: { [path]: '' } });
  const counted = await device.forge({
    ...{ parents: [replay], message: resolution(action, target) },
    files: { [path]: undefined, [layout.memberPath(target)]: undefined },
  });
  device.announce([chance.happens(0.5) ? replay : counted]);
};
