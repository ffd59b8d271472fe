import { permutations } from '../shape.ts';
import type { Decision } from './council.ts';
import type { Seats } from './decisions.ts';

const ACTIONS = ['ban', 'demote', 'promote'] as const;
/** Accounts at most; voters are a mask of so many bits. */
const MOST_SEATS = 7;
const DECISIONS = ACTIONS.length * MOST_SEATS * 2 ** MOST_SEATS;

/** Tells what differs in names only: of admins among themselves, and of puppets among themselves. */
export class Forms {
  /** New number of every decision, under one renaming. */
  readonly #renamings: readonly Uint16Array[];

  constructor({ admins, puppets }: Seats) {
    const first = Array.from({ length: admins }, (_, at) => at);
    const behind = Array.from({ length: puppets }, (_, at) => admins + at);
    this.#renamings = permutations(first).flatMap((one) =>
      permutations(behind).map((other) => renamed([...one, ...other])),
    );
  }

  /** The same for sides that renaming makes equal, and for no others: the lowest spelling. At most three decisions. */
  of(sides: readonly (readonly Decision[])[]): number {
    const numbers = sides.map((side) => side.map(numberOf));
    const spelled = sides.map(() => 0);
    let lowest = Number.POSITIVE_INFINITY;
    for (const renaming of this.#renamings) {
      for (const [at, side] of numbers.entries()) {
        let spelling = 0;
        for (const decision of side) spelling = spelling * DECISIONS + (renaming[decision] ?? 0);
        spelled[at] = spelling;
      }
      // Sides of one length may change places; a longer one has the higher number, for none is 0.
      spelled.sort(ascending);
      let all = 0;
      for (const side of spelled)
        all = all * (side < DECISIONS ? DECISIONS : DECISIONS ** 2) + side;
      lowest = Math.min(lowest, all);
    }
    return lowest;
  }
}

const ascending = (a: number, b: number) => a - b;

function numberOf({ action, target, voters }: Decision): number {
  const mask = voters.reduce((all, seat) => all | (1 << seat), 0);
  return (ACTIONS.indexOf(action) * MOST_SEATS + target) * 2 ** MOST_SEATS + mask;
}

function renamed(seats: readonly number[]): Uint16Array {
  const numbers = new Uint16Array(DECISIONS);
  for (const [at, action] of ACTIONS.entries()) {
    for (const [target, other] of seats.entries()) {
      for (let mask = 0; mask < 2 ** seats.length; mask++) {
        const voters = seats.filter((_, seat) => (mask >> seat) & 1);
        const number = (at * MOST_SEATS + target) * 2 ** MOST_SEATS + mask;
        numbers[number] = numberOf({ action, target: other, voters });
      }
    }
  }
  return numbers;
}
