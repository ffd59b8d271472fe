import { describe, expect, test } from 'vitest';
import { nodeVerifier } from '@covey/node-crypto';
import { seeded, TestMirror, writerNamed } from '../test/mirror-log.ts';
import type { LogEntry } from './log.ts';
import { contradictionIn, type MirrorStatement, readStatement } from './mirror-statements.ts';
import { SlotWatch } from './slot-watch.ts';

const verifier = nodeVerifier();
const alice = writerNamed('alice');
const nonceOf = (asked: number) => seeded(`nonce ${asked}`).subarray(0, 16);

/** A mirror with so many segments of alice's. */
function mirrorWith(segments: number, body = 'segment'): TestMirror {
  const mirror = new TestMirror();
  mirror.open(alice);
  for (let nth = 0; nth < segments; nth++) mirror.append(alice, `${body} ${nth}`);
  return mirror;
}

const watchOf = (mirror: TestMirror, highest?: MirrorStatement) =>
  new SlotWatch(mirror.place, verifier, highest);

/** Asks as a device does; the mirror answers with this head and these entries, the true ones by default. */
async function ask(
  watch: SlotWatch,
  mirror: TestMirror,
  lie: { head?: MirrorStatement; entries?: readonly LogEntry[] } = {},
) {
  const asked = watch.highestPosition;
  const head = lie.head ?? mirror.head(asked);
  const entries = lie.entries ?? mirror.entries.slice(watch.next);
  const outcome = await watch.judge({ asked, nonce: nonceOf(asked) }, head.signed, entries);
  return outcome.is === 'caught' ? outcome.fault : outcome.is;
}

describe('a slot that is watched', () => {
  test('is followed from one list to the next', async () => {
    const mirror = mirrorWith(3);
    const watch = watchOf(mirror);
    expect(await ask(watch, mirror)).toBe('followed');
    expect([watch.next, watch.highestPosition]).toEqual([4, 3]);
    mirror.append(alice, 'one more');
    expect(await ask(watch, mirror)).toBe('followed');
    expect(watch.log.chain).toEqual(mirror.chainAt(4));
    expect(await ask(watch, mirror)).toBe('followed');
  });

  test('is asked with the highest position that anybody knows of', async () => {
    const mirror = mirrorWith(5);
    const watch = watchOf(mirror);
    expect(watch.learn(mirror.receipt(2))).toBeUndefined();
    expect(watch.learn(mirror.receipt(4))).toBeUndefined();
    expect(watch.learn(mirror.receipt(3))).toBeUndefined();
    expect(watch.highestPosition).toBe(4);
    expect(await ask(watch, mirror)).toBe('followed');
  });

  test('of a mirror that was restored begins anew, without an accusation', async () => {
    const mirror = mirrorWith(5);
    const watch = watchOf(mirror);
    await ask(watch, mirror);
    const restored = mirrorWith(2);
    restored.incarnation = seeded('restored').subarray(0, 8);
    expect(await ask(watch, restored, { head: restored.head(5, 2) })).toBe('restarted');
    expect(watch.next).toBe(0);
    expect(await ask(watch, restored)).toBe('followed');
    // Who hasn't heard of it yet shows a statement from before.
    expect(watch.learn(mirror.receipt())).toBeUndefined();
    expect(watch.highestPosition).toBe(2);
  });
});

describe('a mirror is caught', () => {
  test('that has forgotten what it signed for, by two statements that prove it', async () => {
    const mirror = mirrorWith(5);
    const watch = watchOf(mirror, mirror.receipt());
    const head = mirror.head(5, 3);
    const outcome = await watch.judge(
      { asked: 5, nonce: nonceOf(5) },
      head.signed,
      mirror.entries.slice(0, 4),
    );
    expect(outcome).toMatchObject({ is: 'caught', fault: 'MIRROR_ROLLED_BACK' });
    const proof = outcome.is === 'caught' ? outcome.proof : undefined;
    const [one, other] = await Promise.all(
      (proof ?? []).map(
        async (signed) =>
          (await readStatement('receipt', signed, mirror.key, verifier)) ??
          (await readStatement('head', signed, mirror.key, verifier)),
      ),
    );
    expect(one && other && contradictionIn(one, other)).toBe('MIRROR_ROLLED_BACK');
  });

  test('that freezes: an old end under a new time, whatever the clock of the reader says', async () => {
    const mirror = mirrorWith(5);
    const watch = watchOf(mirror);
    await ask(watch, mirror);
    mirror.append(alice, 'unseen');
    watch.learn(mirror.receipt());
    expect(await ask(watch, mirror, { head: mirror.head(6, 5), entries: [] })).toBe(
      'MIRROR_ROLLED_BACK',
    );
  });

  test('that tells two stories, as soon as two who were told them meet', async () => {
    const mirror = mirrorWith(5);
    const fork = mirrorWith(5, 'another');
    const [one, other] = [watchOf(mirror), watchOf(fork)];
    expect([await ask(one, mirror), await ask(other, fork)]).toEqual(['followed', 'followed']);
    const told = other.highest;
    expect(told && one.learn(told)?.fault).toBe('MIRROR_FORKED');
    expect(await ask(one, fork)).toBe('MIRROR_FORKED');
  });

  test.each<[string, (mirror: TestMirror) => readonly LogEntry[], string]>([
    ['leaves one out', ({ entries: [a, b, , d] }) => [a!, b!, d!], 'MIRROR_CHAIN_BROKEN'],
    ['swaps two', ({ entries: [a, b, c, d] }) => [a!, c!, b!, d!], 'MIRROR_CHAIN_BROKEN'],
    ['cuts its list short', ({ entries }) => entries.slice(0, 3), 'MIRROR_CHAIN_BROKEN'],
    ['gives nothing', () => [], 'MIRROR_CHAIN_BROKEN'],
    [
      'gives what it didn’t sign for',
      (mirror) => {
        const { entries } = mirror;
        return [...entries.slice(0, 3), { ...entries[3]!, time: 5 }];
      },
      'MIRROR_CHAIN_BROKEN',
    ],
    [
      'invents one',
      (mirror) => {
        const { entries } = mirror;
        return [
          ...entries.slice(0, 3),
          mirror.entryOf(writerNamed('nobody'), { digest: seeded('x') }),
        ].map((entry, position) => ({
          ...entry,
          position,
          total: position < 3 ? entry.total : entries[2]!.total + 1,
        }));
      },
      'MIRROR_ENTRY_FORGED',
    ],
  ])('that %s', async (_, entriesOf, fault) => {
    const mirror = mirrorWith(3);
    const watch = watchOf(mirror);
    const entries = entriesOf(mirror); // All of them are there.
    expect(await ask(watch, mirror, { entries })).toBe(fault);
    // And says the truth the next time.
    expect(await ask(watch, mirror)).toBe('followed');
  });

  test.each<[string, (mirror: TestMirror) => MirrorStatement]>([
    ['another asked position', (mirror) => mirror.head(1)],
    ['another kind of statement', (mirror) => mirror.receipt()],
    [
      'the key of another mirror',
      () => {
        const another = new TestMirror('another mirror');
        another.open(alice);
        return another.head(0);
      },
    ],
    [
      'another slot',
      () => {
        const elsewhere = new TestMirror('mirror', seeded('another slot'));
        elsewhere.open(alice);
        return elsewhere.head(0);
      },
    ],
  ])('that answers with %s', async (_, headOf) => {
    const mirror = mirrorWith(3);
    expect(await ask(watchOf(mirror), mirror, { head: headOf(mirror) })).toBe(
      'MIRROR_STATEMENT_FORGED',
    );
  });
});
