import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeVerifier } from '@covey/node-crypto';
import { runs } from '@covey/testkit';
import { seeded, TestMirror, writerNamed } from '../test/mirror-log.ts';
import { contradictionIn, type MirrorStatement, readStatement } from './mirror-statements.ts';

const verifier = nodeVerifier();
const alice = writerNamed('alice');

/** A mirror with a log of so many segments. */
function mirrorWith(segments: number): TestMirror {
  const mirror = new TestMirror();
  mirror.open(alice);
  for (let nth = 0; nth < segments; nth++) mirror.append(alice, `segment ${nth}`);
  return mirror;
}

/** Another log of as many, that parts from it after so many. */
function forkOf(mirror: TestMirror, common: number): TestMirror {
  const fork = mirrorWith(common);
  while (fork.entries.length < mirror.entries.length) {
    fork.append(alice, `another ${fork.entries.length}`);
  }
  return fork;
}

describe('statements of an honest mirror', () => {
  test('no two of them ever contradict each other, whoever asked when', () => {
    const asking = fc.array(fc.record({ appends: fc.nat(2), asked: fc.nat(30) }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(asking, (steps) => {
        const mirror = mirrorWith(0);
        const said: MirrorStatement[] = [mirror.receipt()];
        for (const { appends, asked } of steps) {
          for (let nth = 0; nth < appends; nth++) {
            mirror.append(alice, `segment ${mirror.entries.length}`);
            said.push(mirror.receipt());
          }
          // Asked beyond its end it signs nothing.
          if (asked < mirror.entries.length) said.push(mirror.head(asked));
        }
        for (const one of said) {
          for (const other of said) expect(contradictionIn(one, other)).toBeUndefined();
        }
      }),
      runs(40),
    );
  });

  test('after a restore they begin anew', () => {
    const mirror = mirrorWith(5);
    const before = mirror.receipt();
    const restored = mirrorWith(2);
    restored.incarnation = seeded('another incarnation').subarray(0, 8);
    expect(contradictionIn(before, restored.head(1))).toBeUndefined();
    expect(contradictionIn(before, restored.receipt())).toBeUndefined();
  });
});

describe('what a mirror proves against itself', () => {
  test('it has forgotten what it signed for', () => {
    const mirror = mirrorWith(5);
    const receipt = mirror.receipt();
    const head = mirror.head(5, 3);
    expect(contradictionIn(receipt, head)).toBe('MIRROR_ROLLED_BACK');
    expect(contradictionIn(head, receipt)).toBe('MIRROR_ROLLED_BACK');
  });

  test('it tells two stories, wherever they part', () => {
    for (const common of [0, 2, 4]) {
      const mirror = mirrorWith(5);
      const fork = forkOf(mirror, common);
      expect(contradictionIn(mirror.receipt(5), fork.receipt(5))).toBe('MIRROR_FORKED');
      expect(contradictionIn(mirror.receipt(5), fork.head(5))).toBe('MIRROR_FORKED');
      // It has gone on since, and is asked for what it signed then.
      fork.append(alice, 'one more');
      expect(contradictionIn(mirror.receipt(5), fork.head(5))).toBe('MIRROR_FORKED');
      // Before they part both tell the same.
      expect(contradictionIn(mirror.receipt(common), fork.head(common))).toBeUndefined();
    }
  });

  test('of another slot it says what it likes', () => {
    const mirror = mirrorWith(5);
    const fork = forkOf(mirror, 2);
    const { said, signed } = fork.receipt(5);
    const elsewhere = {
      kind: 'receipt',
      said: { ...said, slot: seeded('elsewhere') },
      signed,
    } as MirrorStatement;
    expect(contradictionIn(mirror.receipt(5), elsewhere)).toBeUndefined();
  });
});

describe('a statement', () => {
  test('is read when this mirror has signed it as what it is', async () => {
    const mirror = mirrorWith(3);
    const { said, signed } = mirror.receipt();
    expect(await readStatement('receipt', signed, mirror.key, verifier)).toMatchObject({ said });
    const head = mirror.head(2);
    expect(await readStatement('head', head.signed, mirror.key, verifier)).toMatchObject({
      said: head.said,
    });
    const another = new TestMirror('another mirror').key;
    expect(await readStatement('receipt', signed, another, verifier)).toBeUndefined();
    expect(await readStatement('head', signed, mirror.key, verifier)).toBeUndefined();
    const changed = { ...signed, statement: signed.statement.with(50, signed.statement[50]! ^ 1) }; // Within.
    expect(await readStatement('receipt', changed, mirror.key, verifier)).toBeUndefined();
  });
});
