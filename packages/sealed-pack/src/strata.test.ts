import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '@covey/testkit';
import { rangesToCompact, segmentsToRead } from './strata.ts';

type Line = Parameters<typeof rangesToCompact>[0][number];

const open: Line = { position: 0, kind: 'open', covers: undefined };
const line = (position: number, kind: Line['kind'] = 'append', covers?: Line['covers']): Line => ({
  ...{ position, kind, covers },
});

/** A log to which so many segments were appended, and what could be was sealed anew at once. */
function logOf(segments: number, compacts: (nth: number) => boolean = () => true): Line[] {
  const log = [open];
  for (let nth = 0; nth < segments; nth++) {
    log.push(line(log.length));
    for (const range of compacts(nth) ? rangesToCompact(log) : []) {
      log.push(line(log.length, 'stratum', range));
    }
  }
  return log;
}

/** Every position of a segment that somebody appended, and how often what is read has it. */
function coverage(log: readonly Line[], since = -1): Map<number, number> {
  const times = new Map<number, number>();
  for (const { kind, position } of log)
    if (kind === 'append' && position > since) times.set(position, 0);
  for (const { covers, position } of segmentsToRead(log, since)) {
    for (let at = covers?.from ?? position; at <= (covers?.to ?? position); at++) {
      const before = times.get(at);
      if (before !== undefined) times.set(at, before + 1);
    }
  }
  return times;
}

describe('what a newcomer reads', () => {
  test('is everything once, however the log was compacted', () => {
    fc.assert(
      fc.property(
        fc.nat(700),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }),
        (segments, when) => {
          const log = logOf(segments, (nth) => when[nth % when.length] ?? true);
          expect(new Set(coverage(log).values())).toEqual(new Set(segments === 0 ? [] : [1]));
        },
      ),
      runs(60),
    );
  });

  test('MIRR-5: of ten thousand segments is some dozens', () => {
    const log = logOf(10_000);
    expect(segmentsToRead(log, -1).length).toBeLessThanOrEqual(15 * 4);
    expect([...coverage(log).values()].every((times) => times === 1)).toBe(true);
  });

  test('without any stratum is every segment, and none of what has no bytes', () => {
    const log = [open, line(1), line(2, 'admit'), line(3), line(4, 'handover')];
    expect(segmentsToRead(log, -1).map(({ position }) => position)).toEqual([1, 3, 4]);
  });
});

test('who has followed the log reads on from there', () => {
  const log = logOf(100);
  for (const since of [0, 1, 15, 16, 40, 99, log.length - 1]) {
    expect([...coverage(log, since).values()].every((times) => times === 1)).toBe(true);
    expect(
      segmentsToRead(log, since).every(
        ({ covers, position }) => (covers?.from ?? position) > since,
      ),
    ).toBe(true);
  }
});

describe('what is sealed anew', () => {
  test('is each aligned range that is full, once', () => {
    const log = [open, ...Array.from({ length: 40 }, (_, nth) => line(nth + 1))];
    expect(rangesToCompact(log)).toEqual([
      { from: 0, to: 15 },
      { from: 16, to: 31 },
    ]);
    log.push(line(41, 'stratum', { from: 0, to: 15 }));
    expect(rangesToCompact(log)).toEqual([{ from: 16, to: 31 }]);
  });

  test('comes to an end: strata of strata alone are made of nothing', () => {
    const log = logOf(16);
    const before = log.length;
    for (const range of rangesToCompact(log)) log.push(line(log.length, 'stratum', range));
    expect(log.length - before).toBeLessThanOrEqual(1);
  });
});

test.each([
  ['of an odd width', { from: 0, to: 14 }],
  ['that isn’t aligned', { from: 1, to: 16 }],
  ['of a single position', { from: 3, to: 3 }],
  ['that covers itself', { from: 16, to: 31 }],
])('a stratum %s is of no use', (_, covers) => {
  const log = [open, ...Array.from({ length: 19 }, (_each, nth) => line(nth + 1))];
  log.push(line(20, 'stratum', covers));
  expect(segmentsToRead(log, -1).map(({ kind }) => kind)).not.toContain('stratum');
});
