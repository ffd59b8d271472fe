import { describe, expect, test } from 'vitest';
import { toBase64, utf8 } from '@covey/codec';
import { layout, timeline, writeVcard } from '@covey/conversation';
import { deviceLike, ISSUED_AT, makeTestAccount, stage, sync } from '@covey/testkit';
import { PICTURE } from './cases/message.ts';
import { judged, NOBODY, text } from './cases/rule-case.ts';

const CALL = 'application/call-history+json';

describe('MSG-2, MSG-4, MSG-5, MSG-10: what is said', () => {
  test.each([
    ['MSG-2', text('hello')],
    ['MSG-2', text('')],
    ['MSG-4', { duration: '0', to: 'ab'.repeat(20), type: CALL }],
    ['MSG-4', { duration: '9', reason: 'busy', to: 'ab'.repeat(20), type: CALL }],
    ['MSG-4', { confId: '7', device: 'cd'.repeat(32), type: CALL, uri: 'ab'.repeat(20) }],
    ['MSG-5', PICTURE],
    ['MSG-5', { ...PICTURE, totalSize: '0' }],
    ['MSG-10', { type: 'application/poll+json', question: 'lunch?' }],
  ])('%s: %j is accepted', async (_, message) => {
    const { bob } = await stage(['alice', 'bob']);
    expect(await judged(bob, { message })).toHaveProperty('entry');
  });

  test.each([
    ['MSG-2', 'message/body', { body: 7, type: 'text/plain' }],
    ['MSG-2', 'message/one-relation', text('x', { 'reply-to': 'last' })],
    ['MSG-2', 'message/target-among-ancestors', text('x', { 'reply-to': NOBODY })],
    ['MSG-3', 'edit/original-among-ancestors', { body: 'x', type: 'application/edited-message' }],
    ['MSG-4', 'call/fields', { duration: 5, to: 'ab'.repeat(20), type: CALL }],
    ['MSG-4', 'call/fields', { duration: '5', type: CALL }],
    ['MSG-5', 'file/fields', { ...PICTURE, tid: '' }],
    ['MSG-5', 'file/fields', { ...PICTURE, tid: '042' }],
    ['MSG-5', 'file/fields', { ...PICTURE, totalSize: '-1' }],
    ['MSG-5', 'file/fields', { ...PICTURE, sha3sum: 'AB'.repeat(64) }],
    ['MSG-5', 'file/fields', { ...PICTURE, displayName: '' }],
    ['MSG-10', 'every-commit/type-is-known', { type: 'poll' }],
    ['MSG-10', 'every-commit/type-is-known', { action: 'own', type: 'member', uri: NOBODY }],
  ])('%s: %s refuses %j', async (_, rule, message) => {
    const { bob } = await stage(['alice', 'bob']);
    expect(await judged(bob, { message })).toMatchObject({ broken: { rule } });
  });

  test('MSG-3: an edit names the original, by the same account from any of its devices', async () => {
    const { alice, bob } = await stage(['alice', 'bob']);
    const original = await bob.says('helo');
    const phone = await deviceLike(bob, { label: 'phone' });
    const edition = await phone.says('hello', { edit: original.oid });
    await sync(alice, bob, phone);
    const by = (edit: string) => ({ body: 'x', edit, type: 'application/edited-message' });
    expect(await judged(alice, { message: by(original.oid) })).toMatchObject({
      broken: { rule: 'edit/same-account' },
    });
    expect(await judged(bob, { message: by(edition.oid) })).toMatchObject({
      broken: { rule: 'edit/names-the-original', found: 'edits an edit' },
    });
  });

  test('MSG-5: only a file is deleted as a file is, and only once', async () => {
    const { alice } = await stage(['alice']);
    const [word, file] = [
      await alice.says('no file'),
      await alice.write({ kind: 'message', fields: PICTURE }),
    ];
    const deleting = (edit: string) => ({ edit, tid: '', type: PICTURE.type });
    const deletion = await alice.write({ kind: 'message', fields: deleting(file.oid) });
    for (const { oid } of [word, deletion]) {
      expect(await judged(alice, { message: deleting(oid) })).toMatchObject({
        broken: { rule: 'edit/names-the-original' },
      });
    }
  });

  test('MSG-6, VAL-9: the profile is one file, and by default for admins', async () => {
    const { alice, bob } = await stage(['alice', 'bob']);
    await alice.write({ kind: 'profile', profile: { title: 'Friends' } });
    await sync(alice, bob);
    expect((await bob.resolved()).state.has(layout.PROFILE_PATH)).toBe(true);
    await expect(bob.write({ kind: 'profile', profile: { title: 'Foes' } })).rejects.toMatchObject({
      data: { rule: 'profile/by-whom' },
    });
    const gone = { [layout.PROFILE_PATH]: undefined };
    const message = { type: 'application/update-profile' };
    expect(await judged(alice, { message, files: gone })).toMatchObject({
      broken: { rule: 'profile/only-the-profile', path: layout.PROFILE_PATH },
    });
  });

  test('VAL-9: where the first commit says so, and in a flat group, members set the profile', async () => {
    for (const charter of [
      { mode: 1, profile: 'member' },
      { mode: 2, flat: true },
    ]) {
      const { bob } = await stage(['alice', 'bob'], { charter });
      await bob.write({ kind: 'profile', profile: { title: 'Ours' } });
    }
  });

  test('VAL-9: a profile may be 256 KiB long and not a byte longer', async () => {
    const { alice } = await stage(['alice']);
    const overhead = writeVcard({ avatar: 'A' }).length - 1;
    const found = async (bytes: number) => {
      const vcard = writeVcard({ avatar: 'A'.repeat(bytes - overhead) });
      const files = { [layout.PROFILE_PATH]: vcard };
      return judged(alice, { message: { type: 'application/update-profile' }, files });
    };
    expect(await found(256 * 1024)).toHaveProperty('entry');
    expect(await found(256 * 1024 + 1)).toMatchObject({ broken: { rule: 'profile/size' } });
  });
});

describe('VAL-3: a text changes nothing but what is its author’s own', () => {
  test('VAL-1, VAL-3: a further device brings its certificate with its first message', async () => {
    const { alice, bob } = await stage(['alice', 'bob']);
    const phone = await deviceLike(bob, { label: 'phone' });
    await phone.says('hello from my phone');
    await sync(alice, bob, phone);
    expect((await alice.resolved()).state.hasDevice(phone.deviceId)).toBe(true);
  });

  test('VAL-3: certificates are renewed with a later end, and by no other account', async () => {
    const { bob } = await stage(['alice', 'bob']);
    const mallory = await makeTestAccount('mallory');
    const path = layout.devicePath(bob.deviceId);
    const next = new Date(ISSUED_AT.getTime() + 86_400_000);
    const before = new Date(ISSUED_AT.getTime() - 86_400_000);
    const found = async (paper: Uint8Array) =>
      judged(bob, { message: text('renewed'), files: { [path]: paper } });
    expect(await found(await bob.account.issuePaper(bob.writer, next))).toHaveProperty('entry');
    expect(await found(await bob.account.issuePaper(bob.writer, before))).toMatchObject({
      broken: { rule: 'every-commit/own-papers', found: 'ends no later than the one before' },
    });
    expect(await found(await mallory.issuePaper(bob.writer, next, bob.account))).toMatchObject({
      broken: { rule: 'every-commit/device-chains-to-account' },
    });
    const chain = { [layout.memberPath(bob.uri)]: await bob.account.renewChain(next) };
    expect(await judged(bob, { message: text('x'), files: chain })).toHaveProperty('entry');
  });

  test('VAL-3: one device cannot go over to another account by renewing', async () => {
    const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
    const paper = await carol.account.issuePaper(
      bob.writer,
      new Date(ISSUED_AT.getTime() + 86_400_000),
    );
    await sync(alice, bob, carol);
    const files = { [layout.devicePath(bob.deviceId)]: paper };
    expect(await judged(bob, { message: text('I am carol now'), files })).toMatchObject({
      broken: { rule: 'every-commit/own-papers', found: 'a certificate by another account' },
    });
  });

  test('SAFE-2: a path that names a tree where a file must be gets a verdict, not a crash', async () => {
    const { bob } = await stage(['alice', 'bob']);
    const [head] = bob.history.heads;
    if (!head) throw new Error('a group has a head');
    const files = { [layout.devicePath(bob.deviceId)]: { oid: head.tree } };
    expect(await judged(bob, { message: text('x'), files })).toMatchObject({
      broken: { rule: 'every-commit/tree' },
    });
  });
});

describe('VAL-1: one spelling for every commit', () => {
  test.each([
    ['another committer', { committer: { name: 'somebody' } }],
    ['another time of commit', { committer: { time: 1 } }],
    ['no signature', { signature: null }],
    ['an empty signature', { signature: '' }],
    ['a signature that is no base64', { signature: '****' }],
    ['a signature of other bytes', { signature: toBase64(new Uint8Array(64)) }],
    ['a byte order mark', { message: '\ufeff{"body":"x","type":"text/plain"}' }],
    ['bytes that are no text', { message: Uint8Array.of(0xff, 0xfe) }],
    ['an e-mail that is no device', { author: { email: 'bob@example.org' } }],
    ['a name that hides', { author: { name: 'alice\u202e' } }],
    ['a time zone that does not exist', { author: { zone: '+9999' } }],
    ['no message', { message: '' }],
  ])('VAL-1: a commit with %s is refused', async (_, lie) => {
    const { bob } = await stage(['alice', 'bob']);
    const { broken } = {
      broken: undefined,
      ...(await judged(bob, { message: text('x'), ...lie })),
    };
    expect(broken).toMatchObject({ rule: expect.stringMatching(/^every-commit\//) });
  });

  test('VAL-1: a signed message cannot be copied under a new id', async () => {
    const { bob } = await stage(['alice', 'bob']);
    const fold = (line: string) => `${line.slice(0, 40)}\n ${line.slice(40)}`;
    const respell = (change: (text: string) => string) => async () => {
      const rewrite = (commit: Uint8Array) => utf8(change(new TextDecoder().decode(commit)));
      return judged(bob, { message: text('once'), rewrite });
    };
    for (const copied of [
      respell((commit) => commit.replace(/^signature .*$/m, fold)),
      respell((commit) => commit.replace(/^(signature .*)=$/m, '$1')),
      respell((commit) => commit.replace('signature ', 'signature  ')),
      respell((commit) => commit.replace('signature ', 'gpgsig ')),
    ]) {
      expect(await copied()).toHaveProperty('broken');
    }
  });

  test('VAL-11: a refusal names rule, commit and path', async () => {
    const { alice, bob } = await stage(['alice', 'bob']);
    const path = layout.adminPath(bob.uri);
    const files = { [path]: bob.writer.chainPem };
    const oid = await bob.forge({ message: text('hello'), files });
    expect(await alice.receive(bob, [oid])).toEqual({
      broken: { rule: 'message/no-other-change', found: 'added', path, commit: oid },
    });
    expect(alice.history.entry(oid)).toBeUndefined();
  });
});

test('BAN-4, SYNC-8: a message that claims to be of 1970 is shown where it was written', async () => {
  const { alice, bob } = await stage(['alice', 'bob']);
  await alice.says('first');
  await sync(alice, bob);
  await bob.adopts(await bob.forge({ message: text('second'), author: { time: 0 } }));
  await bob.says('third');
  await sync(alice, bob);
  const bodies = timeline(alice.history.entries()).map(({ fields }) => fields['body']);
  expect(bodies.slice(-3)).toEqual(['first', 'second', 'third']);
});
