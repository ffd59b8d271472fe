import { describe, expect, test } from 'vitest';
import { collect, type Entry } from '@covey/conversation';
import { deviceLike, stage, sync, type TestDevice } from '@covey/testkit';

function voidOn(device: TestDevice, ...entries: readonly Entry[]) {
  const voids = device.history.voids();
  return entries.map(({ oid }) => {
    const entry = device.history.entry(oid);
    return entry && voids.reasonOf(entry)?.step;
  });
}

const decides = async (device: TestDevice, action: 'ban' | 'promote' | 'demote', who: string) => {
  await device.votes(action, who);
  return device.resolves(action, who);
};

describe('BAN-6: what a removal does to what was written apart from it', () => {
  test('a text before the ban stays, one apart from it is void, one on top of it is refused', async () => {
    const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
    const before = await bob.says('before');
    await sync(alice, bob, carol);
    const apart = await bob.says('apart');
    const ban = await decides(alice, 'ban', bob.uri);
    await sync(alice, bob, carol);
    expect(voidOn(carol, before, apart)).toEqual([undefined, 'cut']);
    const voids = carol.history.voids();
    expect(voids.reasonOf(carol.history.entry(apart.oid) as Entry)?.by).toBe(ban.oid);
    await carol.says('innocent');
    expect(carol.heads).toHaveLength(1);
    expect((await carol.resolved()).state.bannedFrom(bob.uri)).toBe('members');
    await expect(bob.says('on top')).rejects.toMatchObject({ code: 'COMMIT_REFUSED' });
  });

  test('the invitation of who was banned apart is void, and so are the join and the texts on it', async () => {
    const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
    const doris = await deviceLike(bob, { name: 'doris' });
    const add = await bob.write({ kind: 'add', uri: doris.writer.uri });
    await doris.receive(bob);
    const join = await doris.write({ kind: 'join' });
    const text = await doris.says('hello');
    await decides(alice, 'ban', bob.uri);
    await sync(alice, bob, carol, doris);
    expect(voidOn(carol, add, join, text)).toEqual(['cut', 'rests', 'rests']);
    expect((await carol.resolved()).state.placeOf(doris.uri)).toBeUndefined();
    await carol.write({ kind: 'add', uri: doris.writer.uri });
    await sync(carol, doris);
    await doris.write({ kind: 'join' });
    expect((await doris.resolved()).state.placeOf(doris.uri)).toBe('member');
  });

  test('BAN-7: whom the majority has promoted stays, however he became a member, and his device with him', async () => {
    const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
    const doris = await deviceLike(bob, { name: 'doris' });
    const add = await bob.write({ kind: 'add', uri: doris.writer.uri });
    await doris.receive(bob);
    const join = await doris.write({ kind: 'join' });
    await sync(alice, bob, doris);
    await decides(alice, 'promote', doris.uri);
    await sync(alice, doris);
    const text = await doris.says('thanks');
    // Carol is admin since before, and bans bob apart from all that.
    await decides(carol, 'promote', carol.uri).catch(() => {});
    await sync(alice, bob, carol, doris);
    expect(voidOn(carol, add, join, text)).toEqual([undefined, undefined, undefined]);
    expect((await carol.resolved()).state.placeOf(doris.uri)).toBe('admin');
  });

  test('a text by a revoked device is void, unless somebody who was there has answered it', async () => {
    for (const isAnswered of [false, true]) {
      const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
      const phone = await deviceLike(bob, { label: 'phone' });
      await phone.says('from my phone');
      await sync(alice, bob, carol, phone);
      const apart = await phone.says('apart');
      if (isAnswered) {
        await carol.receive(phone);
        await carol.says('indeed');
      }
      await bob.revokes(phone.writer);
      await sync(alice, bob, carol, phone);
      expect(voidOn(alice, apart)).toEqual([isAnswered ? undefined : 'revoked']);
      await alice.says('and on');
      expect((await alice.resolved()).state.hasDevice(phone.deviceId)).toBe(false);
    }
  });
});

test('BAN-6, SYNC-8: who took up what a revoked device wrote is heard, though all acts are known without him', async () => {
  const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
  const phone = await deviceLike(alice, { label: 'phone' });
  await phone.says('from my phone');
  await sync(alice, bob, carol, phone);
  const { writer: doris } = await deviceLike(bob, { name: 'doris' });
  const add = await phone.write({ kind: 'add', uri: doris.uri });
  await carol.receive(phone);
  await carol.says('a good idea');

  await alice.revokes(phone.writer);
  await alice.receive(phone);
  await carol.receive(alice);
  await carol.says('and on, knowing of the list');
  await alice.says('knowing of all but carol');
  expect(voidOn(alice, add)).toEqual(['revoked']);

  await sync(alice, bob, carol);
  for (const device of [alice, bob, carol]) {
    expect(voidOn(device, add)).toEqual([undefined]);
    expect((await device.resolved()).state.placeOf(doris.uri)).toBe('invited');
  }
  await bob.says('all of it');
  await sync(alice, bob, carol);
  expect(alice.heads).toEqual(bob.heads);
});

test('SWARM-7: what was deleted and what is void stay in the history of all, from the first commit', async () => {
  const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
  const regretted = await bob.says('regretted');
  await bob.says('', { edit: regretted.oid });
  await sync(alice, bob, carol);
  const apart = await bob.says('apart');
  await carol.receive(bob);
  await carol.says('on top of it');
  await decides(alice, 'ban', bob.uri);
  await sync(alice, carol);
  await alice.says('and on');
  await sync(alice, carol);
  for (const device of [alice, carol]) {
    const reached = await collect(device.heads, device.store);
    expect(reached[0]).toBe(device.history.root?.oid);
    expect(reached).toEqual(expect.arrayContaining([regretted.oid, apart.oid]));
    expect(reached).toHaveLength(device.history.size);
  }
});
