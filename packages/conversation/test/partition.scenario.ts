import { expect, test } from 'vitest';
import { layout, rolesOf } from '@covey/conversation';
import { deviceLike, ISSUED_AT, stage, sync, type TestDevice } from '@covey/testkit';
import { judged, uriOf } from './cases/rule-case.ts';

test('MEET-1: Alice and Bob add Carol and Doris at the same time, and all four end with the same four', async () => {
  const { alice, bob } = await stage(['alice', 'bob']);
  await alice.write({ kind: 'add', uri: await uriOf('carol') });
  await bob.write({ kind: 'add', uri: await uriOf('doris') });
  const carol = await deviceLike(alice, { name: 'carol' });
  const doris = await deviceLike(bob, { name: 'doris' });
  await carol.write({ kind: 'join' });
  await doris.write({ kind: 'join' });
  const all = [alice, bob, carol, doris];
  await sync(...all);
  const four = [alice, bob, carol, doris].map(({ uri }) => uri).sort();
  const states = await Promise.all(all.map((device) => device.resolved()));
  for (const { state, tree } of states) {
    expect(
      rolesOf(state)
        .map(({ uri }) => uri)
        .sort(),
    ).toEqual(four);
    expect(tree).toBe(states[0]?.tree);
  }
});

test('MEET-2: every device can tell who added whom, by a signature that it has checked itself', async () => {
  const { bob, carol } = await stage(['alice', 'bob', 'carol']);
  await bob.write({ kind: 'add', uri: await uriOf('doris') });
  await sync(bob, carol);
  const adds = [...carol.history.entries()].filter(({ content }) => content.kind === 'add');
  expect(adds.map(({ uri, content }) => [uri, content.fields['uri']])).toContainEqual([
    bob.uri,
    await uriOf('doris'),
  ]);
});

test('SWARM-1: a group that was cut in two goes on in both parts, and all histories join', async () => {
  const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
  await alice.says('anyone here?');
  await alice.write({ kind: 'profile', profile: { title: 'alone' } });
  await bob.says('we are');
  await sync(bob, carol);
  await carol.says('both of us');
  await sync(bob, carol);
  await sync(alice, bob, carol);
  expect(alice.order).toEqual(bob.order);
  expect(carol.order).toEqual(bob.order);
  await bob.says('together again');
  await sync(alice, bob, carol);
  expect(alice.heads).toEqual(carol.heads);
  expect(alice.heads).toHaveLength(1);
});

test('SWARM-1: merging is lazy: reading several heads writes nothing, the next message writes one merge', async () => {
  const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
  await Promise.all([alice.says('a'), bob.says('b'), carol.says('c')]);
  await sync(alice, bob, carol);
  const before = alice.history.size;
  expect((await alice.resolved()).state.admins).toEqual([alice.uri]);
  expect([alice.history.size, alice.heads.length]).toEqual([before, 3]);
  await alice.says('d');
  expect([alice.history.size - before, alice.heads.length]).toEqual([3, 1]);
});

test('MSG-9, VAL-10: a merge brings its author’s own papers and nothing else', async () => {
  const { alice, bob } = await stage(['alice', 'bob']);
  await Promise.all([alice.says('a'), bob.says('b')]);
  await sync(alice, bob);
  const phone = await deviceLike(bob, { label: 'phone' });
  await phone.says('first words on two heads');
  const kinds = [...phone.history.entries()].slice(-2).map(({ content }) => content.kind);
  expect(kinds).toEqual(['merge', 'text']);
  expect((await phone.resolved()).state.hasDevice(phone.deviceId)).toBe(true);
});

test('VAL-10: a merge does not take its author’s newer certificate back', async () => {
  const { alice, bob } = await stage(['alice', 'bob']);
  const path = layout.devicePath(bob.deviceId);
  const paper = await bob.account.issuePaper(bob.writer, new Date(ISSUED_AT.getTime() + 1000));
  const message = { body: 'renewed', type: 'text/plain' };
  await alice.says('apart');
  await bob.adopts(await bob.forge({ message, files: { [path]: paper } }));
  await sync(alice, bob);
  const back = { [path]: bob.writer.devicePem };
  const merge = `Merge commit '${bob.heads[1]}'`;
  expect(await judged(bob, { message: merge, files: back })).toMatchObject({
    broken: { rule: 'every-commit/own-papers', path },
  });
  expect(await judged(bob, { message: merge })).toHaveProperty('entry');
});

test('VAL-10: who merges must be in the group by both sides together', async () => {
  const { alice, bob } = await stage(['alice', 'bob']);
  await alice.says('apart');
  await bob.write({ kind: 'leave' });
  await sync(alice, bob);
  expect(await judged(bob, { message: `Merge commit '${bob.heads[1]}'` })).toMatchObject({
    broken: { rule: 'every-commit/author-is-a-device' },
  });
});

test('VAL-10: leaving beats what stands apart from it, a new invitation included', async () => {
  const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
  await bob.write({ kind: 'leave' });
  await carol.says('apart');
  await sync(alice, bob, carol);
  expect((await carol.resolved()).state.placeOf(bob.uri)).toBeUndefined();
  await alice.write({ kind: 'add', uri: bob.writer.uri });
  await sync(alice, bob, carol);
  expect((await carol.resolved()).state.placeOf(bob.uri)).toBe('invited');
});

test('LIFE-4: of two profiles set apart every device takes the one of the higher commit id', async () => {
  const { alice, bob } = await stage(['alice', 'bob'], { charter: { mode: 2, profile: 'member' } });
  const [one, other] = [
    await alice.write({ kind: 'profile', profile: { title: 'one' } }),
    await bob.write({ kind: 'profile', profile: { title: 'other' } }),
  ];
  await sync(alice, bob);
  const higher = one.oid > other.oid ? one : other;
  const expected = (await alice.history.papers.state(higher.tree, alice.store)).files.get(
    'profile.vcf',
  );
  for (const device of [alice, bob]) {
    expect((await device.resolved()).state.files.get('profile.vcf')).toBe(expected);
  }
});

test('LIFE-4: who sets the profile that is there already has set it like others apart from him', async () => {
  const winners = new Set<string>();
  for (const title of ['one', 'two', 'three', 'four', 'five', 'six']) {
    const { alice, bob } = await stage(['alice', 'bob'], {
      charter: { mode: 2, profile: 'member' },
    });
    const set = (device: TestDevice, to: string) =>
      device.write({ kind: 'profile', profile: { title: to } });
    await set(alice, 'the old one');
    await sync(alice, bob);
    const [changed, kept] = [await set(alice, title), await set(bob, 'the old one')];
    await sync(alice, bob);
    const winner = changed.oid > kept.oid ? alice : bob;
    const { tree } = changed.oid > kept.oid ? changed : kept;
    const expected = (await alice.history.papers.state(tree, alice.store)).files.get('profile.vcf');
    for (const device of [alice, bob]) {
      expect((await device.resolved()).state.files.get('profile.vcf')).toBe(expected);
    }
    winners.add(winner.writer.displayName);
  }
  expect(winners.size).toBe(2);
});

test('SWARM-1: one account invited by two and joining with two devices is one member', async () => {
  const { alice, bob } = await stage(['alice', 'bob']);
  const uri = await uriOf('doris');
  await alice.write({ kind: 'add', uri });
  await bob.write({ kind: 'add', uri });
  const laptop = await deviceLike(alice, { name: 'doris' });
  const phone = await deviceLike(bob, { name: 'doris', label: 'phone' });
  await laptop.write({ kind: 'join' });
  await phone.write({ kind: 'join' });
  await sync(alice, bob, laptop, phone);
  const { state } = await alice.resolved();
  expect(state.placeOf(uri)).toBe('member');
  expect([laptop, phone].map(({ deviceId }) => state.hasDevice(deviceId))).toEqual([true, true]);
  await phone.says('both of me are here');
  expect(phone.heads).toHaveLength(1);
});
