import { permutations } from '../shape.ts';
import type { Decided, Decision } from './council.ts';
import { adminsAfter, isMajority, subsetsOf } from './decisions.ts';

/** Accounts that have voted on more than one of the sides, apart from themselves. */
export function doubleVoters(sides: readonly (readonly Decision[])[]): readonly number[] {
  const votersOf = sides.map((side) => new Set(side.flatMap(({ voters }) => voters)));
  const all = new Set(votersOf.flatMap((voters) => [...voters]));
  return [...all].filter((voter) => votersOf.filter((voters) => voters.has(voter)).length > 1);
}

/**
 * The smallest coalition that has more than half of the admins of all sides together, and has it nowhere on any side.
 * Whoever votes on two sides is of it: an honest account has seen what it wrote itself.
 */
export function winnerOf(
  sides: readonly (readonly Decision[])[],
  { points, merged }: Pick<Decided, 'points' | 'merged'>,
): readonly number[] | undefined {
  const double = doubleVoters(sides);
  const everybody = new Set([...merged, ...points.flat().flatMap((admins) => [...admins])]);
  const others = [...everybody].filter((seat) => !double.includes(seat));
  const coalitions = subsetsOf(others).map((more) => [...double, ...more]);
  return coalitions
    .sort((a, b) => a.length - b.length)
    .find(
      (coalition) => has(coalition, merged) && !points.flat().some((one) => has(coalition, one)),
    );
}

export function has(coalition: readonly number[], admins: ReadonlySet<number>): boolean {
  return isMajority(coalition.filter((seat) => admins.has(seat)).length, admins.size);
}

/**
 * An order in which what stands could have been decided in a line, without any fork, by the same votes of everybody else,
 * if those of the coalition vote as it suits them. `undefined` when there is none.
 */
export function asOneLine(
  admins: ReadonlySet<number>,
  standing: readonly Decision[],
  coalition: readonly number[],
): readonly Decision[] | undefined {
  for (const order of permutations(standing)) {
    const line: Decision[] = [];
    let now = admins;
    for (const decision of order) {
      // Decided on two sides it needs deciding once.
      if (now.has(decision.target) === (decision.action === 'promote')) continue;
      const willing = new Set([...decision.voters, ...coalition]);
      const voters = [...now].filter((seat) => willing.has(seat) && seat !== decision.target);
      if (!isMajority(voters.length, now.size)) break;
      line.push({ ...decision, voters });
      now = adminsAfter(now, decision);
    }
    const wanted = standing.reduce(adminsAfter, admins);
    if (wanted.size === now.size && [...wanted].every((seat) => now.has(seat))) return line;
  }
  return undefined;
}
