import { asOneLine, doubleVoters, has, winnerOf } from './coalition.ts';
import { Council, type Decided, type Decision } from './council.ts';
import { linesOf, type Seats } from './decisions.ts';
import { Forms } from './forms.ts';

/** Decisions that were taken apart, side by side, and what came of them. */
export interface Conflict {
  readonly sides: readonly (readonly Decision[])[];
  readonly decided: Decided;
}

/** A coalition that has more than half of all admins only after the merge. */
export interface Win extends Conflict {
  readonly coalition: readonly number[];
  /** How the same could have been decided without a fork, by the same honest votes: production has done it. */
  readonly inOneLine: readonly Decision[] | undefined;
}

/** What came of all conflicts of a kind. */
export interface BanMatrix {
  readonly conflicts: number;
  /** Conflicts after which not all decisions have effect. */
  readonly withVoid: number;
  readonly wins: readonly Win[];
  /** Conflicts after which no admin is left. */
  readonly leaderless: readonly Conflict[];
  /** Conflicts of which what stands could not have been decided in a line. */
  readonly beyondOneLine: readonly Conflict[];
}

/**
 * Every way in which the admins of a group can decide on so many sides, so many decisions on each, up to the names: all
 * majorities, whoever votes on two sides or more.
 * @param lengths decisions in a line on each side, the shortest first; three together at most
 */
export async function banMatrix(seats: Seats, lengths: readonly number[]): Promise<BanMatrix> {
  const council = await Council.of(seats.admins, seats.puppets);
  const forms = new Forms(seats);
  const admins = new Set(Array.from({ length: seats.admins }, (_, seat) => seat));
  const known = new Set<number>();
  const wins: Win[] = [];
  const leaderless: Conflict[] = [];
  const beyondOneLine: Conflict[] = [];
  let withVoid = 0;
  for (const sides of conflictsOf(seats, lengths, admins, forms)) {
    const form = forms.of(sides);
    if (known.has(form)) continue;
    known.add(form);
    const decided = await council.decide([], sides);
    const conflict = { sides, decided };
    if (decided.standing.flat().includes(false)) withVoid++;
    if (decided.merged.size === 0) leaderless.push(conflict);
    const standing = sides.flatMap((side, at) =>
      side.filter((_, nth) => decided.standing[at]?.[nth]),
    );
    const puppets = Array.from({ length: seats.puppets }, (_, at) => seats.admins + at);
    if (!asOneLine(admins, standing, [...puppets, ...doubleVoters(sides)]))
      beyondOneLine.push(conflict);
    const coalition = winnerOf(sides, decided);
    if (!coalition) continue;
    const line = asOneLine(admins, standing, coalition);
    const after = line && (await council.decide(line, [])).merged;
    const isSame = after?.size === decided.merged.size && has(coalition, after);
    wins.push({ ...conflict, coalition, inOneLine: isSame ? line : undefined });
  }
  return { conflicts: known.size, withVoid, wins, leaderless, beyondOneLine };
}

/** All, of the first side only what differs in more than names when it is a single decision. */
function* conflictsOf(
  seats: Seats,
  lengths: readonly number[],
  admins: ReadonlySet<number>,
  forms: Forms,
): Generator<readonly (readonly Decision[])[]> {
  const [first = 1, ...others] = lengths;
  const firsts = new Map(linesOf(first, admins, seats).map((line) => [forms.of([line]), line]));
  const rest = others.map((length) => linesOf(length, admins, seats));
  const fill = function* (
    sides: readonly (readonly Decision[])[],
  ): Generator<readonly (readonly Decision[])[]> {
    const lines = rest[sides.length - 1];
    if (!lines) yield sides;
    else for (const line of lines) yield* fill([...sides, line]);
  };
  for (const line of firsts.values()) yield* fill([line]);
}
