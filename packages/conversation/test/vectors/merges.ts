import { layout } from '@covey/conversation';
import type { Oid } from '@covey/git-objects';
import { type Forgery, type StageOptions, sync, type TestDevice } from '@covey/testkit';
import { type Attempt, attempt, type RuleTable, text, uriOf, VCARD } from './attempt.ts';
import { decide, phoneOf } from './cast.ts';
import { LATER, type Scene } from './scene.ts';

const { adminPath, bannedPath, crlPath, devicePath, invitedPath, memberPath, votePath } = layout;

type Files = NonNullable<Forgery['files']>;
type Group = Record<'alice' | 'bob' | 'carol', TestDevice>;
interface Sides extends Group {
  readonly one: Oid;
  readonly other: Oid;
}

/** Bob merges two heads, with a lie. */
const merges = (
  name: string,
  lie: (
    sides: Sides,
    scene: Scene,
  ) => Promise<Partial<Forgery> & { by?: TestDevice }> | (Partial<Forgery> & { by?: TestDevice }),
  {
    charter,
    first,
    ...rest
  }: Partial<Attempt> & {
    charter?: StageOptions['charter'];
    first?: (group: Group) => Promise<unknown>;
  } = {},
): Attempt =>
  attempt(
    name,
    async (scene) => {
      const group = await scene.group(['alice', 'bob', 'carol'], charter);
      await first?.(group);
      await sync(group.alice, group.bob, group.carol);
      const [one, other] = await scene.takeTwoHeads(group.bob);
      const { by = group.bob, ...forgery } = await lie({ ...group, one, other }, scene);
      return scene.commits(by, { message: `Merge commit '${other}'`, ...forgery });
    },
    rest,
  );

const goodMerges = [
  merges('by a member', () => ({})),
  merges('by a member of an open group', () => ({}), { charter: { mode: 3 } }),
  merges("with the author's certificate, renewed", async ({ bob }) => ({
    files: { [devicePath(bob.deviceId)]: await bob.account.issuePaper(bob.writer, LATER) },
  })),
  merges("with the author's list of what is revoked", async ({ bob }) => ({
    files: { [crlPath(bob.uri)]: await bob.account.revoke(9n, []) },
  })),
  merges('the other way round', ({ one, other }) => ({
    ...{ parents: [other, one], message: `Merge commit '${one}'` },
  })),
];

/** `strict` meets the form first; `jami` reads an octopus parent by parent, and says so. */
const twoParents: RuleTable[string] = {
  onlyReported:
    'strict refuses a third parent as a matter of form, and jami reads it and reports it',
  truths: goodMerges.map((good) => ({ ...good, profile: 'jami' as const })),
  lies: [
    ...['three', 'four', 'five'].map((name, at) =>
      attempt(
        `${name} parents, all texts`,
        async (scene) => {
          const { alice } = await scene.group(['alice', 'bob']);
          await scene.takePlace(alice);
          const parents = alice.heads;
          for (let n = 0; n < at + 3; n++) {
            await alice.adopts(await alice.forge({ message: text(`text ${n}`), parents }));
          }
          return scene.commits(alice, { message: `Merge commit '${alice.heads[1]}'` });
        },
        { profile: 'jami', places: ['set-up', 'text', 'act', 'merge'] },
      ),
    ),
    ...([2, 3] as const).map((texts) =>
      attempt(
        `${texts} texts and an invitation`,
        async (scene) => {
          const { alice, bob } = await scene.group(['alice', 'bob']);
          await scene.takePlace(alice);
          const parents = alice.heads;
          for (const body of ['one', 'two', 'three'].slice(0, texts)) {
            await alice.adopts(await alice.forge({ message: text(body), parents }));
          }
          await bob.receive(alice, parents);
          await bob.write({ kind: 'add', uri: await uriOf('doris') });
          await alice.receive(bob);
          return scene.commits(alice, { message: `Merge commit '${alice.heads[1]}'` });
        },
        { profile: 'jami', places: ['set-up', 'text', 'act', 'merge'] },
      ),
    ),
  ],
};

const parentsOf = (device: TestDevice, oid: Oid) =>
  device.history.entry(oid)?.parents.map((parent) => parent.oid) ?? [];

/** Merges a commit with one of its ancestors. */
const backwards = (
  name: string,
  parents: (sides: Sides) => readonly (Oid | undefined)[],
  more: Partial<Attempt> = {},
) =>
  merges(
    name,
    (sides) => {
      const two = parents(sides).filter((oid) => oid !== undefined);
      return { parents: two, message: `Merge commit '${two[1]}'` };
    },
    more,
  );

const apart: RuleTable[string] = {
  truths: goodMerges,
  lies: [
    backwards('of a commit and its parent', ({ bob, one }) => [one, parentsOf(bob, one)[0]]),
    backwards('of a parent and its commit', ({ bob, one }) => [parentsOf(bob, one)[0], one]),
    backwards('of a head and the root', ({ bob, other }) => [other, bob.history.root?.oid]),
    backwards('of the root and a head', ({ bob, one }) => [bob.history.root?.oid, one], {
      holes: ['H7'],
    }),
    backwards('of the other head and its parent', ({ bob, other }) => [
      other,
      parentsOf(bob, other)[0],
    ]),
    merges('of a merge and one of its sides', async ({ bob, one }) => {
      await bob.mergeHeads();
      const [head] = bob.heads;
      return { message: `Merge commit '${one}'`, parents: head ? [head, one] : [] };
    }),
  ],
};

const message: RuleTable[string] = {
  truths: goodMerges,
  lies: [
    merges('a text', () => ({ message: text('by the way') })),
    merges('names the first parent', ({ one }) => ({ message: `Merge commit '${one}'` })),
    merges('names no commit', () => ({ message: 'Merge' })),
    merges('as Git writes it for a branch', () => ({ message: "Merge branch 'main'" })),
    merges('with a line break', ({ other }) => ({ message: `Merge commit '${other}'\n` })),
    merges('with something to say', ({ other }) => ({
      message: `Merge commit '${other}'\n\nand another thing`,
    })),
    merges(
      'an invitation',
      async () => ({
        message: { action: 'add', type: 'member', uri: await uriOf('doris') },
      }),
      { holes: ['H6'] },
    ),
  ],
};

const changing = (
  name: string,
  files: (sides: Sides) => Promise<Files> | Files,
  more: Parameters<typeof merges>[2] = {},
) => merges(name, async (sides) => ({ files: await files(sides) }), more);

/** A merge whose tree is that of one of its sides, and not what both come to. */
const takingSide = (name: string, which: 0 | -1, more: Parameters<typeof merges>[2]) =>
  merges(
    name,
    async ({ bob, one, other }) => {
      const { tree: exact } = await bob.resolved();
      const trees = [one, other].map((side) => bob.history.entry(side)?.tree);
      const tree = trees.filter((each) => each !== exact).at(which);
      return tree ? { tree } : {};
    },
    more,
  );

const treeIsExact: RuleTable[string] = {
  truths: goodMerges,
  lies: [
    changing('a new admin', ({ carol }) => ({ [adminPath(carol.uri)]: carol.writer.chainPem }), {
      holes: ['H6'],
    }),
    changing(
      'the author becomes an admin',
      ({ bob }) => ({
        [adminPath(bob.uri)]: bob.writer.chainPem,
        [memberPath(bob.uri)]: undefined,
      }),
      { holes: ['H8'] },
    ),
    changing('the admin is gone', ({ alice }) => ({ [adminPath(alice.uri)]: undefined }), {
      holes: ['H8'],
    }),
    changing('a member is gone', ({ carol }) => ({ [memberPath(carol.uri)]: undefined }), {
      holes: ['H8'],
    }),
    changing('an invitation', async () => ({ [invitedPath(await uriOf('doris'))]: '' })),
    changing("another's device is gone", ({ carol }) => ({
      [devicePath(carol.deviceId)]: undefined,
    })),
    changing("another's certificate, renewed", async ({ carol }) => ({
      [devicePath(carol.deviceId)]: await carol.account.issuePaper(carol.writer, LATER),
    })),
    changing('a ban', ({ carol }) => ({
      [bannedPath('members', carol.uri)]: carol.writer.chainPem,
    })),
    changing('a vote', ({ alice, carol }) => ({
      [votePath('ban', 'members', carol.uri, alice.uri)]: '',
    })),
    changing(
      'a vote is lost',
      ({ alice, carol }) => ({
        [votePath('ban', 'members', carol.uri, alice.uri)]: undefined,
      }),
      { first: ({ alice, carol }) => alice.votes('ban', carol.uri), holes: ['H8'] },
    ),
    changing('a profile', () => ({ [layout.PROFILE_PATH]: VCARD })),
    changing('the profile of before', () => ({ [layout.PROFILE_PATH]: undefined }), {
      first: ({ alice }) => alice.write({ kind: 'profile', profile: { title: 'Friends' } }),
      holes: ['H8'],
    }),
    changing('a file that has no place', () => ({ 'MERGE.txt': 'hello' })),
    changing("a list of what is revoked that is another's", async ({ carol }) => ({
      [crlPath(carol.uri)]: await carol.account.revoke(9n, []),
    })),
    changing(
      'a list of what is revoked is lost',
      ({ carol }) => ({ [crlPath(carol.uri)]: undefined }),
      {
        first: async ({ alice, bob, carol }) => {
          const phone = await phoneOf(carol, [alice, bob]);
          await carol.revokes(phone.writer);
        },
        holes: ['H8', 'H13'],
      },
    ),
    // Where nothing was changed on either side, all trees are one.
    takingSide('the whole tree of one side', 0, {
      ...{ holes: ['H8'], places: ['set-up', 'act', 'old-parents', 'void-side'] },
    }),
    takingSide('the whole tree of the other side', -1, { holes: ['H8'], places: ['set-up'] }),
    changing(
      'a ban is undone',
      ({ carol }) => ({
        [bannedPath('members', carol.uri)]: undefined,
        [memberPath(carol.uri)]: carol.writer.chainPem,
      }),
      { first: ({ alice, bob, carol }) => decide('ban', carol.uri, [alice], bob), holes: ['H8'] },
    ),
    changing(
      'a banned device is back',
      async ({ carol }) => {
        const phone = await carol.account.addDevice('phone');
        return {
          [bannedPath('devices', phone.deviceId)]: undefined,
          [devicePath(phone.deviceId)]: phone.devicePem,
        };
      },
      {
        first: async ({ alice, bob, carol }) => {
          const phone = await phoneOf(carol, [alice, bob]);
          await decide('ban', phone.deviceId, [alice], bob, carol);
        },
        holes: ['H8', 'H12'],
      },
    ),
  ],
};

/** Merges. What they must come to is what their ancestors do. */
export const mergeAttempts: RuleTable = {
  'merge/two-parents': twoParents,
  'merge/apart': apart,
  'merge/message': message,
  'merge/tree-is-exact': treeIsExact,
};
