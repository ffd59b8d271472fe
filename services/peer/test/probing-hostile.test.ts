import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { CoveyError } from '@covey/errors';
import type { PeerLink } from '@covey/peer-channel';
import { runs } from '@covey/testkit';
import { peopleApart } from './daemon.ts';
import { knocker } from './knocker.ts';

/** Calls of each sort. COVEY_TEST_RUNS=20 makes the 10 000 of a release. */
const { numRuns: CALLS = 0, seed = 0 } = runs(500);
/** Of two medians; a repository that is opened or read would be ten times the other and more. */
const MOST_APART = 1.5;
/** How often one of the one sort is slower than one of the other: half the time, when they are alike. */
const ALIKE = { from: 0.4, to: 0.6 };

type Ask = (link: PeerLink, conversationId: string) => Promise<unknown>;

const ASKS: Readonly<Record<string, Ask>> = {
  heads: (link, conversationId) => link.heads({ conversationId }),
  roster: (link, conversationId) => link.roster({ conversationId, devices: [] }),
  announce: (link, id) =>
    link.announce({
      ...{ mimeType: 'application/im-gitmessage-id', deviceId: link.remote.deviceId, id },
      ...{ commit: id, heads: [id], stateDigest: '' },
    }),
  fetch: async (link, conversationId) => {
    const asked = { conversationId, wants: [conversationId], haves: [], maxBytes: 0 };
    for await (const _chunk of link.fetch(asked)) throw new Error('a pack came');
  },
  'askInvite for an invitation': (link, conversationId) =>
    link.askInvite({
      body: { $case: 'ask', value: { mimeType: 'application/invite', conversationId } },
    }),
};

test(`D6: of a conversation that is not theirs, others hear and measure the same as of one that is not there (seed ${seed})`, {
  timeout: 60_000 + CALLS * 50,
}, async ({ annotate }) => {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const shared = await alice.starts();
  await bob.joins(shared, { invitedBy: alice });
  const hidden = await alice.starts({ title: 'without bob' });
  await alice.says(hidden, 'not for bob');
  await bob.daemon.stop();
  const link = await (await knocker(bob)).dials(alice);

  for (const [name, ask] of Object.entries(ASKS)) {
    const [forbidden, unknown] = [hidden, idLike(hidden, name)];
    const said = await Promise.all([forbidden, unknown].map((id) => refusalOf(ask, link, id)));
    expect(said[0], name).toEqual(said[1]);

    const times: Record<string, number[]> = { [forbidden]: [], [unknown]: [] };
    for (let n = 0; n < CALLS; n += 1) {
      // In turn and in both orders, so that neither profits from what the other has warmed.
      for (const id of n % 2 === 0 ? [forbidden, unknown] : [unknown, forbidden]) {
        const at = performance.now();
        await refusalOf(ask, link, id);
        times[id]?.push(performance.now() - at);
      }
    }
    const [ours = [], none = []] = [times[forbidden], times[unknown]];
    const [one, other] = [median(ours), median(none)];
    const slower = shareSlower(ours, none);
    await annotate(`${name}: ${one.toFixed(3)} and ${other.toFixed(3)} ms, ${slower.toFixed(2)}`);
    expect(Math.max(one, other) / Math.min(one, other), name).toBeLessThan(MOST_APART);
    expect(slower, name).toBeGreaterThan(ALIKE.from);
    expect(slower, name).toBeLessThan(ALIKE.to);
  }
});

/** What crosses the wire of a failure. */
async function refusalOf(ask: Ask, link: PeerLink, id: string) {
  try {
    await ask(link, id);
  } catch (reason) {
    const { code, message, data } = CoveyError.from(reason);
    return { code, message, data };
  }
  throw new Error('it was answered');
}

function idLike(id: string, salt: string): string {
  return createHash('sha1').update(id).update(salt).update(String(seed)).digest('hex');
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Mann and Whitney's U as a share: of all pairs, those in which the first is the greater. */
function shareSlower(one: readonly number[], other: readonly number[]): number {
  const sorted = other.toSorted((a, b) => a - b);
  const below = (value: number): number => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const pairs = one.reduce((sum, value) => sum + below(value), 0);
  return pairs / (one.length * other.length);
}
