import { expect, test } from 'vitest';
import type { layout } from '@covey/conversation';
import { deviceLike, stage, sync, type TestDevice } from '@covey/testkit';

async function decide(action: layout.VoteAction, target: string, ...voters: TestDevice[]) {
  await voteFor(action, target, ...voters);
  return voters[0]?.resolves(action, target);
}

/** All of them vote, and have each other's votes. */
async function voteFor(action: layout.VoteAction, target: string, ...voters: TestDevice[]) {
  for (const voter of voters) await voter.votes(action, target);
  await sync(...voters);
}

const stateOf = async (device: TestDevice) => (await device.resolved()).state;

test('BAN-5: of two bans apart, of a member and of the admin he became, the one that took less holds', async () => {
  const { alice, bob, carol, doris, erin } = await stage([
    'alice',
    'bob',
    'carol',
    'doris',
    'erin',
  ]);
  await decide('promote', bob.uri, alice);
  await sync(alice, bob);
  await decide('promote', carol.uri, alice, bob);
  await sync(alice, bob, carol);
  await decide('promote', doris.uri, alice, bob);
  await sync(alice, bob, carol, doris);
  await voteFor('promote', erin.uri, alice, bob, carol);
  await voteFor('ban', erin.uri, alice, bob, carol);
  await sync(alice, bob, carol, doris, erin);

  await doris.resolves('ban', erin.uri);
  await alice.resolves('promote', erin.uri);
  await sync(alice, bob, carol);
  await decide('ban', erin.uri, alice, bob, carol);
  expect((await stateOf(doris)).bannedFrom(erin.uri)).toBe('members');
  expect((await stateOf(alice)).bannedFrom(erin.uri)).toBe('admins');

  await sync(alice, bob, carol, doris);
  for (const device of [alice, bob, carol, doris]) {
    expect((await stateOf(device)).bannedFrom(erin.uri)).toBe('members');
  }
  await decide('unban', erin.uri, alice, bob, carol);
  expect((await stateOf(alice)).placeOf(erin.uri)).toBe('member');
});

test('BAN-3, BAN-5: an unban lifts the bans of a device that it has seen, and no ban apart from it', async () => {
  const { alice, bob, carol, doris } = await stage(['alice', 'bob', 'carol', 'doris']);
  const phone = await deviceLike(doris, { label: 'phone' });
  await phone.says('from my phone');
  await decide('promote', bob.uri, alice);
  await sync(alice, bob);
  await decide('promote', carol.uri, alice, bob);
  await sync(alice, bob, carol, phone);
  await voteFor('ban', phone.deviceId, alice, bob);
  await sync(alice, bob, carol);

  await bob.resolves('ban', phone.deviceId);
  await alice.resolves('ban', phone.deviceId);
  await sync(alice, carol);
  await decide('unban', phone.deviceId, alice, carol);
  expect((await stateOf(alice)).bannedFrom(phone.deviceId)).toBeUndefined();

  await sync(alice, bob, carol);
  for (const device of [alice, bob, carol]) {
    expect((await stateOf(device)).bannedFrom(phone.deviceId)).toBe('devices');
  }
  await decide('unban', phone.deviceId, alice, bob);
  await sync(alice, bob, carol, phone);
  await phone.says('back again');
  await sync(alice, phone);
  expect((await stateOf(alice)).hasDevice(phone.deviceId)).toBe(true);
});
