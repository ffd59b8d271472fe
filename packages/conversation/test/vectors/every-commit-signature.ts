import { concatBytes, fromBase64, toBase64, utf8 } from '@covey/codec';
import { layout } from '@covey/conversation';
import { readCommit } from '@covey/git-objects';
import { type Forgery, sync, type TestDevice, testSigner } from '@covey/testkit';
import { among, type Group, honestTruths, paperOf } from './among.ts';
import { type Attempt, attempt, type RuleTable, text, uriOf } from './attempt.ts';
import { phoneOf } from './cast.ts';
import { LATER } from './scene.ts';

const { adminPath, devicePath, memberPath } = layout;

const signed = (name: string, lie: Partial<Forgery>, more: Partial<Attempt> = {}): Attempt =>
  among(name, ({ alice }) => [alice, { message: text('hello'), ...lie }], more);

/** Of the group of Ed25519 (RFC 8032 section 5.1). */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The same signature with S + L for S: another spelling, and once as good for who doesn't look. */
function respelt(commit: Uint8Array): Uint8Array {
  const { signature = '' } = readCommit(commit).commit ?? {};
  const bytes = fromBase64(signature);
  let s = 0n;
  for (let at = 63; at >= 32; at--) s = s * 256n + BigInt(bytes[at] ?? 0);
  let other = s + ORDER;
  const forged = Uint8Array.from(bytes);
  for (let at = 32; at < 64; at++) {
    forged[at] = Number(other % 256n);
    other /= 256n;
  }
  const text = new TextDecoder().decode(commit);
  return utf8(text.replace(signature, toBase64(forged)));
}

const inTheText =
  (from: string, to: string): NonNullable<Forgery['rewrite']> =>
  (commit) =>
    utf8(new TextDecoder().decode(commit).replace(from, to));

const signature: RuleTable[string] = {
  truths: [
    ...honestTruths.slice(0, 3),
    attempt('a merge', async (scene) => {
      const { alice } = await scene.group(['alice']);
      const [, other] = await scene.takeTwoHeads(alice);
      return scene.commits(alice, { message: `Merge commit '${other}'` });
    }),
  ],
  lies: [
    signed("somebody else's", { signer: testSigner('somebody else') }),
    signed('none', { signature: null }),
    signed('64 zeros', { signature: toBase64(new Uint8Array(64)) }),
    signed('a byte too few', { signature: toBase64(new Uint8Array(63)) }),
    signed('the neutral element and zero, which holds for a key of small order', {
      signature: toBase64(concatBytes(Uint8Array.of(1), new Uint8Array(63))),
    }),
    signed('the same in another spelling: S + L', { rewrite: respelt }),
    signed('of another text', { rewrite: inTheText('hello', 'hullo') }),
    signed("by the account's own key", { signer: testSigner('alice, account') }),
    among('by another device of the account', async ({ alice }) => {
      const phone = await alice.account.addDevice('phone');
      return [alice, { message: text('hello'), signer: phone.signer }];
    }),
    among('by another member', ({ alice, bob }) => [
      alice,
      { message: text('hello'), signer: bob.writer.signer },
    ]),
    attempt('of a merge, by another member', async (scene) => {
      const { alice, bob } = await scene.group(['alice', 'bob']);
      const [, other] = await scene.takeTwoHeads(alice);
      const signer = bob.writer.signer;
      return scene.commits(alice, { message: `Merge commit '${other}'`, signer });
    }),
    attempt(
      'of a root',
      async (scene) => {
        const { alice } = await scene.group(['alice']);
        const files = { [adminPath(alice.uri)]: alice.writer.chainPem, ...paperOf(alice) };
        const signer = testSigner('somebody else');
        const root = { message: { mode: 2, type: 'initial' }, parents: [], files, signer };
        const made = await scene.commits(alice, root);
        return { ...made, root: made.commit, beside: [] };
      },
      { places: ['set-up'], holes: ['H6'] },
    ),
    attempt(
      'of a root that holds an invitation',
      async (scene) => {
        const { alice } = await scene.group(['alice']);
        const files = {
          ...{ [adminPath(alice.uri)]: alice.writer.chainPem, ...paperOf(alice) },
          [layout.invitedPath(await uriOf('bob'))]: '',
        };
        const message = { invited: await uriOf('bob'), mode: 0, type: 'initial' };
        const forged = { message, parents: [], files, signature: null };
        const made = await scene.commits(alice, forged);
        return { ...made, root: made.commit, beside: [] };
      },
      { places: ['set-up'], holes: ['H6'] },
    ),
  ],
};

/** A text by bob, who changes papers of his own. */
const papers = (
  name: string,
  files: (group: Group & { phone: TestDevice }) => Promise<NonNullable<Forgery['files']>>,
  more: Partial<Attempt> = {},
): Attempt =>
  among(
    name,
    async (group) => {
      const phone = await phoneOf(group.bob, [group.alice, group.carol]);
      return [group.bob, { message: text('new papers'), files: await files({ ...group, phone }) }];
    },
    more,
  );

const EARLIER = new Date('2026-10-01T00:00:00Z');

const ownPapers: RuleTable[string] = {
  truths: [
    papers("the device's certificate, renewed", async ({ bob }) => ({
      [devicePath(bob.deviceId)]: await bob.account.issuePaper(bob.writer, LATER),
    })),
    papers("the account's chain, renewed", async ({ bob }) => ({
      [memberPath(bob.uri)]: await bob.account.renewChain(LATER),
    })),
    papers('a list, and the device that it revokes goes', async ({ bob, phone }) => ({
      [layout.crlPath(bob.uri)]: await bob.account.revoke(1n, [phone.writer]),
      [devicePath(phone.deviceId)]: undefined,
    })),
    papers('a list that revokes nobody', async ({ bob }) => ({
      [layout.crlPath(bob.uri)]: await bob.account.revoke(1n, []),
    })),
  ],
  lies: [
    papers('a list that another account signed', async ({ bob, carol, phone }) => ({
      [layout.crlPath(bob.uri)]: await carol.account.revoke(1n, [phone.writer]),
      [devicePath(phone.deviceId)]: undefined,
    })),
    papers('a list that leaves the device in the tree', async ({ bob, phone }) => ({
      [layout.crlPath(bob.uri)]: await bob.account.revoke(1n, [phone.writer]),
    })),
    papers('a list that leaves a vote on the device in the tree', async ({ alice, bob, phone }) => {
      await alice.votes('ban', phone.deviceId);
      await sync(alice, bob);
      return {
        [layout.crlPath(bob.uri)]: await bob.account.revoke(1n, [phone.writer]),
        [devicePath(phone.deviceId)]: undefined,
      };
    }),
    papers('a list that revokes the device that brings it', async ({ bob }) => ({
      [layout.crlPath(bob.uri)]: await bob.account.revoke(1n, [bob.writer]),
      [devicePath(bob.deviceId)]: bob.writer.devicePem,
    })),
    papers(
      'a list that is older than the one there is',
      async ({ alice, bob, phone }) => {
        await bob.write({ kind: 'revoke', crl: await bob.account.revoke(7n, [phone.writer]) });
        await sync(alice, bob);
        return { [layout.crlPath(bob.uri)]: await bob.account.revoke(3n, []) };
      },
      { holes: ['H13'] },
    ),
    papers('a list of the same number', async ({ alice, bob, phone }) => {
      await bob.write({ kind: 'revoke', crl: await bob.account.revoke(7n, [phone.writer]) });
      await sync(alice, bob);
      return { [layout.crlPath(bob.uri)]: await bob.account.revoke(7n, []) };
    }),
    papers('a list that is none', async ({ bob }) => ({ [layout.crlPath(bob.uri)]: 'nobody' })),
    papers(
      'a certificate that ends before the one there is',
      async ({ bob }) => ({
        [devicePath(bob.deviceId)]: await bob.account.issuePaper(bob.writer, EARLIER),
      }),
      { holes: ['H13'] },
    ),
    papers('a chain that ends before the one there is', async ({ bob }) => ({
      [memberPath(bob.uri)]: await bob.account.renewChain(EARLIER),
    })),
    among('a chain of an admin that ends before the one there is', async ({ alice }) => [
      alice,
      {
        message: text('old papers'),
        files: { [adminPath(alice.uri)]: await alice.account.renewChain(EARLIER) },
      },
    ]),
    attempt('a list by another account, in a merge', async (scene) => {
      const { alice, bob } = await scene.group(['alice', 'bob']);
      const [, other] = await scene.takeTwoHeads(bob);
      const files = { [layout.crlPath(bob.uri)]: await alice.account.revoke(1n, []) };
      return scene.commits(bob, { message: `Merge commit '${other}'`, files });
    }),
  ],
};

/** How it is signed, and which papers it brings. */
export const everyCommitSignatureAttempts: RuleTable = {
  'every-commit/signature': signature,
  'every-commit/own-papers': ownPapers,
};
