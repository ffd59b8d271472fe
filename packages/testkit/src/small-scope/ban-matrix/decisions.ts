import type { Decision } from './council.ts';

/** Accounts by their seats: first the admins, behind them members who may be made admins. */
export interface Seats {
  readonly admins: number;
  readonly puppets: number;
}

/** Every subset of some accounts. */
export function subsetsOf(seats: readonly number[]): readonly (readonly number[])[] {
  return Array.from({ length: 2 ** seats.length }, (_, mask) =>
    seats.filter((_, at) => (mask >> at) & 1),
  );
}

export const isMajority = (some: number, all: number): boolean => 2 * some > all;

/** Who is admin after a decision. */
export function adminsAfter(admins: ReadonlySet<number>, { action, target }: Decision) {
  const after = new Set(admins);
  if (action === 'promote') after.add(target);
  else after.delete(target);
  return after;
}

/** Whatever some admins can decide about each other and about the puppets, by every majority of them. */
function decisionsOf(
  admins: ReadonlySet<number>,
  { admins: first, puppets }: Seats,
): readonly Decision[] {
  const seats = [...admins].sort((a, b) => a - b);
  const majorities = (without?: number) =>
    subsetsOf(seats.filter((seat) => seat !== without)).filter(({ length }) =>
      isMajority(length, seats.length),
    );
  const removals = seats.flatMap((target) =>
    majorities(target).flatMap((voters) =>
      (['ban', 'demote'] as const).map((action): Decision => ({ action, target, voters })),
    ),
  );
  const outside = Array.from({ length: puppets }, (_, at) => first + at).filter(
    (seat) => !admins.has(seat),
  );
  const promotions = outside.flatMap((target) =>
    majorities().map((voters): Decision => ({ action: 'promote', target, voters })),
  );
  return [...removals, ...promotions];
}

/** So many decisions in a line. Nobody is invited again, so who is banned stays away. */
export function linesOf(
  count: number,
  admins: ReadonlySet<number>,
  seats: Seats,
): readonly (readonly Decision[])[] {
  if (count === 0) return [[]];
  return decisionsOf(admins, seats).flatMap((decision) =>
    linesOf(count - 1, adminsAfter(admins, decision), seats)
      .filter(
        (line) =>
          decision.action !== 'ban' || line.every(({ target }) => target !== decision.target),
      )
      .map((line) => [decision, ...line]),
  );
}
