import { describe, expect, test } from 'vitest';
import { banMatrix, type Conflict, oldForks } from '@covey/testkit/small-scope';

/** Decisions in a line on each side: all that up to three decisions can be, apart from each other. */
const SIDES = [
  [1, 1],
  [1, 2],
  [1, 1, 1],
] as const;
const GROUPS = [2, 3, 4, 5].flatMap((admins) => SIDES.map((sides) => ({ admins, sides })));

/** A conflict in words. */
function told({ sides, decided }: Conflict): string {
  const lines = sides.map((side, at) =>
    side.map(({ action, target, voters }, nth) => {
      const stands = decided.standing[at]?.[nth] ? '' : ' (void)';
      return `${action} ${target} by ${voters.join('')}${stands}`;
    }),
  );
  const said = lines.map((line) => line.join(', ')).join(' | ');
  return `${said} -> ${[...decided.merged].sort().join('')}`;
}

describe('the ban matrix', () => {
  test.for(GROUPS)(
    'BAN-5: bans and demotions by $admins admins, $sides on each side: no coalition wins by the merge',
    async ({ admins, sides }, { annotate }) => {
      const matrix = await banMatrix({ admins, puppets: 0 }, sides);
      await annotate(`${matrix.conflicts} conflicts, ${matrix.withVoid} with something void`);
      expect(matrix.wins.map(told)).toEqual([]);
      expect(matrix.leaderless.map(told)).toEqual([]);
      expect(matrix.beyondOneLine.map(told)).toEqual([]);
    },
  );

  test.for(GROUPS)(
    'BAN-5, BAN-7: with puppets to promote, $admins admins, $sides on each side: whoever wins could have done so without a fork',
    {
      timeout: 120_000,
    },
    async ({ admins, sides }, { annotate }) => {
      const matrix = await banMatrix({ admins, puppets: 2 }, sides);
      const { conflicts, withVoid, wins } = matrix;
      await annotate(
        `${conflicts} conflicts, ${withVoid} with something void, ${wins.length} wins, all possible in a line`,
      );
      expect(wins.filter(({ inOneLine }) => !inOneLine).map(told)).toEqual([]);
      expect(matrix.leaderless.map(told)).toEqual([]);
      expect(matrix.beyondOneLine.map(told)).toEqual([]);
    },
  );

  test('two honest votes for two puppets make three of five out of one of three, and so they would in a line', async () => {
    const { wins } = await banMatrix({ admins: 3, puppets: 2 }, [1, 1]);
    expect(wins.map(told)).toEqual(['promote 4 by 12 | promote 3 by 01 -> 01234']);
    expect(wins[0]?.coalition.toSorted()).toEqual([1, 3, 4]);
    expect(wins[0]?.inOneLine?.map(({ voters }) => voters)).toEqual([
      [1, 2],
      [0, 1, 4],
    ]);
  });
});

describe('the limit: who was more than half once forks from there', () => {
  test.for([
    { admins: 2, most: 2 },
    { admins: 3, most: 2 },
    { admins: 4, most: 2 },
    { admins: 5, most: 1 },
  ])(
    'BAN-6: $admins admins, $most decisions on old parents: who wins was the majority there and is not removed',
    {
      timeout: 120_000,
    },
    async ({ admins, most }, { annotate }) => {
      const forks = await oldForks(admins, 1, most);
      const wins = forks.filter((fork) => fork.wins);
      const left = wins.map(({ forkers, removed, then }) => ({
        isMajority: 2 * forkers.length > then,
        isHalf: 2 * forkers.filter((seat) => !removed.includes(seat)).length >= then,
      }));
      const { length } = wins.filter(({ removed }) => removed.length > 0);
      await annotate(
        `${forks.length} forks, ${wins.length} wins, ${length} of them though one of the forkers is removed`,
      );
      expect(left).toEqual(wins.map(() => ({ isMajority: true, isHalf: true })));
      expect(wins.length).toBeGreaterThan(0);
      // Removed by all the others he never comes back: on old parents he is alone.
      expect(wins.filter(({ then, removed }) => then === 1 && removed.length > 0)).toEqual([]);
      expect(forks.filter(({ decided }) => decided.merged.size === 0)).toEqual([]);
    },
  );
});
