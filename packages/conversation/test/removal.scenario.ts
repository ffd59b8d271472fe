import { describe, expect, test } from 'vitest';
import { layout } from '@covey/conversation';
import { deviceLike, ISSUED_AT, stage, sync, type TestDevice } from '@covey/testkit';
import { judged, member, vote } from './cases/rule-case.ts';

const { bannedPath, crlPath, devicePath, memberPath, votePath } = layout;
const refusedBy = (rule: string) => ({ code: 'COMMIT_REFUSED', data: { rule } });

async function decides(device: TestDevice, action: layout.VoteAction, target: string) {
  await device.votes(action, target);
  return device.resolves(action, target);
}

/** Brings the account's list in, in which the target is named, and takes the target out of the tree. */
async function revokes(device: TestDevice, target: TestDevice, number = 1n) {
  const pem = await device.account.revoke(number, [target.writer]);
  const [oid] = await device.store.write([{ type: 'blob', bytes: pem }]);
  return device.changes(
    { body: 'lost it', type: 'text/plain' },
    (state) => [
      [crlPath(device.uri), oid],
      ...[devicePath(target.deviceId), ...state.votesAbout(target.deviceId)]
        .filter((path) => state.has(path))
        .map((path) => [path, undefined] as const),
    ],
    [pem],
  );
}

async function withPhone() {
  const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
  const phone = await deviceLike(bob, { label: 'phone' });
  await phone.says('from my phone');
  await sync(alice, bob, carol, phone);
  return { alice, bob, carol, phone };
}

describe('bans', () => {
  test.each([
    ['another action than the path', { action: 'unban' }],
    ['no action', {}],
    ['the old name of the action', { voteType: 'ban' }],
    ['a key more', { action: 'ban', reason: 'spam' }],
  ])('MSG-8: a vote with %s is refused by strict and reported by jami', async (_, lie) => {
    for (const profile of ['strict', 'jami'] as const) {
      const { alice, bob } = await stage(['alice', 'bob'], { profile });
      const files = { [votePath('ban', 'members', bob.uri, alice.uri)]: '' };
      const oid = await alice.forge({ message: { ...lie, type: 'vote', uri: bob.uri }, files });
      const rule = 'vote/message-and-path-agree';
      expect(await alice.judges(oid)).toMatchObject(
        profile === 'strict' ? { broken: { rule } } : { entry: { deviations: [{ rule }] } },
      );
    }
  });

  test('BAN-1, BAN-2, VAL-7, VAL-4: a lone admin votes and resolves; papers move, votes and devices go', async () => {
    const { alice, bob, carol, phone } = await withPhone();
    await alice.votes('ban', bob.uri);
    expect((await alice.resolved()).state.has(votePath('ban', 'members', bob.uri, alice.uri))).toBe(
      true,
    );
    await alice.resolves('ban', bob.uri);
    await sync(alice, carol);
    const { state } = await carol.resolved();
    expect(state.bannedFrom(bob.uri)).toBe('members');
    expect(state.has(memberPath(bob.uri))).toBe(false);
    expect([bob, phone].map(({ deviceId }) => state.hasDevice(deviceId))).toEqual([false, false]);
    expect([...state.files.keys()].filter((path) => path.startsWith('votes/'))).toEqual([]);
  });

  test('BAN-3: an unban brings the role back; devices come back with their own next commit', async () => {
    const { alice, bob, phone } = await withPhone();
    for (const action of ['ban', 'unban'] as const) {
      await alice.votes(action, bob.uri);
      await alice.resolves(action, bob.uri);
    }
    await sync(alice, bob, phone);
    expect((await bob.resolved()).state.placeOf(bob.uri)).toBe('member');
    expect((await bob.resolved()).state.hasDevice(bob.deviceId)).toBe(false);
    await bob.says('thanks');
    const { state } = await bob.resolved();
    expect([bob, phone].map(({ deviceId }) => state.hasDevice(deviceId))).toEqual([true, false]);
  });

  test('BAN-3: a device that is banned by itself stays so when its account comes back', async () => {
    const { alice, bob, phone } = await withPhone();
    await alice.votes('ban', phone.deviceId);
    await alice.resolves('ban', phone.deviceId);
    for (const action of ['ban', 'unban'] as const) {
      await alice.votes(action, bob.uri);
      await alice.resolves(action, bob.uri);
    }
    await sync(alice, bob, phone);
    await bob.says('thanks');
    await expect(phone.says('me too')).rejects.toMatchObject(
      refusedBy('every-commit/author-in-standing'),
    );
    await sync(alice, bob);
    await alice.votes('unban', phone.deviceId);
    await alice.resolves('unban', phone.deviceId);
    await phone.receive(alice);
    await phone.says('now me too');
    expect((await phone.resolved()).state.hasDevice(phone.deviceId)).toBe(true);
  });

  test('BAN-2: the invited are banned too, and an unban invites again', async () => {
    const { alice } = await stage(['alice']);
    const doris = await deviceLike(alice, { name: 'doris' });
    await alice.write({ kind: 'add', uri: doris.writer.uri });
    await alice.votes('ban', doris.uri);
    await alice.resolves('ban', doris.uri);
    expect((await alice.resolved()).state.has(bannedPath('invited', doris.uri))).toBe(true);
    await expect(alice.write({ kind: 'add', uri: doris.writer.uri })).rejects.toMatchObject(
      refusedBy('add/not-banned'),
    );
    await alice.votes('unban', doris.uri);
    await alice.resolves('unban', doris.uri);
    expect((await alice.resolved()).state.placeOf(doris.uri)).toBe('invited');
  });

  test('VAL-4: nobody votes twice, for another, on himself or on his own device', async () => {
    const { alice, bob, carol } = await withPhone();
    const own = await deviceLike(alice, { label: 'phone' });
    await own.says('hello');
    await sync(alice, own);
    await alice.votes('ban', bob.uri);
    await expect(alice.votes('ban', bob.uri)).rejects.toMatchObject(refusedBy('vote/one-file'));
    await expect(alice.votes('ban', alice.uri)).rejects.toMatchObject(
      refusedBy('vote/not-on-oneself'),
    );
    await expect(alice.votes('ban', own.deviceId)).rejects.toMatchObject(
      refusedBy('vote/not-on-oneself'),
    );
    const files = { [votePath('ban', 'members', carol.uri, bob.uri)]: '' };
    expect(await judged(alice, { message: vote('ban', carol.uri), files })).toMatchObject({
      broken: { rule: 'vote/by-an-admin', found: 'votes as another' },
    });
  });

  test('SWARM-6: in a one-to-one and in a flat group nobody is voted out, not even by its creator', async () => {
    const { bob: guest } = await stage(['alice', 'bob']);
    for (const charter of [
      { mode: 0, invited: guest.uri },
      { mode: 2, flat: true },
    ]) {
      const { alice, bob } = await stage(['alice', 'bob'], { charter });
      await expect(alice.votes('ban', bob.uri)).rejects.toMatchObject(
        refusedBy('vote/group-has-votes'),
      );
      await expect(alice.resolves('ban', bob.uri)).rejects.toMatchObject(
        refusedBy('resolution/group-has-votes'),
      );
    }
  });

  test('BAN-7, BAN-1: admins promote and demote by majority; the promoted counts from then on', async () => {
    const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
    await decides(alice, 'promote', bob.uri);
    await sync(alice, bob, carol);
    expect((await carol.resolved()).state.placeOf(bob.uri)).toBe('admin');
    await bob.votes('promote', carol.uri);
    await expect(bob.resolves('promote', carol.uri)).rejects.toMatchObject(
      refusedBy('resolution/majority'),
    );
    await sync(alice, bob, carol);
    await decides(alice, 'promote', carol.uri);
    await alice.votes('demote', bob.uri);
    await bob.receive(alice);
    await bob.votes('ban', carol.uri);
    await sync(alice, bob, carol);
    await decides(carol, 'demote', bob.uri);
    const { state } = await carol.resolved();
    expect(state.admins).toEqual([alice.uri, carol.uri].sort());
    expect(state.has(memberPath(bob.uri))).toBe(true);
    // With his office his votes went, those on others too.
    expect([...state.files.keys()].filter((path) => path.startsWith('votes/'))).toEqual([]);
    expect(state.hasDevice(bob.deviceId)).toBe(true);
  });

  test('BAN-7: a device, an invited person and an admin are not promoted, a member is not demoted', async () => {
    const { alice, bob } = await withPhone();
    const doris = await deviceLike(alice, { name: 'doris' });
    await alice.write({ kind: 'add', uri: doris.writer.uri });
    for (const [action, from, target] of [
      ['promote', 'devices', bob.deviceId],
      ['promote', 'invited', doris.uri],
      ['promote', 'admins', bob.uri],
      ['demote', 'members', bob.uri],
      ['demote', 'devices', bob.deviceId],
    ] as const) {
      const files = { [votePath(action, from, target, alice.uri)]: '' };
      expect(await judged(alice, { message: vote(action, target), files })).toMatchObject({
        broken: { rule: 'vote/target-is-there' },
      });
    }
  });
});

describe('votes fall with the place of their target', () => {
  test('VAL-7: a vote on a banned device falls when its account is banned, unbanned, leaves or is invited', async () => {
    const { alice, bob, phone } = await withPhone();
    await alice.votes('ban', phone.deviceId);
    await alice.resolves('ban', phone.deviceId);
    const path = votePath('unban', 'devices', phone.deviceId, alice.uri);
    const castAnd = async (then: () => Promise<unknown>) => {
      await sync(alice, bob);
      await alice.votes('unban', phone.deviceId);
      await sync(alice, bob);
      await then();
      await sync(alice, bob);
      expect((await alice.resolved()).state.has(path)).toBe(false);
    };
    await castAnd(async () => {
      await alice.votes('ban', bob.uri);
      await alice.resolves('ban', bob.uri);
    });
    await castAnd(async () => {
      await alice.votes('unban', bob.uri);
      await alice.resolves('unban', bob.uri);
    });
    await castAnd(async () => {
      await bob.says('back');
      await bob.write({ kind: 'leave' });
    });
    await castAnd(() => alice.write({ kind: 'add', uri: bob.writer.uri }));
    await castAnd(() => bob.write({ kind: 'join' }));
  });
});

describe('revocation', () => {
  test('VAL-1, ID-3: what a revoked device writes afterwards is refused, for ever', async () => {
    const { alice, bob, phone } = await withPhone();
    await revokes(bob, phone);
    await sync(alice, bob, phone);
    const files = { [devicePath(phone.deviceId)]: phone.writer.devicePem };
    const message = { body: 'still me', type: 'text/plain' };
    const refused = {
      broken: { rule: 'every-commit/author-in-standing', found: 'the device is revoked' },
    };
    expect(await judged(phone, { message, files })).toMatchObject(refused);
    await bob.write({ kind: 'leave' });
    await sync(alice, bob);
    await alice.write({ kind: 'add', uri: bob.writer.uri });
    await sync(alice, phone);
    const joining = {
      [layout.invitedPath(bob.uri)]: undefined,
      [memberPath(bob.uri)]: bob.writer.chainPem,
      ...files,
    };
    expect(await judged(phone, { message: member('join', bob.uri), files: joining })).toMatchObject(
      refused,
    );
  });

  test('VAL-1, ID-3: a later list that leaves a device out does not bring it back', async () => {
    const { alice, bob, carol, phone } = await withPhone();
    await revokes(bob, phone);
    const other = await bob.account.revoke(9n, [carol.writer]);
    const later = await bob.forge({
      message: { body: 'another list', type: 'text/plain' },
      files: { [crlPath(bob.uri)]: other },
    });
    expect(await bob.adopts(later)).toHaveProperty('entries');
    await sync(alice, bob, phone);
    const files = { [devicePath(phone.deviceId)]: phone.writer.devicePem };
    expect(
      await judged(phone, { message: { body: 'still me', type: 'text/plain' }, files }),
    ).toMatchObject({
      broken: { rule: 'every-commit/author-in-standing', found: 'the device is revoked' },
    });
  });

  test('BAN-2: a list is never taken away, neither by a ban nor by a leave', async () => {
    const { alice, bob, carol, phone } = await withPhone();
    await revokes(bob, phone);
    await sync(alice, bob, carol);
    await bob.write({ kind: 'leave' });
    await sync(alice, bob, carol);
    expect((await carol.resolved()).state.has(crlPath(bob.uri))).toBe(true);
    const gone = { [crlPath(bob.uri)]: undefined };
    expect(
      await judged(carol, { message: { body: 'x', type: 'text/plain' }, files: gone }),
    ).toMatchObject({ broken: { rule: 'message/no-other-change' } });
  });

  test('VAL-1: a list takes its device and the votes on it along, and its number rises', async () => {
    const { alice, bob, phone } = await withPhone();
    await alice.votes('ban', phone.deviceId);
    await sync(alice, bob);
    const list = await bob.account.revoke(1n, [phone.writer]);
    const message = { body: 'lost it', type: 'text/plain' };
    const path = crlPath(bob.uri);
    const half = { [path]: list, [devicePath(phone.deviceId)]: undefined };
    expect(await judged(bob, { message, files: half })).toMatchObject({
      broken: { rule: 'every-commit/own-papers', path },
    });
    await revokes(bob, phone, 2n);
    const lower = {
      [path]: await bob.account.revoke(2n, [
        phone.writer,
        { devicePem: await bob.account.issuePaper(phone.writer, new Date(0)) },
      ]),
    };
    expect(await judged(bob, { message, files: lower })).toMatchObject({
      broken: { rule: 'every-commit/own-papers', found: 'the number does not rise' },
    });
  });

  test('VAL-1: no device revokes itself, be it with its first commit', async () => {
    const { bob } = await stage(['alice', 'bob']);
    const phone = await deviceLike(bob, { label: 'phone' });
    const list = await bob.account.revoke(1n, [phone.writer]);
    const message = { body: 'good bye', type: 'text/plain' };
    const files = {
      [crlPath(bob.uri)]: list,
      [devicePath(phone.deviceId)]: phone.writer.devicePem,
    };
    expect(await judged(phone, { message, files })).toMatchObject({
      broken: { rule: 'every-commit/own-papers', found: 'revokes the device that writes it' },
    });
  });

  test('ID-3: a device revoked once stays revoked, whatever other certificate its account or a thief brings', async () => {
    const { alice, bob, carol, phone } = await withPhone();
    const paper = await bob.account.issuePaper(phone.writer, new Date(ISSUED_AT.getTime() + 1000));
    await phone.renews(paper);
    await sync(alice, bob, carol, phone);
    // The list names only the certificate that is in the tree, or only the one before: the device is the same.
    await bob.revokes({ devicePem: paper });
    await sync(alice, bob, carol, phone);
    expect((await alice.resolved()).state.hasDevice(phone.deviceId)).toBe(false);
    const message = { body: 'found it', type: 'text/plain' };
    for (const devicePem of [
      phone.writer.devicePem,
      await bob.account.issuePaper(phone.writer, new Date(ISSUED_AT.getTime() + 2000)),
    ]) {
      const files = { [devicePath(phone.deviceId)]: devicePem };
      expect(await judged(phone, { message, files })).toMatchObject({
        broken: { rule: 'every-commit/author-in-standing', found: 'the device is revoked' },
      });
    }
  });

  test('ID-3: a list that names an earlier certificate of a device takes the device along', async () => {
    const { alice, bob, carol, phone } = await withPhone();
    const paper = await bob.account.issuePaper(phone.writer, new Date(ISSUED_AT.getTime() + 1000));
    await phone.renews(paper);
    await sync(alice, bob, carol, phone);
    await bob.revokes(phone.writer);
    await sync(alice, bob, carol, phone);
    expect((await alice.resolved()).state.hasDevice(phone.deviceId)).toBe(false);
    await carol.says('and on');
    expect((await carol.resolved()).state.hasDevice(phone.deviceId)).toBe(false);
  });
});
