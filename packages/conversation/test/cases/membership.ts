import { layout } from '@covey/conversation';
import { deviceLike, sync, type TestDevice } from '@covey/testkit';
import { judged, member, type RuleCases, type SetUp, uriOf } from './rule-case.ts';

const { devicePath, invitedPath, memberPath, votePath } = layout;

/** What a join changes. */
function joining({ uri, deviceId, writer }: TestDevice) {
  return {
    [invitedPath(uri)]: undefined,
    [memberPath(uri)]: writer.chainPem,
    [devicePath(deviceId)]: writer.devicePem,
  };
}

/** A group and somebody who is invited, or not even that. */
async function withGuest(set: SetUp, { invited }: { invited: boolean }) {
  const { alice, bob } = await set(['alice', 'bob']);
  if (invited) await alice.write({ kind: 'add', uri: await uriOf('doris') });
  const doris = await deviceLike(alice, { name: 'doris' });
  return { alice, bob, doris };
}

/** Bob has left; his phone is banned by itself, and the admin has voted to lift that. */
async function withVoteOnDeviceOfWhoLeft(set: SetUp) {
  const { alice, bob } = await set(['alice', 'bob']);
  const phone = await deviceLike(bob, { label: 'phone' });
  await phone.says('from my phone');
  await sync(alice, bob, phone);
  await alice.votes('ban', phone.deviceId);
  await alice.resolves('ban', phone.deviceId);
  await sync(alice, bob);
  await bob.write({ kind: 'leave' });
  await sync(alice, bob);
  await alice.votes('unban', phone.deviceId);
  return { alice, bob, vote: votePath('unban', 'devices', phone.deviceId, alice.uri) };
}

export const membershipCases: RuleCases = {
  'add/uri': {
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      const uri = lie ? 'everybody' : await uriOf('doris');
      return judged(alice, { message: member('add', uri), files: { [invitedPath(uri)]: '' } });
    },
  },
  'add/only-the-invitation': {
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      const [uri, other] = [await uriOf('doris'), await uriOf('mallory')];
      const more = lie ? { [invitedPath(other)]: '' } : {};
      const files = { [invitedPath(uri)]: '', ...more };
      return judged(alice, { message: member('add', uri), files });
    },
  },
  'add/invitation-is-empty': {
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      const uri = await uriOf('doris');
      const files = { [invitedPath(uri)]: lie ? 'welcome' : '' };
      return judged(alice, { message: member('add', uri), files });
    },
  },
  'add/not-oneself': {
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      const uri = lie ? alice.uri : await uriOf('doris');
      return judged(alice, { message: member('add', uri), files: { [invitedPath(uri)]: '' } });
    },
  },
  'add/not-in-the-group': {
    commit: async (set, lie) => {
      const { alice, bob } = await set(['alice', 'bob']);
      const uri = lie ? bob.uri : await uriOf('doris');
      return judged(alice, { message: member('add', uri), files: { [invitedPath(uri)]: '' } });
    },
  },
  'add/not-banned': {
    commit: async (set, lie) => {
      const { alice, bob } = await set(['alice', 'bob']);
      await alice.votes('ban', bob.uri);
      await alice.resolves('ban', bob.uri);
      const uri = lie ? bob.uri : await uriOf('doris');
      return judged(alice, { message: member('add', uri), files: { [invitedPath(uri)]: '' } });
    },
  },
  'add/one-to-one-stays-two': {
    commit: async (set, lie) => {
      const invited = await uriOf('bob');
      const { alice, bob } = await set(['alice', 'bob'], { mode: 0, invited });
      await bob.write({ kind: 'leave' });
      await sync(alice, bob);
      const uri = lie ? await uriOf('doris') : bob.uri;
      return judged(alice, { message: member('add', uri), files: { [invitedPath(uri)]: '' } });
    },
  },
  'add/admins-invite': {
    commit: async (set, lie) => {
      const { bob } = await set(['alice', 'bob'], { mode: lie ? 1 : 2 });
      const uri = await uriOf('doris');
      return judged(bob, { message: member('add', uri), files: { [invitedPath(uri)]: '' } });
    },
  },
  'add/takes-votes-along': {
    commit: async (set, lie) => {
      const { alice, bob, vote } = await withVoteOnDeviceOfWhoLeft(set);
      const gone = lie ? {} : { [vote]: undefined };
      const files = { [invitedPath(bob.uri)]: '', ...gone };
      return judged(alice, { message: member('add', bob.uri), files });
    },
  },
  'join/own-uri': {
    commit: async (set, lie) => {
      const { doris, bob } = await withGuest(set, { invited: true });
      const message = member('join', lie ? bob.uri : doris.uri);
      return judged(doris, { message, files: joining(doris) });
    },
  },
  'join/not-a-member': {
    commit: async (set, lie) => {
      const { doris, bob } = await withGuest(set, { invited: true });
      const device = lie ? bob : doris;
      return judged(device, { message: member('join', device.uri), files: joining(device) });
    },
  },
  'join/invited': {
    commit: async (set, lie) => {
      const { doris } = await withGuest(set, { invited: !lie });
      return judged(doris, { message: member('join', doris.uri), files: joining(doris) });
    },
  },
  'join/changes': {
    commit: async (set, lie) => {
      const { alice, doris } = await withGuest(set, { invited: true });
      const more = lie ? { [layout.adminPath(doris.uri)]: doris.writer.chainPem } : {};
      const files = { ...joining(doris), ...more };
      await sync(alice, doris);
      return judged(doris, { message: member('join', doris.uri), files });
    },
  },
  'join/takes-votes-along': {
    commit: async (set, lie) => {
      const { alice, doris } = await withGuest(set, { invited: true });
      await alice.votes('ban', doris.uri);
      await sync(alice, doris);
      const vote = votePath('ban', 'invited', doris.uri, alice.uri);
      const files = { ...joining(doris), ...(lie ? {} : { [vote]: undefined }) };
      return judged(doris, { message: member('join', doris.uri), files });
    },
  },
  'leave/own-uri': {
    commit: async (set, lie) => {
      const { bob, carol } = await set(['alice', 'bob', 'carol']);
      const who = lie ? carol : bob;
      const files = { [memberPath(who.uri)]: undefined, [devicePath(who.deviceId)]: undefined };
      return judged(bob, { message: member('remove', who.uri), files });
    },
  },
  'leave/was-there': {
    commit: async (set, lie) => {
      const { bob } = await set(['alice', 'bob']);
      const gone = { [memberPath(bob.uri)]: undefined, [devicePath(bob.deviceId)]: undefined };
      return judged(bob, { message: member('remove', bob.uri), files: lie ? {} : gone });
    },
  },
  'leave/only-ones-own': {
    commit: async (set, lie) => {
      const { bob, carol } = await set(['alice', 'bob', 'carol']);
      const gone = { [memberPath(bob.uri)]: undefined, [devicePath(bob.deviceId)]: undefined };
      const files = { ...gone, ...(lie ? { [devicePath(carol.deviceId)]: undefined } : {}) };
      return judged(bob, { message: member('remove', bob.uri), files });
    },
  },
  'leave/takes-all-along': {
    commit: async (set, lie) => {
      const { bob } = await set(['alice', 'bob']);
      const device = lie ? {} : { [devicePath(bob.deviceId)]: undefined };
      const files = { [memberPath(bob.uri)]: undefined, ...device };
      return judged(bob, { message: member('remove', bob.uri), files });
    },
  },
};
