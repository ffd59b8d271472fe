import { expect, test } from 'vitest';
import { GroupState, layout } from '@covey/conversation';
import { deviceLike, stage, sync } from '@covey/testkit';
import { judged, member, uriOf } from './cases/rule-case.ts';

const refusedBy = (rule: string) => ({ code: 'COMMIT_REFUSED', data: { rule } });

test('VAL-5, VAL-6, MSG-7: whoever is invited joins, with chain and device, and the invitation goes', async () => {
  const { alice, bob } = await stage(['alice', 'bob']);
  const { state } = await alice.resolved();
  expect(state.placeOf(bob.uri)).toBe('member');
  expect(state.hasDevice(bob.deviceId)).toBe(true);
  expect(state.has(layout.invitedPath(bob.uri))).toBe(false);
});

test('VAL-5: in modes 2 and 3 members invite, in mode 1 admins only', async () => {
  const uri = await uriOf('doris');
  for (const mode of [2, 3]) {
    const { bob } = await stage(['alice', 'bob'], { charter: { mode } });
    await bob.write({ kind: 'add', uri });
  }
  const { alice, bob } = await stage(['alice', 'bob'], { charter: { mode: 1 } });
  await expect(bob.write({ kind: 'add', uri })).rejects.toMatchObject(
    refusedBy('add/admins-invite'),
  );
  await alice.write({ kind: 'add', uri });
});

test('VAL-5: a one-to-one never holds a third account, and either may come back', async () => {
  const invited = await uriOf('bob');
  const { alice, bob } = await stage(['alice', 'bob'], { charter: { mode: 0, invited } });
  const third = { kind: 'add', uri: await uriOf('carol') } as const;
  for (const device of [alice, bob]) {
    await expect(device.write(third)).rejects.toMatchObject(refusedBy('add/one-to-one-stays-two'));
  }
  await alice.write({ kind: 'leave' });
  await sync(alice, bob);
  await bob.write({ kind: 'add', uri: alice.writer.uri });
  await sync(alice, bob);
  await alice.write({ kind: 'join' });
  expect((await alice.resolved()).state.placeOf(alice.uri)).toBe('member');
});

test('VAL-6: mode 3 needs no invitation, the other modes do', async () => {
  for (const mode of [1, 2, 3]) {
    const { alice } = await stage(['alice'], { charter: { mode } });
    const doris = await deviceLike(alice, { name: 'doris' });
    const joining = doris.write({ kind: 'join' });
    if (mode === 3) await joining;
    else await expect(joining).rejects.toMatchObject(refusedBy('join/invited'));
  }
});

test('VAL-6: nobody who is banned joins, in any mode', async () => {
  for (const mode of [1, 2, 3]) {
    const { alice, bob } = await stage(['alice', 'bob'], { charter: { mode } });
    await alice.votes('ban', bob.uri);
    await alice.resolves('ban', bob.uri);
    await sync(alice, bob);
    await expect(bob.write({ kind: 'join' })).rejects.toMatchObject(
      refusedBy('every-commit/author-in-standing'),
    );
  }
});

test('VAL-6: who was invited takes no other place than that of a member', async () => {
  const { alice } = await stage(['alice']);
  await alice.write({ kind: 'add', uri: await uriOf('doris') });
  const doris = await deviceLike(alice, { name: 'doris' });
  const files = {
    [layout.invitedPath(doris.uri)]: undefined,
    [layout.adminPath(doris.uri)]: doris.writer.chainPem,
    [layout.devicePath(doris.deviceId)]: doris.writer.devicePem,
  };
  expect(await judged(doris, { message: member('join', doris.uri), files })).toMatchObject({
    broken: { rule: 'join/changes' },
  });
});

test('VAL-8: who leaves takes everything of his own, from all of his devices, and nothing else', async () => {
  const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
  const phone = await deviceLike(bob, { label: 'phone' });
  await phone.says('hello');
  await sync(alice, bob, carol, phone);
  await bob.write({ kind: 'leave' });
  await sync(alice, bob, carol);
  const { state } = await carol.resolved();
  expect(state.placeOf(bob.uri)).toBeUndefined();
  expect([state.hasDevice(bob.deviceId), state.hasDevice(phone.deviceId)]).toEqual([false, false]);
  expect(state.placeOf(carol.uri)).toBe('member');
});

test('VAL-8: the last one may leave, and nothing is left in the tree', async () => {
  const { alice } = await stage(['alice']);
  await alice.write({ kind: 'leave' });
  const { tree, state } = await alice.resolved();
  expect(state.files.size).toBe(GroupState.EMPTY.files.size);
  expect(tree).toBe('4b825dc642cb6eb9a060e54bf8d69288fbee4904');
  await expect(alice.says('hello?')).rejects.toMatchObject({ code: 'COMMIT_REFUSED' });
});

test('VAL-8: who has left and is invited again joins again, and old votes do not count', async () => {
  const { alice, bob } = await stage(['alice', 'bob']);
  await alice.votes('ban', bob.uri);
  await sync(alice, bob);
  await bob.write({ kind: 'leave' });
  await sync(alice, bob);
  await alice.write({ kind: 'add', uri: bob.writer.uri });
  await sync(alice, bob);
  await bob.write({ kind: 'join' });
  await sync(alice, bob);
  expect((await alice.resolved()).state.voters('ban', 'members', bob.uri)).toEqual([]);
  await expect(alice.resolves('ban', bob.uri)).rejects.toMatchObject(
    refusedBy('resolution/majority'),
  );
});

test('VAL-6: a vote against the invited falls when he joins', async () => {
  const { alice } = await stage(['alice']);
  await alice.write({ kind: 'add', uri: await uriOf('doris') });
  await alice.votes('ban', await uriOf('doris'));
  const doris = await deviceLike(alice, { name: 'doris' });
  await doris.write({ kind: 'join' });
  const { state } = await doris.resolved();
  expect([...state.files.keys()].filter((path) => path.startsWith('votes/'))).toEqual([]);
});

test('VAL-6: who has several heads joins on the last that still invites him, and merges afterwards', async () => {
  const { alice, bob } = await stage(['alice', 'bob']);
  await alice.write({ kind: 'add', uri: await uriOf('doris') });
  await bob.says('one');
  await bob.says('two');
  await bob.says('and three: higher than the invitation');
  const doris = await deviceLike(alice, { name: 'doris' });
  await doris.receive(bob);
  await doris.write({ kind: 'join' });
  await doris.mergeHeads();
  expect(doris.heads).toHaveLength(1);
  expect((await doris.resolved()).state.placeOf(doris.uri)).toBe('member');
});

test('VAL-6: an invitation that is used up on the last head does not keep anyone from joining on another', async () => {
  const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
  await carol.write({ kind: 'leave' });
  await sync(alice, bob, carol);
  await alice.write({ kind: 'add', uri: carol.writer.uri });
  await bob.says('one');
  await bob.says('two, without having heard of the new invitation');
  await carol.receive(alice);
  await carol.receive(bob);
  await carol.write({ kind: 'join' });
  expect((await carol.resolved()).state.placeOf(carol.uri)).toBe('member');
});

test('VAL-1: a stranger writes nothing, with whatever papers', async () => {
  const { alice } = await stage(['alice', 'bob']);
  const mallory = await deviceLike(alice, { name: 'mallory' });
  const papers = {
    [layout.memberPath(mallory.uri)]: mallory.writer.chainPem,
    [layout.devicePath(mallory.deviceId)]: mallory.writer.devicePem,
  };
  const message = { body: 'let me in', type: 'text/plain' };
  expect(await judged(mallory, { message })).toMatchObject({
    broken: { rule: 'every-commit/author-is-a-device' },
  });
  expect(await judged(mallory, { message, files: papers })).toMatchObject({
    broken: { rule: 'every-commit/author-in-standing' },
  });
});

test('VAL-1: who writes in the name of another needs his key', async () => {
  const { alice, bob } = await stage(['alice', 'bob']);
  const message = { body: 'I, alice, owe bob a beer', type: 'text/plain' };
  const author = { email: alice.deviceId, name: 'alice' };
  expect(await judged(bob, { message, author })).toMatchObject({
    broken: { rule: 'every-commit/signature', found: 'signature is bad' },
  });
});
