import { describe, expect, test } from 'vitest';
import { nodeVerifier } from '@covey/node-crypto';
import { seeded, TestMirror, writerNamed } from '../test/mirror-log.ts';
import { tagOf } from './blinded-key.ts';
import { type LogEntry, SlotLog, tagsDigest } from './log.ts';

const verifier = nodeVerifier();
const [alice, bob, mallory] = ['alice', 'bob', 'mallory'].map(writerNamed) as [
  ReturnType<typeof writerNamed>,
  ReturnType<typeof writerNamed>,
  ReturnType<typeof writerNamed>,
]; // As many as named.

/** A slot of alice and bob with three segments. */
function threeSegments() {
  const mirror = new TestMirror();
  mirror.open(alice, bob);
  for (const [writer, body] of [
    [alice, 'one'],
    [bob, 'two'],
    [alice, 'three'],
  ] as const) {
    mirror.append(writer, body);
  }
  return mirror;
}

/** Follows these entries; what the first that can't be is called. */
async function followed(mirror: TestMirror, entries: readonly LogEntry[] = mirror.entries) {
  const log = new SlotLog(mirror.place, verifier);
  for (const entry of entries) {
    const before = [log.position, log.chain];
    const fault = await log.add(entry);
    if (fault === undefined) continue;
    expect([log.position, log.chain]).toEqual(before);
    return { fault, log };
  }
  return { fault: undefined, log };
}

describe('the log of a slot', () => {
  test('is followed to the name that the mirror signs', async () => {
    const mirror = threeSegments();
    const { fault, log } = await followed(mirror);
    expect(fault).toBeUndefined();
    expect(log.position).toBe(3);
    expect(log.chain).toEqual(mirror.chainAt(3));
  });

  test('takes in who is admitted, by who was there', async () => {
    const mirror = threeSegments();
    const tags = [tagOf(mallory.publicKey)];
    mirror.take(bob, { kind: 'admit', tags, digest: tagsDigest(tags), size: 0 });
    mirror.append(mallory, 'hello');
    expect((await followed(mirror)).fault).toBeUndefined();
  });

  test('has strata, each over what stands before it', async () => {
    const mirror = threeSegments();
    mirror.take(alice, {
      kind: 'stratum',
      digest: seeded('all'),
      size: 9,
      covers: { from: 1, to: 3 },
    });
    expect((await followed(mirror)).fault).toBeUndefined();
  });
});

describe('what a mirror can do to a log', () => {
  test.each([
    ['it leaves one out', [0, 1, 3]],
    ['it swaps two', [0, 2, 1, 3]],
    ['it tells one twice', [0, 1, 1, 2]],
    ['it leaves out the first', [1, 2, 3]],
    ['it opens the slot twice', [0, 0]],
  ])('%s', async (_, order) => {
    const mirror = threeSegments();
    const entries = order.map((at) => mirror.entries[at] as LogEntry); // There.
    expect((await followed(mirror, entries)).fault).toBe('MIRROR_CHAIN_BROKEN');
  });

  test('it leaves one out and counts anew', async () => {
    const mirror = threeSegments();
    const [open, first, , third] = mirror.entries as [LogEntry, LogEntry, LogEntry, LogEntry]; // Four.
    const moved = { ...third, position: 2, total: first.total + third.size };
    const { fault, log } = await followed(mirror, [open, first, moved]);
    // Nobody sees it in the entries alone: the name of the log is another one, and that is what it has signed.
    expect(fault).toBeUndefined();
    expect(log.chain).not.toEqual(mirror.chainAt(3));
    expect(log.chain).not.toEqual(mirror.chainAt(2));
  });

  test.each<[string, (mirror: TestMirror) => LogEntry]>([
    ['an entry by a key of its own', (mirror) => mirror.append(mallory, 'invented')],
    [
      'another digest',
      (mirror) => ({ ...mirror.append(bob, 'four'), digest: seeded('other bytes') }),
    ],
    ['another kind', (mirror) => ({ ...mirror.append(bob, 'four'), kind: 'object' })],
    ['another writer', (mirror) => ({ ...mirror.append(bob, 'four'), writer: alice.publicKey })],
    ['bytes that are in it already', (mirror) => mirror.append(bob, 'one')],
    [
      'an entry for another slot',
      (mirror) => {
        const elsewhere = new TestMirror('another mirror');
        elsewhere.open(alice, bob);
        const { signature } = elsewhere.append(bob, 'four');
        return { ...mirror.append(bob, 'four'), signature };
      },
    ],
    [
      'a stratum of what comes later',
      (mirror) => mirror.take(bob, { kind: 'stratum', size: 1, covers: { from: 1, to: 4 } }),
    ],
    [
      'a stratum backwards',
      (mirror) => mirror.take(bob, { kind: 'stratum', size: 1, covers: { from: 3, to: 1 } }),
    ],
    ['a stratum of nothing', (mirror) => mirror.take(bob, { kind: 'stratum', size: 1 })],
    ['segments that name tags', (mirror) => mirror.take(bob, { tags: [tagOf(mallory.publicKey)] })],
    [
      'somebody admitted under another digest',
      (mirror) => mirror.take(bob, { kind: 'admit', tags: [tagOf(mallory.publicKey)], size: 0 }),
    ],
    [
      'nobody admitted',
      (mirror) => mirror.take(bob, { kind: 'admit', digest: tagsDigest([]), size: 0 }),
    ],
  ])('%s is forged', async (_, lie) => {
    const mirror = threeSegments();
    const entry = lie(mirror);
    expect((await followed(mirror, [...mirror.entries.slice(0, 4), entry])).fault).toBe(
      'MIRROR_ENTRY_FORGED',
    );
  });

  test('a slot that is opened by nobody of its roster is forged', async () => {
    const mirror = new TestMirror();
    const tags = [tagOf(alice.publicKey)];
    const open = mirror.take(mallory, { kind: 'open', tags, digest: tagsDigest(tags), size: 0 });
    expect((await followed(mirror, [open])).fault).toBe('MIRROR_ENTRY_FORGED');
  });
});
