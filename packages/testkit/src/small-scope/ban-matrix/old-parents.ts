import type { Conflict } from './ban-matrix.ts';
import { has } from './coalition.ts';
import { Council, type Decision } from './council.ts';
import { adminsAfter, isMajority, subsetsOf } from './decisions.ts';

/** A fork from when fewer were admins, by a majority of these. */
export interface OldFork extends Conflict {
  /** Who was admin where it forks: the first so many accounts. */
  readonly then: number;
  readonly forkers: readonly number[];
  /** Forkers whose ban or demotion, decided by all admins of later, stands. */
  readonly removed: readonly number[];
  /** The forkers and the puppets have more than half of all admins after the merge, and had not before. */
  readonly wins: boolean;
}

/**
 * The creator makes the others admins, one after the other, by as few votes as that takes. Then a majority of the first
 * `then` of them decides on old parents, up to `most` times in a line, while the others do nothing, or have removed one of
 * the forkers. Every point, every coalition, every removal, up to who of the later admins is meant.
 */
export async function oldForks(
  admins: number,
  puppets: number,
  most: number,
): Promise<readonly OldFork[]> {
  const council = await Council.of(1, admins - 1 + puppets);
  const promotions = Array.from({ length: admins - 1 }, (_, at) => promotionOf(at + 1));
  const forks: OldFork[] = [];
  for (let then = 1; then < admins; then++) {
    const base = promotions.slice(0, then - 1);
    const since = promotions.slice(then - 1);
    for (const forkers of subsetsOf(seatsTo(then))) {
      if (!isMajority(forkers.length, then)) continue;
      for (const removal of [undefined, ...removalsOf(forkers, admins)]) {
        for (const line of forkedLines(forkers, then, admins + puppets, most)) {
          const sides = [[...since, ...(removal ? [removal] : [])], line];
          const decided = await council.decide(base, sides);
          const before = decided.points[0]?.at(-1) ?? new Set();
          const coalition = [...forkers, ...seatsTo(admins + puppets).slice(admins)];
          const wins = has(coalition, decided.merged) && !has(coalition, before);
          const stands = removal && decided.standing[0]?.at(-1);
          const removed = removal && stands ? [removal.target] : [];
          forks.push({ sides, decided, then, forkers, removed, wins });
        }
      }
    }
  }
  return forks;
}

const seatsTo = (count: number) => Array.from({ length: count }, (_, seat) => seat);

/** As few of those who came before as can decide it, the first of them. */
function promotionOf(seat: number): Decision {
  return { action: 'promote', target: seat, voters: seatsTo(Math.floor(seat / 2) + 1) };
}

/** Removals of each forker, by every majority of all admins. */
function removalsOf(forkers: readonly number[], admins: number): readonly Decision[] {
  return forkers.flatMap((target) =>
    subsetsOf(seatsTo(admins).filter((seat) => seat !== target))
      .filter(({ length }) => isMajority(length, admins))
      .flatMap((voters) =>
        (['ban', 'demote'] as const).map((action): Decision => ({ action, target, voters })),
      ),
  );
}

/** What the forkers can decide on the old parents: each bans, demotes or makes admin one account after the other. */
function forkedLines(
  forkers: readonly number[],
  then: number,
  accounts: number,
  most: number,
): readonly (readonly Decision[])[] {
  const lines: Decision[][] = [];
  const goOn = (line: readonly Decision[], admins: ReadonlySet<number>) => {
    if (line.length > 0) lines.push([...line]);
    if (line.length === most) return;
    for (const target of seatsTo(accounts)) {
      if (line.some((decision) => decision.target === target)) continue;
      for (const action of admins.has(target) ? ACTIONS.inside : ACTIONS.outside) {
        const voters = forkers.filter((seat) => seat !== target && admins.has(seat));
        if (!isMajority(voters.length, admins.size)) continue;
        const decision = { action, target, voters };
        goOn([...line, decision], adminsAfter(admins, decision));
      }
    }
  };
  goOn([], new Set(seatsTo(then)));
  return lines;
}

const ACTIONS = { inside: ['ban', 'demote'], outside: ['ban', 'promote'] } as const;
