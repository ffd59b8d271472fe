import type { JsonObject } from '@covey/codec';
import { layout } from '@covey/conversation';
import { deviceLike, type Forgery, makeTestAccount, type TestDevice } from '@covey/testkit';
import { type Attempt, attempt, type RuleTable, text, uriOf, VCARD } from './attempt.ts';
import type { Scene } from './scene.ts';

const { adminPath, bannedPath, crlPath, devicePath, invitedPath, memberPath, votePath } = layout;

type Files = NonNullable<Forgery['files']>;

/** A first commit by erin, who has nothing yet. */
async function founds(
  scene: Scene,
  charter: JsonObject,
  more: (erin: TestDevice) => Promise<Files> | Files = () => ({}),
  lie: Partial<Forgery> = {},
) {
  const { erin } = await scene.group(['erin']);
  const files = {
    [adminPath(erin.uri)]: erin.writer.chainPem,
    [devicePath(erin.deviceId)]: erin.writer.devicePem,
    ...(await more(erin)),
  };
  const message = { ...charter, type: 'initial' };
  const forged = await scene.commits(erin, { message, parents: [], files, ...lie });
  // Another conversation than the one of the scene: its root is the commit itself.
  return { ...forged, root: forged.commit, beside: [] };
}

/** A root stands on nothing: there is one place for it. */
const ROOT: Pick<Attempt, 'places'> = { places: ['set-up'] };

const root = (
  name: string,
  charter: JsonObject,
  more?: (erin: TestDevice) => Promise<Files> | Files,
  rest: Partial<Attempt> = {},
) => attempt(name, (scene) => founds(scene, charter, more), { ...ROOT, ...rest });

const list = async ({ account, uri }: TestDevice) => ({
  [crlPath(uri)]: await account.revoke(1n, []),
});
const invitation = async (name: string) => ({ [invitedPath(await uriOf(name))]: '' });
const profile = () => ({ [layout.PROFILE_PATH]: VCARD });
const otherAdmin = async () => {
  const { uri, chainPem } = await makeTestAccount('mallory');
  return { [adminPath(uri)]: chainPem };
};
const otherMember = async () => {
  const { uri, chainPem } = await makeTestAccount('mallory');
  return { [memberPath(uri)]: chainPem };
};
const otherDevice = async () => {
  const { writer } = await makeTestAccount('mallory');
  return { [devicePath(writer.deviceId)]: writer.devicePem };
};
const bannedMember = async () => {
  const { uri, chainPem } = await makeTestAccount('mallory');
  return { [bannedPath('members', uri)]: chainPem };
};
const cast = async ({ uri }: TestDevice) => ({
  [votePath('ban', 'members', await uriOf('mallory'), uri)]: '',
});

/** Trees that a root can have: what a rule about the message says must not hang on it. */
const TREES = [
  () => ({}),
  list,
  () => invitation('bob'),
  profile,
  otherAdmin,
  otherMember,
  otherDevice,
  bannedMember,
  cast,
] as const;

/** Lies about the message, each above another tree. */
const charters = (lies: Readonly<Record<string, JsonObject>>) =>
  Object.entries(lies).map(([name, charter], at) => root(name, charter, TREES[at % TREES.length]));

const goodRoots: readonly Attempt[] = [
  root('a group to which members invite', { mode: 2 }),
  root('a group to which admins invite', { mode: 1, version: 1 }),
  root('an open group without admins, and a list', { flat: true, mode: 3 }, list),
  root('whose profile is for members', { mode: 2, profile: 'member' }),
];

const oneToOne = async (name = 'bob') => ({ invited: await uriOf(name), mode: 0 });

const pair = (
  name: string,
  charter: JsonObject,
  more: (erin: TestDevice) => Promise<Files> | Files,
  invited = 'bob',
) =>
  attempt(
    name,
    async (scene) => founds(scene, { ...charter, ...(await oneToOne(invited)) }, more),
    ROOT,
  );

const both =
  (...parts: readonly ((erin: TestDevice) => Promise<Files> | Files)[]) =>
  async (erin: TestDevice) => {
    let files: Files = {};
    for (const part of parts) files = { ...files, ...(await part(erin)) };
    return files;
  };

/** An `initial` commit somewhere in a group. */
const inMidHistory = (
  name: string,
  lie: (group: Record<'alice' | 'bob', TestDevice>) => Promise<Partial<Forgery>> | Partial<Forgery>,
  more: Partial<Attempt> & { by?: 'alice' | 'bob' } = {},
) =>
  attempt(
    name,
    async (scene) => {
      const group = await scene.group(['alice', 'bob']);
      const message = { mode: 2, type: 'initial' };
      return scene.commits(group[more.by ?? 'alice'], { message, ...(await lie(group)) });
    },
    more,
  );

/** A commit without parents beside a conversation that has its root. */
const secondRoot = (
  name: string,
  lie: (mallory: TestDevice, alice: TestDevice) => Promise<Forgery> | Forgery,
  more: Partial<Attempt> = {},
) =>
  attempt(
    name,
    async (scene) => {
      const { alice } = await scene.group(['alice', 'bob']);
      const mallory = await deviceLike(alice, { name: 'mallory' });
      const forged = await scene.commits(mallory, { parents: [], ...(await lie(mallory, alice)) });
      return { ...forged, beside: alice.heads };
    },
    { places: ['set-up'], holes: ['H6'], ...more },
  );

const own = ({ uri, deviceId, writer }: TestDevice) => ({
  [adminPath(uri)]: writer.chainPem,
  [devicePath(deviceId)]: writer.devicePem,
});

const isTheRoot: RuleTable[string] = {
  truths: goodRoots,
  lies: [
    inMidHistory('once more, by the admin', () => ({})),
    inMidHistory('once more, by a member', () => ({}), { by: 'bob', holes: ['H6'] }),
    inMidHistory(
      'once more, with a member for an admin',
      ({ bob }) => ({
        files: { [adminPath(bob.uri)]: bob.writer.chainPem, [memberPath(bob.uri)]: undefined },
      }),
      { by: 'bob', holes: ['H6'] },
    ),
    inMidHistory('once more, with another mode', () => ({ message: { mode: 3, type: 'initial' } })),
    secondRoot('a second root', (mallory) => ({
      message: { mode: 2, type: 'initial' },
      files: own(mallory),
    })),
    secondRoot('a second root that knows the members of the first', (mallory, alice) => ({
      message: { mode: 2, type: 'initial' },
      files: { ...own(mallory), ...own(alice) },
    })),
    secondRoot('a second root that is a text', (mallory) => ({
      message: text('hello'),
      files: own(mallory),
    })),
    secondRoot('a second root that is a join', (mallory) => ({
      message: { action: 'join', type: 'member', uri: mallory.uri },
      files: {
        [memberPath(mallory.uri)]: mallory.writer.chainPem,
        [devicePath(mallory.deviceId)]: mallory.writer.devicePem,
        [bannedPath('admins', mallory.uri)]: mallory.writer.chainPem,
      },
    })),
    attempt(
      'a root that is a text',
      async (scene) => founds(scene, { mode: 2 }, profile, { message: text('hello') }),
      ROOT,
    ),
  ],
};

const rulesVersion: RuleTable[string] = {
  truths: [
    root('of version 1, which is this one', { mode: 2, version: 1 }),
    root('without one, which is version 1', { mode: 3 }),
    root('of version 1, in a one-to-one with oneself', { mode: 1, version: 1 }, list),
  ],
  lies: charters({
    'the next version': { mode: 2, version: 2 },
    'version 0': { mode: 2, version: 0 },
    'version 1, as a text': { mode: 2, version: '1' },
    'no version, said aloud': { mode: 2, version: null },
    'true, which is like 1': { mode: 3, version: true },
    'a list of versions': { mode: 1, version: [1] },
  }),
};

const charter: RuleTable[string] = {
  truths: [...goodRoots, pair('of two', {}, () => invitation('bob'))],
  lies: charters({
    'a mode that there is not': { mode: 4 },
    'no mode': {},
    'a mode that is a text': { mode: '2' },
    'a one-to-one with nobody': { mode: 0 },
    'a one-to-one with who is no account': { invited: 'bob', mode: 0 },
    'a guest of honour in a group': { invited: 'ab'.repeat(20), mode: 2 },
    'a profile for nobody': { mode: 2, profile: 'nobody' },
    'flat, where admins invite': { flat: true, mode: 1 },
    'flat, but not quite': { flat: 'yes', mode: 2 },
  }),
};

const keys: RuleTable[string] = {
  truths: [
    root('all keys that there are', { flat: false, mode: 2, profile: 'admin', version: 1 }),
    ...goodRoots.slice(0, 2),
  ],
  lies: charters({
    'an owner': { mode: 2, owner: 'ab'.repeat(20) },
    'a title': { mode: 2, title: 'Friends' },
    'an empty key': { '': 1, mode: 2 },
    'the mode twice, once in capitals': { Mode: 3, mode: 2 },
    'what a later version may have': { mode: 3, quorum: 2 },
    'admins by message': { admins: ['ab'.repeat(20)], mode: 1 },
  }),
};

const tree: RuleTable[string] = {
  truths: [...goodRoots, pair('an invitation in a one-to-one', {}, () => invitation('bob'))],
  lies: [
    root('a second admin', { mode: 2 }, otherAdmin, { holes: ['H6'] }),
    root('a member', { mode: 2 }, otherMember),
    root('an invitation in a group', { mode: 2 }, () => invitation('bob')),
    root("a device of somebody else's", { mode: 2 }, otherDevice),
    root('somebody banned in advance', { mode: 2 }, bannedMember),
    root('a vote', { mode: 2 }, cast),
    root('a profile', { mode: 2 }, profile, { holes: ['H15'] }),
    root('a file that has no place', { mode: 2 }, () => ({ 'README.md': 'hello' })),
    root('a list of another account', { mode: 2 }, async () => {
      const other = await makeTestAccount('mallory');
      return { [crlPath(other.uri)]: await other.revoke(1n, []) };
    }),
    pair('an invitation with a word in it', {}, async () => ({
      [invitedPath(await uriOf('bob'))]: 'welcome',
    })),
    pair(
      'an invitation of a third account',
      {},
      both(
        () => invitation('bob'),
        () => invitation('carol'),
      ),
    ),
    root('the creator among the members', { mode: 3 }, ({ uri, writer }) => ({
      [adminPath(uri)]: undefined,
      [memberPath(uri)]: writer.chainPem,
    })),
  ],
};

const renewed = async ({ account, deviceId, writer }: TestDevice) => ({
  [devicePath(deviceId)]: await account.issuePaper(writer, new Date('2026-11-02T00:00:00Z')),
});

const invitedFile: RuleTable[string] = {
  truths: [
    pair('of two', {}, () => invitation('bob')),
    pair(
      'of two, and a list',
      { version: 1 },
      both(() => invitation('bob'), list),
    ),
    pair('with oneself', {}, () => ({}), 'erin'),
  ],
  lies: [
    pair('without the file', {}, () => ({})),
    pair('without the file, and a list', {}, list),
    pair('without the file, for another account', {}, () => ({}), 'carol'),
    pair('without the file, and the profile is for members', { profile: 'member' }, renewed),
    pair('without the file, by version 1', { version: 1 }, both(list, renewed), 'carol'),
  ],
};

const LAYOUT_FILES: Readonly<
  Record<string, (group: Record<'alice' | 'bob', TestDevice>) => Promise<Files> | Files>
> = {
  'a profile': profile,
  'an admin': ({ bob }) => ({ [adminPath(bob.uri)]: bob.writer.chainPem }),
  'a member gone': ({ bob }) => ({ [memberPath(bob.uri)]: undefined }),
  'an invitation': () => invitation('doris'),
  'a device gone': ({ bob }) => ({ [devicePath(bob.deviceId)]: undefined }),
  'a ban': ({ bob }) => ({ [bannedPath('members', bob.uri)]: bob.writer.chainPem }),
  'a vote': ({ alice, bob }) => ({ [votePath('ban', 'members', bob.uri, alice.uri)]: '' }),
  'a file that has no place': () => ({ 'README.md': 'hello' }),
};

/** Strict refuses any `initial` with a parent as such; profile `jami` takes it for a message, which changes nothing. */
const changesNothingLater: RuleTable[string] = {
  truths: [
    inMidHistory('by the admin', () => ({}), { profile: 'jami' }),
    inMidHistory('by a member', () => ({}), { by: 'bob', profile: 'jami' }),
    { ...root('the first one', { mode: 2 }), profile: 'jami' },
  ],
  lies: Object.entries(LAYOUT_FILES).map(([name, files]) =>
    inMidHistory(name, async (group) => ({ files: await files(group) }), {
      ...{ profile: 'jami', holes: ['H6'] },
    }),
  ),
};

/** The first commit of a conversation. */
export const initialAttempts: RuleTable = {
  'initial/is-the-root': isTheRoot,
  'initial/rules-version': rulesVersion,
  'initial/charter': charter,
  'initial/keys': keys,
  'initial/tree': tree,
  'initial/invited-file': invitedFile,
  'initial/changes-nothing-later': changesNothingLater,
};
