import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deviceLike, groupScripts, play, runs, stage, sync, type TestDevice } from '@covey/testkit';
import { copyOf, council, decide, doubleVoter } from '../../test/two-stories.ts';
import {
  type CommitExplanation,
  contradictsAncestors,
  explain,
  type MemberExplanation,
  rollCall,
} from '../index.ts';

async function commitOn({ history, store }: TestDevice, id: string): Promise<CommitExplanation> {
  const found = await explain(id, history, store);
  if (found?.about !== 'commit') throw new Error(`no commit ${id}`);
  return found;
}

async function memberOn({ history, store }: TestDevice, id: string): Promise<MemberExplanation> {
  const found = await explain(id, history, store);
  if (found?.about !== 'member') throw new Error(`no member ${id}`);
  return found;
}

describe('explain a commit', () => {
  test('names author and device, checks the signature anew, and lists the rules that hold', async () => {
    const { alice, bob } = await stage(['alice', 'bob']);
    const { oid } = await bob.says('hello');
    await sync(alice, bob);
    const found = await commitOn(alice, oid);
    expect(found).toMatchObject({
      ...{ commit: oid, kind: 'text', signature: 'good', deviations: [], contradictions: [] },
      author: { uri: bob.uri, device: bob.deviceId, name: 'bob' },
      time: { contradicts: false },
    });
    expect(found.rules).toContain('every-commit/signature');
    expect(found.rules).toContain('message/no-other-change');
    expect(found).not.toHaveProperty('void');
  });

  test('BAN-6: tells why it is void, and which ban did it', async () => {
    const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
    const apart = await bob.says('apart');
    const ban = await decide([alice], 'ban', bob.uri);
    await sync(alice, bob, carol);
    expect((await commitOn(carol, apart.oid)).void).toEqual({
      step: 'cut',
      found: 'its author was banned apart from it',
      by: {
        ...{ commit: ban.oid, kind: 'ban', action: 'ban', target: bob.uri },
        by: alice.uri,
        device: alice.deviceId,
      },
    });
  });

  test('what is not here is not explained', async () => {
    const { alice } = await stage(['alice']);
    const { history, store } = alice;
    expect(await explain('0'.repeat(40), history, store)).toBeUndefined();
    expect(await explain('', history, store)).toBeUndefined();
  });
});

describe('SYNC-8: a time that contradicts the ancestors is flagged, and nothing else comes of it', () => {
  test('also when the ancestor is far behind', async () => {
    const { alice } = await stage(['alice']);
    const fast = await alice.forge({
      message: { body: 'from the future', type: 'text/plain' },
      author: { time: 4_000_000_000 },
    });
    await alice.adopts(fast);
    const flagged = [await alice.says('one'), await alice.says('two')];
    const [first] = alice.history.ordered;
    expect(alice.history.ordered.map(contradictsAncestors)).toEqual([false, false, true, true]);
    expect((await commitOn(alice, flagged[1]?.oid ?? '')).time).toEqual({
      ...{ claimed: flagged[1]?.time, latestBefore: 4_000_000_000, contradicts: true },
    });
    expect((await commitOn(alice, first?.oid ?? '')).time).toEqual({
      ...{ claimed: first?.time, contradicts: false },
    });
  });
});

describe('explain a ban', () => {
  test('BAN-1: the votes that were counted, by whom, in which tree, of how many admins', async () => {
    const { alice, bob, carol, doris } = await council();
    const ban = await decide([alice, bob], 'ban', doris.uri);
    const votes = bob.history.ordered.filter(({ content }) => content.kind === 'vote').slice(-2);
    const [parent] = ban.parents;
    const { decision } = await commitOn(bob, ban.oid);
    expect(decision).toMatchObject({
      ...{ action: 'ban', target: doris.uri, from: 'members', rule: 'resolution/majority' },
      ...{ tree: parent?.tree, needed: 2, struck: [], votedTwice: [], stands: true },
      admins: [alice.uri, bob.uri, carol.uri].sort(),
    });
    const cast = decision?.votes.map((vote) => [vote.voter, vote.cast?.commit]);
    expect(cast?.sort()).toEqual(votes.map(({ uri, oid }) => [uri, oid]).sort());
  });

  test('BAN-5: of two bans that needed one admin twice each names him, whom it struck, and that it fell', async () => {
    const { alice, bob, carol, witness, banOfBob, banOfAlice } = await doubleVoter({
      copied: true,
    });
    const ofBob = await commitOn(witness, banOfBob.oid);
    const ofAlice = await commitOn(witness, banOfAlice.oid);
    expect(ofBob.void).toMatchObject({ step: 'recount', struck: [alice.uri] });
    expect(ofAlice.void).toMatchObject({ step: 'recount', struck: [bob.uri] });
    expect(ofBob.decision).toMatchObject({
      stands: false,
      struck: [{ voter: alice.uri, by: { commit: banOfAlice.oid } }],
      votedTwice: [{ voter: carol.uri, other: { commit: banOfAlice.oid }, isApart: true }],
    });
    const [twice] = ofBob.decision?.votedTwice ?? [];
    expect(twice?.votes.map(({ by, target }) => [by, target])).toEqual([
      [carol.uri, bob.uri],
      [carol.uri, alice.uri],
    ]);
    expect(ofBob.contradictions.map(({ uri }) => uri)).toContain(carol.uri);
  });

  test('one question that both sides carry out needs nobody twice', async () => {
    const { alice, bob, carol, doris } = await council();
    await alice.votes('ban', doris.uri);
    await bob.receive(alice);
    await bob.votes('ban', doris.uri);
    await sync(alice, bob, carol);
    const bans = [await alice.resolves('ban', doris.uri), await bob.resolves('ban', doris.uri)];
    await sync(alice, bob);
    for (const { oid } of bans) {
      expect((await commitOn(alice, oid)).decision).toMatchObject({ votedTwice: [], stands: true });
    }
  });
});

describe('explain a member', () => {
  test('MEET-2: who added, promoted and banned whom, by signatures that were checked here', async () => {
    const { alice, bob, carol, doris } = await council();
    await decide([carol, alice], 'ban', bob.uri);
    await sync(alice, carol, doris);
    const { place, bannedFrom, settings } = await memberOn(doris, bob.uri);
    expect({ place, bannedFrom }).toEqual({ place: 'banned', bannedFrom: 'admins' });
    expect(settings.map(({ op, act, verdict }) => [op, act.by, verdict])).toEqual([
      ['add', alice.uri, 'followed'],
      ['join', bob.uri, 'followed'],
      ['promotion', alice.uri, 'followed'],
      ['ban', alice.uri, 'holds'],
    ]);
    expect(settings.every(({ signature }) => signature === 'good')).toBe(true);
    expect(await memberOn(doris, carol.deviceId)).toMatchObject({ uri: carol.uri, place: 'admin' });
  });

  test('what a removal apart from it has beaten says so, and what is void too', async () => {
    const { alice, bob, doris } = await council();
    const promotion = await decide([alice, bob], 'promote', doris.uri);
    const guest = await deviceLike(doris, { name: 'guest' });
    const add = await doris.write({ kind: 'add', uri: guest.writer.uri });
    await doris.write({ kind: 'leave' });
    await sync(alice, bob, doris);
    const { place, settings } = await memberOn(alice, doris.uri);
    const fate = settings.find(({ act }) => act.commit === promotion.oid);
    expect([place, fate?.verdict]).toEqual(['none', 'beaten']);
    expect((await memberOn(alice, guest.uri)).settings[0]).toMatchObject({
      ...{ op: 'add', verdict: 'holds', act: { commit: add.oid, by: doris.uri } },
    });
  });

  test('the limit: two histories of a lone admin are both named, until a removal has seen one of them', async () => {
    const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
    const copy = await copyOf(alice);
    const promoted = await decide([alice], 'promote', bob.uri);
    const banned = await decide([copy], 'ban', carol.uri);
    await sync(bob, alice);
    const demotion = await decide([bob, alice], 'demote', alice.uri).catch(() => undefined);
    expect(demotion).toBeUndefined();
    await carol.receive(alice);
    await carol.receive(copy);
    const { contradictions } = await memberOn(carol, alice.uri);
    const pairs = contradictions.map(({ one, other }) => [one.commit, other.commit]);
    expect(pairs).toContainEqual(expect.arrayContaining([promoted.oid, banned.oid]));
    expect(contradictions.every(({ uri, isOpen }) => uri === alice.uri && isOpen)).toBe(true);
  });

  test('the limit ends where a removal has seen one history: the other is void', async () => {
    const { alice, bob, carol, doris } = await council();
    const copy = await copyOf(alice);
    const early = await alice.votes('ban', doris.uri);
    await sync(alice, bob, carol);
    const removal = await decide([bob, carol], 'demote', alice.uri);
    const apart = await copy.votes('promote', doris.uri);
    await sync(carol, copy);
    const { contradictions } = await memberOn(carol, alice.uri);
    expect(contradictions).toMatchObject([{ uri: alice.uri, isOpen: false }]);
    const ids = contradictions.flatMap(({ one, other }) => [one.commit, other.commit]);
    expect(ids.sort()).toEqual([early.oid, apart.oid].sort());
    expect((await commitOn(carol, apart.oid)).void).toMatchObject({
      ...{ step: 'beside', by: { commit: removal.oid } },
    });
  });

  test('a device that forks is named, though it never voted; an honest one isn’t', async () => {
    const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
    const copy = await copyOf(bob);
    const [one, other] = [await bob.says('to alice'), await copy.says('to carol')];
    await sync(alice, bob, copy, carol);
    const { contradictions } = await memberOn(carol, bob.uri);
    expect(contradictions).toHaveLength(1);
    expect([contradictions[0]?.one.commit, contradictions[0]?.other.commit].sort()).toEqual(
      [one.oid, other.oid].sort(),
    );
    expect(contradictions[0]?.isOpen).toBe(false);
    await carol.says('noted');
    await alice.says('hm');
    await sync(alice, carol);
    for (const { uri } of [alice, carol]) {
      expect((await memberOn(alice, uri)).contradictions).toEqual([]);
    }
  });

  test('in any history the settings that hold lead to the place that the state has', async () => {
    await fc.assert(
      fc.asyncProperty(groupScripts({ removals: true }), async (script) => {
        const { witness } = await play(script);
        for (const { uri, role } of await rollCall(witness.history, witness.store)) {
          const { place, settings } = await memberOn(witness, uri);
          expect(place).toBe(role);
          const holding = settings.filter(({ verdict }) => verdict === 'holds');
          expect(holding).not.toEqual([]);
          // Where an unban or a demotion leads to hangs on the state, not on the commit alone.
          const told = holding.filter(({ op }) => op !== 'unban' && op !== 'demotion');
          if (told.length > 0) expect(told.map(({ to }) => to)).toContain(role);
        }
      }),
      runs(30),
    );
  });
});

test('BAN-1: the roll call lists open votes with what is missing, devices and what was banned', async () => {
  const { alice, bob, doris } = await council();
  await alice.votes('ban', doris.deviceId);
  await alice.votes('demote', bob.uri);
  const roll = await rollCall(alice.history, alice.store);
  const of = (uri: string) => roll.find((entry) => entry.uri === uri);
  const open = { voters: [alice.uri], admins: 3, missing: 1 };
  expect(of(doris.uri)).toMatchObject({
    role: 'member',
    devices: [doris.deviceId],
    votes: [{ action: 'ban', target: doris.deviceId, ...open }],
  });
  expect(of(bob.uri)?.votes).toEqual([{ action: 'demote', target: bob.uri, ...open }]);
  await sync(alice, bob);
  await decide([bob], 'ban', doris.deviceId);
  const after = (await rollCall(bob.history, bob.store)).find(({ uri }) => uri === doris.uri);
  expect(after).toMatchObject({ devices: [], bannedDevices: [doris.deviceId], votes: [] });
});
