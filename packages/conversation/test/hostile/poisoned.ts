import { layout } from '@covey/conversation';
import type { Oid } from '@covey/git-objects';
import {
  copyReachable,
  deviceLike,
  stage,
  sync,
  type TestDevice,
  testSigner,
} from '@covey/testkit';
import { member, text, uriOf, vote } from '../vectors/attempt.ts';
import { decide } from '../vectors/cast.ts';
import { GRAFT, HAVE, POISON, RADICLE } from './families.ts';
import { gathers, refused, type Tale, type Told } from './tale.ts';

const { adminPath, devicePath, invitedPath, memberPath } = layout;

/** Honest commits on top of a commit that is refused. */
async function onTop(device: TestDevice, commit: Oid, count: number): Promise<readonly Oid[]> {
  let parents: readonly Oid[] = [commit];
  for (let n = 1; n <= count; n++) {
    parents = [await device.forge({ message: text(`honest ${n}`), parents })];
  }
  return parents;
}

/** Two conversations of the same people. */
async function twoGroups() {
  const here = await stage(['alice', 'bob']);
  const there = await stage(['alice', 'bob'], { charter: { mode: 3 } });
  return { here, there };
}

/** Commits of other conversations, and old ones. */
export const grafts: readonly Tale[] = [
  {
    name: 'a text of another conversation',
    rule: 'initial/is-the-root',
    families: [GRAFT],
    holes: ['H6'],
    tell: async () => {
      const { here, there } = await twoGroups();
      await there.bob.says('elsewhere');
      const root = there.bob.history.root?.oid;
      await copyAll(there.bob, here.alice);
      if (!root) throw new Error('there is a root');
      return refused(here.alice, root, { forged: there.bob.heads });
    },
  },
  {
    name: 'a merge of two conversations',
    rule: 'initial/is-the-root',
    families: [GRAFT],
    holes: ['H6'],
    tell: async () => {
      const { here } = await twoGroups();
      const charter = { invited: here.bob.uri, mode: 0 };
      const { mallory } = await stage(['mallory'], { charter });
      await copyAll(mallory, here.bob);
      const [other] = mallory.heads;
      const [mine] = here.bob.history.heads;
      const root = mallory.history.root?.oid;
      if (!other || !mine || !root) throw new Error('there are two sides');
      const message = `Merge commit '${other}'`;
      const parents = [mine.oid, other];
      const commit = await here.bob.forge({ message, parents, tree: mine.tree });
      return refused(here.bob, root, { forged: [commit] });
    },
  },
  {
    name: 'a text of another conversation, its parent exchanged',
    rule: 'every-commit/signature',
    families: [GRAFT, RADICLE],
    tell: async () => {
      const { here, there } = await twoGroups();
      const said = await there.bob.says('yes');
      const [foreign] = said.parents;
      const head = here.bob.history.heads[0];
      const object = await there.bob.store.read(said.oid);
      if (!foreign || !head || !object) throw new Error('there is a text');
      const commit = await here.bob.forge({
        message: text('yes'),
        tree: head.tree,
        rewrite: () =>
          new TextEncoder().encode(
            new TextDecoder()
              .decode(object.bytes)
              .replace(said.tree, head.tree)
              .replace(foreign.oid, head.oid),
          ),
      });
      return refused(here.bob, commit);
    },
  },
  {
    name: 'an old vote, its parent exchanged for today',
    rule: 'every-commit/signature',
    families: [RADICLE, 'security.md 3, B6: votes forged, cast twice, replayed'],
    tell: async () => {
      const { alice, bob } = await stage(['alice', 'bob']);
      const cast = await alice.votes('ban', bob.uri);
      const [before] = cast.parents;
      await alice.resolves('ban', bob.uri);
      await decide('unban', bob.uri, [alice], bob);
      const now = alice.history.heads[0];
      const object = await alice.store.read(cast.oid);
      if (!before || !now || !object) throw new Error('there was a vote');
      const commit = await bob.forge({
        message: vote('ban', bob.uri),
        rewrite: () =>
          new TextEncoder().encode(
            new TextDecoder().decode(object.bytes).replace(before.oid, now.oid),
          ),
      });
      return refused(bob, commit, { expect: { banned: [], members: [bob] } });
    },
  },
];

async function copyAll(from: TestDevice, to: TestDevice): Promise<void> {
  await copyReachable(
    [...from.history.entries()].map(({ oid }) => oid),
    from.store,
    to.store,
  );
}

/** Refused commits below honest ones. */
export const poisons: readonly Tale[] = [
  {
    name: 'ten honest texts upon one that nobody signed: the rest of the history is taken',
    rule: 'every-commit/signature',
    families: [POISON],
    holes: ['H17'],
    tell: async () => {
      const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
      await carol.says('meanwhile');
      await gathers(bob, carol);
      const [, ...before] = [...bob.history.ordered].reverse();
      const parents = before[0] ? [before[0].oid] : [];
      const signer = testSigner('nobody');
      const commit = await bob.forge({ message: text('poison'), parents, signer });
      const tips = await onTop(bob, commit, 10);
      return refused(bob, commit, {
        forged: tips,
        expect: { members: [bob, carol], admins: [alice] },
      });
    },
  },
  {
    name: 'an honest merge upon an invitation that smuggles',
    rule: 'add/only-the-invitation',
    families: [POISON],
    holes: ['H17'],
    tell: async () => {
      const { alice, bob } = await stage(['alice', 'bob']);
      const uri = await uriOf('doris');
      const parents = bob.heads;
      const files = { [invitedPath(uri)]: '', 'notes.txt': 'hello' };
      const commit = await bob.forge({ message: member('add', uri), parents, files });
      await alice.says('hello');
      await gathers(bob, alice);
      const [other] = alice.heads;
      const tree = bob.history.heads[0]?.tree;
      if (!other || !tree) throw new Error('there is another side');
      const merged = await bob.forge({
        ...{ message: `Merge commit '${other}'`, parents: [commit, other], tree },
      });
      return refused(bob, commit, { forged: [merged], expect: { invited: [] } });
    },
  },
  {
    name: 'a side branch with clocks far behind, which hides an admin',
    rule: 'message/no-other-change',
    families: ['jami-format.md H7: a range that is judged by time'],
    holes: ['H7'],
    tell: async () => {
      const { alice, bob } = await stage(['alice', 'bob']);
      const parents = bob.heads;
      const commit = await bob.forge({
        ...{ message: text('long ago'), parents, author: { time: 1 } },
        files: { [adminPath(bob.uri)]: bob.writer.chainPem, [memberPath(bob.uri)]: undefined },
      });
      await alice.says('now');
      await gathers(bob, alice);
      const [other] = alice.heads;
      const tree = bob.history.heads[0]?.tree;
      if (!other || !tree) throw new Error('there is another side');
      const merged = await bob.forge({
        ...{ message: `Merge commit '${commit}'`, parents: [other, commit], tree },
      });
      return refused(bob, commit, {
        forged: [merged],
        expect: { members: [bob], admins: [alice] },
      });
    },
  },
  {
    name: 'a branch from the root, below what is known, which throws everybody out',
    rule: 'message/no-other-change',
    families: ['jami-format.md H7: a range that is judged by time'],
    holes: ['H7'],
    tell: async () => {
      const { alice, bob } = await stage(['alice', 'bob']);
      const root = alice.history.root?.oid;
      if (!root) throw new Error('there is a root');
      const commit = await alice.forge({
        ...{ message: text('alone'), parents: [root], author: { time: 0 } },
        files: { [layout.PROFILE_PATH]: 'BEGIN:VCARD\nVERSION:2.1\nEND:VCARD' },
      });
      return refused(alice, commit, { expect: { members: [bob] } });
    },
  },
];

/** A history in which an object is said to be known, and isn't sent. */
const lacks = (
  name: string,
  tell: (
    group: Record<'alice' | 'bob', TestDevice>,
  ) => Promise<Partial<Told> & Pick<Told, 'holder' | 'commit'>>,
): Tale => ({
  ...{ name, rule: 'not judged', families: [HAVE], holes: ['H16'] },
  tell: async () => ({ expect: {}, ...(await tell(await stage(['alice', 'bob']))) }),
});

/** Histories that lack an object. */
export const missing: readonly Tale[] = [
  lacks('a parent that nobody sends', async ({ bob }) => {
    await bob.says('held back');
    const parents = bob.heads;
    const commit = await bob.forge({ message: text('on top'), parents });
    return { ...(await refused(bob, commit)), heads: [commit], without: parents };
  }),
  lacks('a parent that never was', async ({ bob }) => {
    const tree = bob.history.heads[0]?.tree;
    const parents = ['ab'.repeat(20) as Oid];
    const commit = await bob.forge({
      message: text('on nothing'),
      parents,
      ...(tree ? { tree } : {}),
    });
    return refused(bob, commit);
  }),
  lacks('a tree that nobody sends', async ({ bob }) => {
    const tree = 'cd'.repeat(20) as Oid;
    return refused(bob, await bob.forge({ message: text('no tree'), tree }));
  }),
  lacks('a certificate that nobody sends', async ({ bob }) => {
    const phone = await deviceLike(bob, { label: 'phone' });
    await sync(bob, phone);
    const files = { [devicePath(phone.deviceId)]: phone.writer.devicePem };
    const commit = await phone.forge({ message: text('who am I?'), files });
    const state = await phone.history.papers.state(await treeOf(phone, commit), phone.store);
    const paper = state.files.get(devicePath(phone.deviceId));
    return { ...(await refused(phone, commit)), without: paper ? [paper] : [] };
  }),
  lacks('a second parent that nobody sends', async ({ alice, bob }) => {
    await alice.says('held back');
    const mine = (await bob.says('sent')).oid;
    await gathers(bob, alice);
    const [other] = alice.heads;
    if (!other) throw new Error('there is another side');
    const message = `Merge commit '${other}'`;
    const commit = await bob.forge({ message, parents: [mine, other] });
    return { ...(await refused(bob, commit)), heads: [commit], without: [other] };
  }),
];

async function treeOf({ store }: TestDevice, commit: Oid): Promise<Oid> {
  const object = await store.read(commit);
  const tree = /^tree ([0-9a-f]{40})\n/.exec(new TextDecoder().decode(object?.bytes))?.[1];
  return tree as Oid; // As the strict form has it.
}
