import { ed25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8 } from '@covey/codec';
import { nodeVerifier } from '@covey/node-crypto';
import { runs, testRandom } from '@covey/testkit';
import { seeded, writerNamed } from '../../test/mirror-log.ts';
import { tagOf } from '../blinded-key.ts';
import { type Begin, beginPayload, tagsDigest } from '../log.ts';
import { readStatement } from '../mirror-statements.ts';
import { contentOf, MemoryPackStore } from '../pack-store.ts';
import { slotNamed } from '../slot-keys.ts';
import { SlotWatch } from '../slot-watch.ts';
import { MirrorSlots } from './mirror-slots.ts';

const secret = seeded('mirror');
const key = ed25519.getPublicKey(secret);
const readKey = ed25519.getPublicKey(seeded('reader'));
const slot = slotNamed(key, readKey);
const verifier = nodeVerifier();
const DEVICES = [0, 1, 2].map((nth) => writerNamed(`device ${nth}`));
const FRONTS = 2;

/** Devices append, list and tell each other what they have seen, at fronts that start anew and whose clocks are wrong. */
const steps = fc.array(
  fc.record({
    step: fc.constantFrom('append', 'append', 'list', 'list', 'tell', 'restart'),
    device: fc.nat(DEVICES.length - 1),
    other: fc.nat(DEVICES.length - 1),
    front: fc.nat(FRONTS - 1),
    // Devices don't wait for each other.
    isWaitedFor: fc.boolean(),
  }),
  { minLength: 1, maxLength: 25 },
);

test('MIRR-3: an honest mirror is never accused, whoever races with whom', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const store = new MemoryPackStore();
      const frontWith = (skewMs: number) =>
        new MirrorSlots(
          {
            ...{ store, verifier, key, random: testRandom('mirror') },
            now: () => new Date(1_700_000_000_000 + skewMs),
            sign: async (payload) => ed25519.sign(payload, secret),
          },
          { quotaBytes: 1e6, mostEntries: 8192 },
        );
      const fronts = Array.from({ length: FRONTS }, (_, nth) => frontWith(nth * 5000));
      const watches = DEVICES.map(() => new SlotWatch({ mirror: key, slot }, verifier));
      const beginOf = (asked: Partial<Begin>): Begin => ({
        ...{ mirror: key, slot, kind: 'append', digest: seeded('x'), size: 0, covers: undefined },
        ...{ tags: [], ...asked },
      });
      const tags = DEVICES.map(({ publicKey }) => tagOf(publicKey)).sort(Buffer.compare);
      const open = beginOf({ kind: 'open', tags, digest: tagsDigest(tags) });
      await fronts[0]?.open(
        readKey,
        open,
        DEVICES[0]!.sign(beginPayload(open)),
        DEVICES[0]!.publicKey,
      ); // Three.

      const found: unknown[] = [];
      // A device asks for one list at a time.
      const turns = DEVICES.map(() => Promise.resolve());
      const act = async ({ step, device, other, front: at }: (typeof all)[number], nth: number) => {
        const [writer, watch, front] = [DEVICES[device]!, watches[device]!, fronts[at]!]; // All are there.
        if (step === 'restart') fronts[at] = frontWith(nth * 1000);
        else if (step === 'append') {
          const bytes = utf8(`segment ${nth}`);
          const begin = beginOf({ digest: seeded(`segment ${nth}`), size: bytes.length });
          const signature = writer.sign(beginPayload(begin));
          const signed = await front.commit(begin, signature, writer.publicKey, contentOf(bytes));
          const receipt = await readStatement('receipt', signed, key, verifier);
          found.push(receipt ? watch.learn(receipt) : 'a receipt that isn’t signed');
        } else if (step === 'tell') {
          const { highest } = watches[other]!; // There.
          if (highest) found.push(watch.learn(highest));
        } else {
          const done = turns[device]!; // There.
          const turn = Promise.withResolvers<void>();
          turns[device] = turn.promise;
          await done;
          const question = {
            asked: watch.highestPosition,
            nonce: seeded(`${nth}`).subarray(0, 16),
          };
          const from = watch.next;
          const { head, entries } = await front.list(slot, { ...question, from });
          const { is } = await watch.judge(question, head, entries);
          found.push(is === 'followed' ? undefined : is);
          turn.resolve();
        }
      };
      const waiting: Promise<void>[] = [];
      for (const [nth, each] of all.entries()) {
        const acted = act(each, nth);
        if (each.isWaitedFor) await acted;
        else waiting.push(acted);
      }
      await Promise.all(waiting);
      expect(found.filter((each) => each !== undefined)).toEqual([]);
    }),
    runs(150),
  );
}, 60_000);
