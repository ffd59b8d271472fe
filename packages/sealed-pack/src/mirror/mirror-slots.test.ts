import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, test } from 'vitest';
import { concatBytes, toHex, utf8 } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { nodeVerifier } from '@covey/node-crypto';
import { testRandom } from '@covey/testkit';
import { seeded, writerNamed } from '../../test/mirror-log.ts';
import { type BlindSigner, tagOf } from '../blinded-key.ts';
import { type Begin, beginPayload, SlotLog, tagsDigest } from '../log.ts';
import { contradictionIn, readStatement, type Signed } from '../mirror-statements.ts';
import { contentOf, MemoryPackStore, type PackStore } from '../pack-store.ts';
import { slotNamed } from '../slot-keys.ts';
import { MirrorSlots, type SlotLimits } from './mirror-slots.ts';

const secret = seeded('mirror');
const key = ed25519.getPublicKey(secret);
const readKey = ed25519.getPublicKey(seeded('reader'));
const slot = slotNamed(key, readKey);
const verifier = nodeVerifier();
const [alice, bob, mallory] = ['alice', 'bob', 'mallory'].map(writerNamed) as [
  BlindSigner,
  BlindSigner,
  BlindSigner,
]; // As many as named.
const LIMITS: SlotLimits = { quotaBytes: 100_000, mostEntries: 64 };
const nonce = seeded('nonce').subarray(0, 16);

function frontOf(store: PackStore, limits = LIMITS): MirrorSlots {
  return new MirrorSlots(
    {
      ...{ store, verifier, key, now: () => new Date(1_700_000_000_000) },
      random: testRandom('mirror'),
      sign: async (payload) => ed25519.sign(payload, secret),
    },
    limits,
  );
}

type Asked = Partial<Omit<Begin, 'mirror' | 'slot'>>;
const beginOf = (asked: Asked): Begin => ({
  ...{ mirror: key, slot, kind: 'append', digest: seeded('nothing'), size: 0 },
  ...{ covers: undefined, tags: [], ...asked },
});
const opening = (by: BlindSigner, ...writers: BlindSigner[]) => {
  const tags = writers
    .map(({ publicKey }) => tagOf(publicKey))
    .sort((a, b) => Buffer.compare(a, b));
  const begin = beginOf({ kind: 'open', tags, digest: tagsDigest(tags) });
  return [readKey, begin, by.sign(beginPayload(begin)), by.publicKey] as const;
};
const entry = (by: BlindSigner, body: string, asked: Asked = {}) => {
  const bytes = utf8(body);
  const begin = beginOf({ digest: seeded(body), size: bytes.length, ...asked });
  return [begin, by.sign(beginPayload(begin)), by.publicKey, contentOf(bytes)] as const;
};
const codeOf = (asking: Promise<unknown>) =>
  asking.then(
    () => 'taken',
    (reason: unknown) => CoveyError.from(reason).code,
  );
const receiptIn = async (signed: Signed) => {
  const statement = await readStatement('receipt', signed, key, verifier);
  if (!statement) throw new Error('the mirror has signed it');
  return statement;
};

/** A slot of alice's and bob's. */
async function openSlot(store: PackStore = new MemoryPackStore(), limits = LIMITS) {
  const front = frontOf(store, limits);
  await front.open(...opening(alice, alice, bob));
  return { store, front };
}

/** What a reader makes of a log: its name and positions, if all of it can be. */
async function followed(front: MirrorSlots) {
  const { head, entries } = await front.list(slot, { asked: 0, nonce, from: 0 });
  const log = new SlotLog({ mirror: key, slot }, verifier);
  for (const each of entries) expect(await log.add(each)).toBeUndefined();
  const statement = await readStatement('head', head, key, verifier);
  expect(statement?.said.chain).toEqual(log.chain);
  return { log, entries, statement };
}

describe('a slot of a mirror', () => {
  test('takes what its writers append, gives receipts for it, and the bytes again', async () => {
    const { front } = await openSlot();
    const receipts = [
      await front.commit(...entry(alice, 'one')),
      await front.commit(...entry(bob, 'two')),
    ];
    const said = await Promise.all(receipts.map(receiptIn));
    expect(said.map(({ said: { position } }) => position)).toEqual([1, 2]);
    const { log, entries } = await followed(front);
    expect(said[1]?.said.chain).toEqual(log.chain);
    expect(entries.map(({ kind }) => kind)).toEqual(['open', 'append', 'append']);
    const parts: Uint8Array[] = [];
    for await (const part of await front.read(slot, 2, { start: 1, end: 3 })) parts.push(part);
    expect(concatBytes(...parts)).toEqual(utf8('wo'));
  });

  test('asked twice does nothing, and gives a receipt for the same', async () => {
    const { front } = await openSlot();
    const once = await receiptIn(await front.commit(...entry(alice, 'one')));
    await front.commit(...entry(bob, 'two'));
    const again = await receiptIn(await front.commit(...entry(alice, 'one')));
    expect(again.said).toEqual(once.said);
    await front.open(...opening(alice, alice, bob));
    expect((await followed(front)).entries).toHaveLength(3);
  });

  test('is the same after a restart, and for another front on the same store', async () => {
    const { store, front } = await openSlot();
    const before = await receiptIn(await front.commit(...entry(alice, 'one')));
    const other = frontOf(store);
    const { head } = await other.list(slot, { asked: 1, nonce, from: 0 });
    const after = await readStatement('head', head, key, verifier);
    expect(after && contradictionIn(before, after)).toBeUndefined();
    expect(after?.said.chainThere).toEqual(before.said.chain);
  });

  test('lets in who is admitted by one of its writers, and nobody else', async () => {
    const { front } = await openSlot();
    expect(await codeOf(front.commit(...entry(mallory, 'hello')))).toBe('REQUEST_FORGED');
    const tags = [tagOf(mallory.publicKey)];
    const [begin, signature, writer] = entry(bob, '', {
      kind: 'admit',
      tags,
      digest: tagsDigest(tags),
    });
    await front.commit(begin, signature, writer);
    expect(await codeOf(front.commit(...entry(mallory, 'hello')))).toBe('taken');
  });

  test('that another has opened first stays as he opened it: the log says who', async () => {
    const front = frontOf(new MemoryPackStore());
    await front.open(...opening(mallory, mallory));
    await front.open(...opening(alice, alice, bob));
    const { entries } = await followed(front);
    expect(entries.map(({ writer }) => toHex(writer))).toEqual([toHex(mallory.publicKey)]);
  });

  test('isn’t left behind by an opening that isn’t signed', async () => {
    const front = frontOf(new MemoryPackStore());
    const [reader, begin, , writer] = opening(alice, alice, bob);
    const forged = opening(bob, alice, bob)[2];
    expect(await codeOf(front.open(reader, begin, forged, writer))).toBe('REQUEST_FORGED');
    expect(await codeOf(front.list(slot, { asked: 0, nonce, from: 0 }))).toBe('SLOT_UNKNOWN');
  });
});

describe('what a mirror refuses', () => {
  test.each([
    [
      'a signature of another',
      (): Parameters<MirrorSlots['commit']> => {
        const [begin, , writer, content] = entry(alice, 'one');
        return [begin, entry(bob, 'one')[1], writer, content];
      },
    ],
    [
      'a second opening as an entry',
      (): Parameters<MirrorSlots['commit']> => {
        const [, begin, signature, writer] = opening(alice, alice);
        return [begin, signature, writer];
      },
    ],
    [
      'other bytes than were signed for',
      (): Parameters<MirrorSlots['commit']> => {
        const [begin, signature, writer] = entry(alice, 'one');
        return [begin, signature, writer, contentOf(utf8('two'))];
      },
    ],
    [
      'fewer bytes than were signed for',
      (): Parameters<MirrorSlots['commit']> => {
        const [begin, signature, writer] = entry(alice, 'one');
        return [begin, signature, writer, contentOf(utf8('o'))];
      },
    ],
    [
      'no bytes where some were signed for',
      (): Parameters<MirrorSlots['commit']> => {
        const [begin, signature, writer] = entry(alice, 'one');
        return [begin, signature, writer];
      },
    ],
    [
      'an entry that was signed for another slot',
      (): Parameters<MirrorSlots['commit']> => {
        const [begin, , writer, content] = entry(alice, 'one');
        const elsewhere = alice.sign(beginPayload({ ...begin, slot: seeded('another') }));
        return [begin, elsewhere, writer, content];
      },
    ],
  ])('%s', async (_, lie) => {
    const { front } = await openSlot();
    expect(await codeOf(front.commit(...lie()))).toBe('REQUEST_FORGED');
    expect((await followed(front)).entries).toHaveLength(1);
    // And stands in nobody's way.
    expect(await codeOf(front.commit(...entry(alice, 'one')))).toBe('taken');
  });

  test('anything but handovers when the epoch has ended, and of these two for each writer', async () => {
    const { front } = await openSlot();
    const handover = (by: BlindSigner, body: string) =>
      codeOf(front.commit(...entry(by, body, { kind: 'handover' })));
    expect(await handover(alice, 'first')).toBe('taken');
    expect(await codeOf(front.commit(...entry(bob, 'text')))).toBe('SLOT_CLOSED');
    expect(await handover(alice, 'second')).toBe('taken');
    expect(await handover(alice, 'third')).toBe('WRITER_QUOTA');
    expect(await handover(bob, 'from bob')).toBe('taken');
  });

  test('more than half of a slot from one writer, and more than all of it', async () => {
    const { front } = await openSlot(undefined, { quotaBytes: 1000, mostEntries: 64 });
    const append = (by: BlindSigner, name: string, size: number) =>
      codeOf(front.commit(...entry(by, name.padEnd(size, '.'))));
    expect(await append(alice, 'a', 500)).toBe('taken');
    expect(await append(alice, 'b', 1)).toBe('WRITER_QUOTA');
    expect(await append(bob, 'c', 499)).toBe('taken');
    expect(await append(bob, 'd', 2)).toBe('SLOT_QUOTA');
    expect(await append(bob, 'e', 1)).toBe('taken');
    expect((await followed(front)).entries.at(-1)?.total).toBe(1000);
  });

  test('to sign for a position that it doesn’t have, whoever shows it', async () => {
    const { front } = await openSlot();
    expect(await codeOf(front.list(slot, { asked: 7, nonce, from: 0 }))).toBe('POSITION_UNKNOWN');
    expect(await codeOf(front.read(slot, 0))).toBe('POSITION_UNKNOWN');
    expect(await codeOf(front.read(slot, 9))).toBe('POSITION_UNKNOWN');
    const nowhere = seeded('nowhere');
    expect(await codeOf(front.list(nowhere, { asked: 0, nonce, from: 0 }))).toBe('SLOT_UNKNOWN');
  });
});

describe('two fronts on one store', () => {
  test('never give one position to two, however they race', async () => {
    const { store, front } = await openSlot();
    const fronts = [front, frontOf(store), frontOf(store)];
    const names = Array.from({ length: 30 }, (_, nth) => `segment ${nth}`);
    const receipts = await Promise.all(
      names.map(
        (name, nth) => fronts[nth % 3]!.commit(...entry(nth % 2 === 0 ? alice : bob, name)), // Three.
      ),
    );
    const said = await Promise.all(receipts.map(receiptIn));
    const positions = said.map(({ said: { position } }) => position);
    expect(positions.toSorted((a, b) => a - b)).toEqual(names.map((_, nth) => nth + 1));
    for (const one of said)
      for (const other of said) expect(contradictionIn(one, other)).toBeUndefined();
    for (const each of fronts) expect((await followed(each)).entries.length).toBeGreaterThan(0);
    const { log } = await followed(frontOf(store));
    expect(log.position).toBe(30);
  });

  test('never let a slot grow above its quota', async () => {
    const limits = { quotaBytes: 1000, mostEntries: 64 };
    const { store, front } = await openSlot(undefined, limits);
    const fronts = [front, frontOf(store, limits)];
    const tries = Array.from(
      { length: 40 },
      (_, nth) =>
        codeOf(
          fronts[nth % 2]!.commit(...entry(nth % 4 < 2 ? alice : bob, `${nth}`.padEnd(90, '.'))),
        ), // Two.
    );
    const answers = await Promise.all(tries);
    expect(answers.filter((answer) => answer === 'taken')).toHaveLength(10);
    const { entries } = await followed(frontOf(store, limits));
    expect(entries.at(-1)?.total).toBe(900);
  });

  test('that take the same bytes at once count them once', async () => {
    const { store, front } = await openSlot();
    const fronts = [front, frontOf(store), front, frontOf(store)];
    const said = await Promise.all(
      fronts.map(async (each) => receiptIn(await each.commit(...entry(alice, 'once')))),
    );
    expect(new Set(said.map(({ said: { position } }) => position))).toEqual(new Set([1]));
  });
});
