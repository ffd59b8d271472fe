import { describe, expect, test } from 'vitest';
import { SCOPES, survey } from '@covey/testkit/small-scope';

/** Histories of 1, 2, ... operations on each start. A change here is a change of what is lawful. */
const SIZES: Readonly<Record<string, readonly number[]>> = {
  founder: [5, 39, 498, 9837],
  open: [3, 23, 283],
  pair: [8, 144, 3613],
  three: [6, 130],
  four: [3, 63, 2685],
  devices: [9, 226],
  fork: [30, 1039],
  takeover: [32, 1252],
  removed: [31, 1158],
};

describe('BAN-5, BAN-6, SWARM-1: every history of a few operations, in all partitions', () => {
  test.for(SCOPES)('$name: $says', { timeout: 300_000 }, async (scope, { annotate }) => {
    const sizes = SIZES[scope.name] ?? expect.fail(`how many are there of ${scope.name}?`);
    const { failures, isComplete, counts, tally } = await survey(scope, {
      operations: sizes.length,
    });
    const histories = counts.map(({ before, after }) => `${after} (of ${before})`);
    const looks = [...tally].map(([what, times]) => `${times} ${what}`);
    await annotate(`${histories.join(', ')} histories; ${looks.join(', ')}`);
    expect(failures).toEqual([]);
    expect(isComplete).toBe(true);
    expect(counts.map(({ after }) => after)).toEqual(sizes);
  });

  test('a law that doesn’t hold is found out, by the shortest history that breaks it', async () => {
    const [founder] = SCOPES;
    const { failures } = await survey(founder ?? expect.fail('no scope'), {
      operations: 3,
      checks: {
        peace: async ({ growth, resolved: { state } }) =>
          growth.scene.cast.accounts.some(({ uri }) => state.bannedFrom(uri) !== undefined)
            ? 'somebody is banned'
            : undefined,
      },
    });
    expect(failures[0]).toMatchObject({
      ...{ check: 'peace', found: 'somebody is banned', operations: 3 },
      story: [
        expect.stringMatching(/^1\. alice-.: add bob, on the start/),
        expect.stringMatching(/^2\. alice-.: vote ban bob, on 1/),
        expect.stringMatching(/^3\. alice-.: resolve ban bob, on 2/),
      ],
    });
  });
});
