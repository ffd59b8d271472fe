import type { Case, Tally } from './check.ts';
import { count } from './check.ts';

/** A group has an admin, unless one whom it had made an admin has left: on old parents too, where he wasn't one yet. */
export async function anAdminRemains({
  growth: { history },
  resolved: { state },
}: Case): Promise<string | undefined> {
  if (state.admins.length > 0) return undefined;
  const settings = history.acts.flatMap(({ places }) => places);
  const left = settings.filter(({ op }) => op === 'leave').map(({ uri }) => uri);
  const isOne = settings.some(({ to, uri }) => to === 'admin' && left.includes(uri));
  return isOne ? undefined : 'no admin is left, and none has left';
}

/** Nothing by an account or a device has effect that a standing ban has cut off, nor is anything of it left in the state. */
export async function theBannedHaveNoSay(
  { growth, resolved: { state }, voids }: Case,
  tally: Tally,
): Promise<string | undefined> {
  const { history, scene, commits } = growth;
  for (const ban of history.acts) {
    if (ban.decision?.action !== 'ban' || voids.has(ban.oid)) continue;
    count(tally, 'standing bans');
    const { target } = ban.decision;
    for (const { entry } of commits) {
      if (entry.uri !== target && entry.device !== target) continue;
      const { act, seen } = entry;
      if (!act || (act !== ban && ban.before.has(act.index))) continue;
      if (seen.has(ban.index)) {
        const lifted = history.acts.some(
          ({ decision, index }) =>
            decision?.action === 'unban' && decision.target === target && seen.has(index),
        );
        if (!lifted) return `${entry.oid} stands on the ban ${ban.oid} of its author`;
        continue;
      }
      const isCut = !(MAY_STAND.has(act.kind) || act.crl || act.vote || act.decision);
      if (isCut && !voids.has(entry.oid)) {
        return `${entry.oid} has effect apart from the ban ${ban.oid} of its author`;
      }
    }
  }
  for (const { writer } of scene.cast.players) {
    const isBanned = state.bannedFrom(writer.uri) !== undefined;
    if (!isBanned && state.bannedFrom(writer.deviceId) === undefined) continue;
    if (state.hasDevice(writer.deviceId)) return `${writer.deviceId} is banned, and in devices/`;
    if (!isBanned) continue;
    if (state.placeOf(writer.uri) !== undefined) return `${writer.uri} is banned, and has a place`;
    const vote = [...state.votesAbout(writer.uri)].find((path) => path.endsWith(`/${writer.uri}`));
    if (vote !== undefined) return `a vote of who is banned: ${vote}`;
  }
  return undefined;
}

/** Merges have no effect, and leaves always have it. */
const MAY_STAND: ReadonlySet<string> = new Set(['merge', 'leave', 'initial']);
