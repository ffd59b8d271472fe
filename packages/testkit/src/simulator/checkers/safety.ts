import { type CommitKind, type Entry, isAncestor } from '@covey/conversation';
import type { Checker, Ending } from '../ending.ts';

export const nothingLost: Checker = {
  name: 'S2',
  promises:
    'what an honest device has acknowledged is never refused, and after the faults everybody has it',
  *check({ simulation, circle }) {
    for (const [oid, { by }] of simulation.acknowledged) {
      for (const { name, verdicts } of simulation.honest) {
        const verdict = verdicts.get(oid) ?? 'taken in';
        if (verdict !== 'taken in') yield `${name} refuses ${oid} of ${by.name} by ${verdict}`;
      }
      const left = simulation.heldBesides.get(oid);
      const isLost = left && !left.some((device) => circle.includes(device));
      if (!circle.includes(by) || isLost) continue;
      for (const { name, history } of circle) {
        if (!history.entry(oid)) yield `${name} lacks ${oid}, which ${by.name} acknowledged`;
      }
    }
  },
};

/** Judged in other ways than by the cut (authority.md, step 3). */
const NOT_CUT: ReadonlySet<CommitKind> = new Set([
  ...(['vote', 'ban', 'unban', 'promote', 'demote', 'leave', 'merge'] as const),
]);

export const banHolds: Checker = {
  name: 'S3',
  promises: 'nothing that a banned account or device wrote after the cut has any effect',
  async *check(ending) {
    const { union, reader, voids } = ending;
    const { state } = await union.resolved(reader);
    for (const { ban, target } of standingBans(ending)) {
      if (state.placeOf(target))
        yield `${target} is banned by ${ban.oid} and is ${state.placeOf(target)}`;
      if ([...state.votesAbout(target)].some((path) => path.endsWith(`/${target}`))) {
        yield `a vote of ${target}, banned by ${ban.oid}, counts`;
      }
      if (state.hasDevice(target)) yield `device ${target} is banned by ${ban.oid} and there`;
      for (const entry of union.ordered) {
        if (entry.uri !== target && entry.device !== target) continue;
        const isOn = ban.act && ban !== entry && entry.seen.has(ban.act.index);
        // Valid only where an unban that is void by now, or a recount, had lifted the ban.
        if (isOn && !isNeverVoid(entry) && !voids.reasonOf(entry)) {
          yield `${entry.oid} stands on the ban ${ban.oid}`;
        } else if (!isOn && isCut(entry, ban) && !voids.reasonOf(entry)) {
          yield `${entry.oid} stands beside the ban ${ban.oid} and is not void`;
        }
      }
    }
  },
};

/** A merge has no opinion; a leave and a list of what is revoked have effect whoever wrote them. */
function isNeverVoid({ content: { kind }, act }: Entry): boolean {
  return kind === 'merge' || kind === 'leave' || (kind === 'papers' && act?.crl !== undefined);
}

function isCut(entry: Entry, ban: Entry): boolean {
  if (NOT_CUT.has(entry.content.kind) || entry.act?.crl) return false;
  return !isAncestor(entry, ban.parents);
}

/** Bans that have effect and that no unban has among its ancestors. */
function standingBans({ union, voids }: Ending): readonly { ban: Entry; target: string }[] {
  const decisions = union.ordered.filter(({ act }) => act?.decision);
  const effective = decisions.filter((entry) => !voids.reasonOf(entry));
  return effective.flatMap((ban) => {
    const { action, target = '' } = ban.act?.decision ?? {};
    const index = ban.act?.index ?? -1;
    const isLifted = effective.some(
      ({ act, seen }) =>
        act?.decision?.action === 'unban' && act.decision.target === target && seen.has(index),
    );
    return action === 'ban' && !isLifted ? [{ ban, target }] : [];
  });
}

export const adminRemains: Checker = {
  name: 'S4',
  promises: 'an admin always remains, unless the last ones have left by themselves',
  async *check({ union, reader }) {
    const { state } = await union.resolved(reader);
    if (state.admins.length > 0) return;
    for (const { act } of union.ordered) {
      if (act?.kind === 'leave' && act.changes.some(({ path }) => path.startsWith('admins/')))
        return;
    }
    yield 'there is no admin, and none has left';
  },
};
