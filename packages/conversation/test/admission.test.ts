import { describe, expect, test } from 'vitest';
import { Admission, takesFromAnybody } from '@covey/conversation';
import { deviceLike, makeTestAccount, stage, sync, type TestDevice } from '@covey/testkit';

const admissionOf = (device: TestDevice) => Admission.of(device.history, device.store, device.uri);
const stranger = async (name: string) => {
  const { uri, deviceId } = (await makeTestAccount(name)).writer;
  return { uri, deviceId };
};

/** Three admins, and bob on two devices of which each knows another half. */
async function threeAdmins() {
  const cast = await stage(['alice', 'bob', 'carol']);
  const { alice, bob, carol } = cast;
  for (const [target, voters] of [
    [bob, [alice]],
    [carol, [alice, bob]],
  ] as const) {
    for (const voter of voters) {
      await voter.votes('promote', target.uri);
      await sync(alice, bob, carol);
    }
    await alice.resolves('promote', target.uri);
    await sync(alice, bob, carol);
  }
  const second = await deviceLike(bob, { label: 'second' });
  return { ...cast, second };
}

/** Alice and bob ban carol, while carol and bob's other device ban alice. */
async function twoHalves() {
  const { alice, bob, carol, second } = await threeAdmins();
  await alice.votes('ban', carol.uri);
  await bob.receive(alice);
  await bob.votes('ban', carol.uri);
  const ofCarol = await bob.resolves('ban', carol.uri);
  await carol.votes('ban', alice.uri);
  await second.receive(carol);
  await second.votes('ban', alice.uri);
  const ofAlice = await second.resolves('ban', alice.uri);
  await alice.receive(bob);
  await carol.receive(second);
  return { alice, bob, carol, second, ofCarol, ofAlice };
}

describe('whom a device exchanges with', () => {
  test('BAN-2: admins, members and invited, and nobody else', async () => {
    const { alice, bob } = await stage(['alice', 'bob']);
    const dave = await stranger('dave');
    expect((await admissionOf(alice)).exchangesWith(bob)).toBe(true);
    expect((await admissionOf(alice)).exchangesWith(dave)).toBe(false);
    await alice.write({ kind: 'add', uri: (await makeTestAccount('dave')).writer.uri });
    expect((await admissionOf(alice)).exchangesWith(dave)).toBe(true);
    await bob.write({ kind: 'leave' });
    await alice.receive(bob);
    expect((await admissionOf(alice)).exchangesWith(bob)).toBe(false);
    expect((await admissionOf(alice)).hasNamed(bob.uri)).toBe(true);
  });

  test('SWARM-6: in a public conversation everybody but the banned', async () => {
    const { alice, bob } = await stage(['alice', 'bob'], { charter: { mode: 3 } });
    const dave = await stranger('dave');
    expect((await admissionOf(alice)).exchangesWith(dave)).toBe(true);
    await alice.votes('ban', bob.uri);
    await alice.resolves('ban', bob.uri);
    expect((await admissionOf(alice)).exchangesWith(bob)).toBe(false);
  });

  test('BAN-2: a banned device is known as such, and its account goes on with its others', async () => {
    const { alice, bob } = await stage(['alice', 'bob']);
    const second = await deviceLike(bob, { label: 'second' });
    await second.says('from my other device');
    await alice.receive(second);
    await alice.votes('ban', second.deviceId);
    await alice.resolves('ban', second.deviceId);
    await bob.receive(alice);
    for (const device of [alice, bob]) {
      const admission = await admissionOf(device);
      expect(admission.isBannedDevice(second.deviceId)).toBe(true);
      expect(admission.exchangesWith(bob)).toBe(true);
    }
  });

  test('ID-3: never with a revoked device, also of the own account, and by its certificate alone', async () => {
    const { alice, bob } = await stage(['alice', 'bob']);
    const second = await deviceLike(bob, { label: 'second' });
    await second.says('from my other device');
    const silent = await bob.account.addDevice('silent');
    await sync(alice, bob, second);
    await bob.revokes(second.writer, silent);
    await alice.receive(bob);
    const serials = [...(bob.history.acts.at(-1)?.crl?.revoked ?? [])];
    for (const device of [alice, bob]) {
      const admission = await admissionOf(device);
      expect(admission.exchangesWith(second)).toBe(false);
      expect(admission.exchangesWith(bob)).toBe(true);
      const shown = serials.map((certificateSerial) =>
        admission.exchangesWith({ uri: bob.uri, deviceId: silent.deviceId, certificateSerial }),
      );
      expect(shown).toEqual([false, false]);
    }
  });

  test('a device of the own account also when the account is banned', async () => {
    const { alice, bob } = await stage(['alice', 'bob']);
    await alice.votes('ban', bob.uri);
    await alice.resolves('ban', bob.uri);
    await bob.receive(alice);
    const second = await deviceLike(bob, { label: 'second' });
    expect((await admissionOf(bob)).exchangesWith(second)).toBe(true);
    expect((await Admission.of(bob.history, bob.store)).exchangesWith(second)).toBe(false);
  });
});

describe('what passes between those who exchange nothing', () => {
  test('BAN-5: two halves that have banned each other are one again by their resolutions alone', async () => {
    const { alice, carol, ofCarol, ofAlice } = await twoHalves();
    expect((await admissionOf(alice)).exchangesWith(carol)).toBe(false);
    expect((await admissionOf(carol)).exchangesWith(alice)).toBe(false);
    const toCarol = await (await admissionOf(alice)).resolutionsFor(carol);
    const toAlice = await (await admissionOf(carol)).resolutionsFor(alice);
    expect([toCarol, toAlice]).toEqual([[ofCarol.oid], [ofAlice.oid]]);
    await alice.receive(carol, toAlice);
    await carol.receive(alice, toCarol);
    // Bob voted twice: both bans struck the other's voters.
    expect((await alice.resolved()).tree).toBe((await carol.resolved()).tree);
    expect((await admissionOf(alice)).exchangesWith(carol)).toBe(true);
    expect((await admissionOf(carol)).exchangesWith(alice)).toBe(true);
  });

  test('what was said after somebody was banned is not told him with a later resolution', async () => {
    const { alice, bob, carol, ofCarol } = await twoHalves();
    await alice.says('now that carol is gone');
    await bob.receive(alice);
    await alice.votes('demote', bob.uri);
    await bob.receive(alice);
    expect(await (await admissionOf(alice)).resolutionsFor(carol)).toEqual([ofCarol.oid]);
    // Bob, whose own state has alice, is told all that there is.
    expect(await (await admissionOf(alice)).resolutionsFor(bob)).toEqual([ofCarol.oid]);
  });

  test('who never was in the conversation, and who is revoked, are told nothing', async () => {
    const { alice, bob, second } = await twoHalves();
    expect(await (await admissionOf(alice)).resolutionsFor(await stranger('dave'))).toEqual([]);
    await second.says('still here');
    await bob.revokes(second.writer);
    await alice.receive(bob);
    // What the device has written alice never saw: it is known by what it shows.
    const [certificateSerial = ''] = alice.history.acts.at(-1)?.crl?.revoked ?? [];
    const { uri, deviceId } = second;
    const shown = { uri, deviceId, certificateSerial };
    expect(await (await admissionOf(alice)).resolutionsFor(shown)).toEqual([]);
  });

  test('only what ends in resolutions is taken from anybody', () => {
    expect(takesFromAnybody(['ban', 'unban', 'promote', 'demote'])).toBe(true);
    expect(takesFromAnybody([])).toBe(false);
    for (const other of ['vote', 'text', 'merge', 'papers', 'leave'] as const) {
      expect(takesFromAnybody(['ban', other])).toBe(false);
    }
  });
});
