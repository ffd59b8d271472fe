import { expect, test } from 'vitest';
import { Daemon, peopleApart } from './daemon.ts';
import { git } from './git.ts';
import { agree, type Person, until } from './person.ts';

/** A further device of somebody, on a daemon of its own. */
async function furtherDevice(person: Person): Promise<Person> {
  const { code } = await person.call('addDevice', {});
  const daemon = await Daemon.start();
  return daemon.personOf(
    await daemon.client.call('linkAccount', { code, deviceName: 'telephone' }),
  );
}

test('ID-4: a second device has the same account, all its conversations, and a name', async () => {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const before = await alice.starts({ title: 'Before' });
  await bob.joins(before, { invitedBy: alice });
  await bob.says(before, 'hello Alice');
  await alice.hears(before, 'hello Alice');

  const telephone = await furtherDevice(alice);
  expect(telephone.uri).toBe(alice.uri);
  expect(telephone.info.displayName).toBe('alice');
  expect(telephone.info.deviceId).not.toBe(alice.info.deviceId);
  await alice.sees('DeviceAdded', ({ deviceId }) => deviceId === telephone.info.deviceId);
  await telephone.has(before);
  expect(await telephone.heard(before)).toEqual(['hello Alice']);
  await agree(before, [alice, bob, telephone]);

  for (const device of [alice, telephone]) {
    const devices = await until('both devices are known', [alice, telephone], async () => {
      const known = await device.call('getDevices', {});
      return known.length === 2 && known;
    });
    expect(devices.map(({ name }) => name).sort()).toEqual(["alice's device", 'telephone']);
    expect(devices.find(({ thisDevice }) => thisDevice)?.deviceId).toBe(device.info.deviceId);
  }
});

test('ID-4, VAL-3: the first message of a second device brings its certificate, and the others take it', async () => {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const conversationId = await alice.starts();
  await bob.joins(conversationId, { invitedBy: alice });
  const telephone = await furtherDevice(alice);
  await telephone.has(conversationId);
  const first = await telephone.says(conversationId, 'from the telephone');
  expect(await bob.hears(conversationId, 'from the telephone')).toMatchObject({
    author: alice.uri,
    device: telephone.info.deviceId,
  });
  const second = await telephone.says(conversationId, 'once more');
  await bob.hears(conversationId, 'once more');
  await agree(conversationId, [alice, bob, telephone]);
  const changed = (commit: string) =>
    git(
      bob.daemon.repository(bob, conversationId),
      'diff-tree',
      '-r',
      '--name-status',
      `${commit}^!`,
    );
  expect(changed(first)).toBe(`A\tdevices/${telephone.info.deviceId}.crt`);
  expect(changed(second)).toBe('');
  expect(await bob.members(conversationId)).toEqual(
    [`${alice.uri} admin`, `${bob.uri} member`].sort(),
  );
});

test('CONV-2, RESYNC-1: a conversation that one device starts or accepts comes to the other at once', async () => {
  const { alice, bob } = await peopleApart('alice', 'bob');
  const telephone = await furtherDevice(alice);
  await telephone.sees('PeerConnected', ({ uri }) => uri === alice.uri);
  const started = await alice.starts({ title: 'Started' });
  await telephone.has(started);
  const accepted = await bob.starts({ title: 'Accepted' });
  await telephone.joins(accepted, { invitedBy: bob });
  await alice.has(accepted);
  await alice.says(accepted, 'here too');
  await bob.hears(accepted, 'here too');
  await agree(accepted, [alice, bob, telephone]);
  const titles = (await alice.call('getConversations', {})).map(({ title }) => title);
  expect(titles.sort()).toEqual(['Accepted', 'Started']);
});

test('ID-4: the one-time code adds one device', async () => {
  const { alice } = await peopleApart('alice');
  const { code } = await alice.call('addDevice', {});
  const [first, second] = await Promise.all([Daemon.start(), Daemon.start()]);
  await first.client.call('linkAccount', { code, deviceName: 'telephone' });
  await expect(
    second.client.call('linkAccount', { code, deviceName: 'thief' }),
  ).rejects.toMatchObject({ code: 'LINK_REFUSED', message: 'the link has been used' });
  expect(await second.client.call('listAccounts', {})).toEqual([]);
});

test('ID-4: of two devices that show one code at the same time one is added', async () => {
  const { alice } = await peopleApart('alice');
  const { code } = await alice.call('addDevice', {});
  const daemons = await Promise.all([Daemon.start(), Daemon.start()]);
  const outcomes = await Promise.allSettled(
    daemons.map(({ client }) => client.call('linkAccount', { code, deviceName: 'telephone' })),
  );
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await alice.call('getDevices', {})).toHaveLength(2);
});
