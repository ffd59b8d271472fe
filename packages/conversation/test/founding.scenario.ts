import { expect, test } from 'vitest';
import { layout, verifyHistory } from '@covey/conversation';
import {
  counterClock,
  ISSUED_AT,
  makeTestAccount,
  stage,
  TEST_CRYPTO,
  TestDevice,
} from '@covey/testkit';
import { foundingFiles } from './cases/initial.ts';
import { judged, uriOf } from './cases/rule-case.ts';

async function newcomer(name = 'alice') {
  return new TestDevice(await makeTestAccount(name), counterClock());
}

test('CONV-1, VAL-2: the first commit holds chain and device of its creator, and nothing else; its hash is the conversation', async () => {
  const { alice } = await stage(['alice']);
  const { state } = await alice.resolved();
  expect([...state.files.keys()].sort()).toEqual(
    [layout.adminPath(alice.uri), layout.devicePath(alice.deviceId)].sort(),
  );
  const report = await verifyHistory(alice.heads, alice.store, TEST_CRYPTO, { profile: 'strict' });
  expect(report).toMatchObject({ valid: true, conversation: alice.heads[0], mode: 2 });
});

test('CONV-1: in mode 0, and only there, it holds the invitation of the other', async () => {
  const invited = await uriOf('bob');
  const { alice, bob } = await stage(['alice', 'bob'], { charter: { mode: 0, invited } });
  const root = alice.history.root;
  const state = root && (await alice.history.papers.state(root.tree, alice.store));
  expect(state?.has(layout.invitedPath(invited))).toBe(true);
  expect((await bob.resolved()).state.placeOf(bob.uri)).toBe('member');
});

test('SWARM-6: a conversation with oneself has no invitation, and nobody can be added', async () => {
  const alice = await newcomer();
  await alice.write({ kind: 'initial', charter: { mode: 0, invited: alice.uri } });
  expect((await alice.resolved()).state.files.size).toBe(2);
  await expect(alice.write({ kind: 'add', uri: await uriOf('bob') })).rejects.toMatchObject({
    code: 'COMMIT_REFUSED',
    data: { rule: 'add/one-to-one-stays-two' },
  });
});

test.each([
  { mode: 1 },
  { mode: 2 },
  { mode: 3 },
  { mode: 2, flat: true },
  { mode: 3, flat: false },
  { mode: 1, profile: 'member', version: 1 },
])('MSG-1, SWARM-6: %j can be founded', async (charter) => {
  const alice = await newcomer();
  await alice.write({ kind: 'initial', charter });
  expect(alice.history.charter).toMatchObject({ mode: charter.mode, creator: alice.uri });
});

test.each([2, '1', 0, null, {}])(
  'SWARM-8: a conversation under rules version %j is left to programs that know it',
  async (version) => {
    const alice = await newcomer();
    const message = { mode: 2, type: 'initial', version };
    expect(await judged(alice, { message, files: foundingFiles(alice) })).toMatchObject({
      broken: {
        rule: 'initial/rules-version',
        found: expect.stringMatching(/needs a newer program/),
      },
    });
  },
);

test.each([
  { mode: 4 },
  { mode: -1 },
  { mode: '2' },
  { mode: null },
  {},
  { mode: 0 },
  { mode: 0, invited: 'bob' },
  { mode: 2, invited: 'ab'.repeat(20) },
  { mode: 2, profile: 'nobody' },
  { mode: 1, flat: true },
  { mode: 2, flat: 'yes' },
])('MSG-1, SWARM-6, SWARM-8: %j cannot', async (charter) => {
  const alice = await newcomer();
  const message = { ...charter, type: 'initial' };
  expect(await judged(alice, { message, files: foundingFiles(alice) })).toMatchObject({
    broken: { rule: 'initial/charter' },
  });
});

test('VAL-2: a first commit of any other type is refused', async () => {
  const alice = await newcomer();
  const files = foundingFiles(alice);
  for (const type of ['text/plain', 'vote', 'application/update-profile']) {
    expect(await judged(alice, { message: { mode: 2, type }, files })).toMatchObject({
      broken: { rule: 'initial/is-the-root' },
    });
  }
});

test('VAL-2: the signature of the first commit is checked like any other', async () => {
  const alice = await newcomer();
  const forgery = { message: { mode: 2, type: 'initial' }, files: foundingFiles(alice) };
  expect(await judged(alice, { ...forgery, signature: null })).toMatchObject({
    broken: { rule: 'every-commit/signature', found: 'signature is absent' },
  });
});

test('VAL-2: a second root is refused, and so is a merge that would bring it in', async () => {
  const { bob } = await stage(['alice', 'bob']);
  const message = { mode: 2, type: 'initial' };
  const root = await bob.forge({ message, parents: [], files: foundingFiles(bob) });
  expect(await bob.judges(root)).toMatchObject({ broken: { rule: 'initial/is-the-root' } });
  const merge = { message: `Merge commit '${root}'`, parents: [...bob.heads, root] };
  expect(await bob.judges(await bob.forge(merge))).toMatchObject({
    broken: { rule: 'initial/is-the-root', commit: root },
  });
});

test('VAL-2: a revocation list in the first commit must be a good one of the creator', async () => {
  const alice = await newcomer();
  const lost = await alice.account.addDevice('lost');
  const found = async (list: Uint8Array | string) => {
    const files = { ...foundingFiles(alice), [layout.crlPath(alice.uri)]: list };
    return judged(alice, { message: { mode: 2, type: 'initial' }, files });
  };
  expect(await found(await alice.account.revoke(1n, [lost]))).toHaveProperty('entry');
  const refused = { broken: { rule: 'every-commit/own-papers', path: layout.crlPath(alice.uri) } };
  expect(await found('no list')).toMatchObject(refused);
  expect(await found(await alice.account.revoke(1n, [alice.writer]))).toMatchObject(refused);
  const mallory = await makeTestAccount('mallory');
  expect(await found(await mallory.revoke(1n, [lost]))).toMatchObject(refused);
});

test("VAL-2: the papers in the first commit must be the creator's own", async () => {
  const alice = await newcomer();
  const mallory = await makeTestAccount('mallory');
  const message = { mode: 2, type: 'initial' };
  const paper = await mallory.issuePaper(alice.writer, ISSUED_AT, alice.account);
  const files = { ...foundingFiles(alice), [layout.devicePath(alice.deviceId)]: paper };
  expect(await judged(alice, { message, files })).toMatchObject({
    broken: { rule: 'every-commit/device-chains-to-account' },
  });
  const chain = { ...foundingFiles(alice), [layout.adminPath(alice.uri)]: mallory.chainPem };
  expect(await judged(alice, { message, files: chain })).toMatchObject({
    broken: { rule: 'every-commit/device-chains-to-account' },
  });
});
