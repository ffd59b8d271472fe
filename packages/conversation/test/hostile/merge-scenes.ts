import { utf8 } from '@covey/codec';
import { type GroupState, layout } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import type { Oid } from '@covey/git-objects';
import { deviceLike, stage, sync, type TestDevice, testRandom } from '@covey/testkit';
import { uriOf } from '../vectors/attempt.ts';
import { decide, guestOf, phoneOf } from '../vectors/cast.ts';
import { LATER, Scene } from '../vectors/scene.ts';
import { admins } from './cut-cast.ts';
import { forges, gathers } from './tale.ts';

/** Two heads, who merges them, and what they come to. */
export interface MergeScene {
  readonly name: string;
  readonly device: TestDevice;
  readonly parents: readonly [Oid, Oid];
  readonly exact: GroupState;
  /** Trees that a lazy merge would take: of either parent, and of the root. */
  readonly whole: readonly GroupState[];
  /** Files that could be slipped in, by id, and paths where they could stand. */
  readonly blobs: readonly Oid[];
  readonly paths: readonly string[];
}

type Group = Record<'alice' | 'bob' | 'carol', TestDevice>;

/** What two sides have done apart; carol merges, or whoever is named. */
const SIDES: Readonly<Record<string, (group: Group) => Promise<TestDevice | undefined>>> = {
  'two texts': async ({ alice, bob }) => {
    await alice.says('one');
    await bob.says('two');
    return undefined;
  },
  'an invitation and a text': async ({ alice, bob }) => {
    await alice.write({ kind: 'add', uri: await uriOf('doris') });
    await bob.says('two');
    return undefined;
  },
  'an invitation and a profile': async ({ alice, bob }) => {
    await bob.write({ kind: 'add', uri: await uriOf('doris') });
    await alice.write({ kind: 'profile', profile: { title: 'Friends' } });
    return undefined;
  },
  'a ban and a text of the banned': async ({ alice, bob }) => {
    await bob.says('apart');
    await decide('ban', bob.uri, [alice]);
    return undefined;
  },
  'a ban and an invitation by the banned': async ({ alice, bob }) => {
    await bob.write({ kind: 'add', uri: await uriOf('doris') });
    await decide('ban', bob.uri, [alice]);
    return undefined;
  },
  'a ban and a join on the invitation of the banned': async ({ alice, bob }) => {
    const doris = await guestOf(bob);
    await bob.write({ kind: 'add', uri: doris.writer.uri });
    await doris.receive(bob);
    await doris.write({ kind: 'join' });
    await bob.receive(doris);
    await decide('ban', bob.uri, [alice]);
    return undefined;
  },
  'a vote and a leave': async ({ alice, bob }) => {
    await alice.votes('ban', bob.uri);
    await bob.write({ kind: 'leave' });
    return undefined;
  },
  'a vote and a renewed certificate': async ({ alice, bob }) => {
    await alice.votes('promote', bob.uri);
    const paper = await bob.account.issuePaper(bob.writer, LATER);
    const files = { [layout.devicePath(bob.deviceId)]: paper };
    await forges(bob, { type: 'application/update-papers' }, { files });
    return undefined;
  },
  'a promotion and a leave': async ({ alice, bob }) => {
    await decide('promote', bob.uri, [alice]);
    await bob.write({ kind: 'leave' });
    return undefined;
  },
  'a list and the text of the device that it revokes': async ({ alice, bob, carol }) => {
    const phone = await phoneOf(bob, [alice, carol]);
    await phone.says('apart');
    await bob.revokes(phone.writer);
    await alice.receive(phone);
    return undefined;
  },
  'a banned device and its account': async ({ alice, bob, carol }) => {
    const phone = await phoneOf(bob, [alice, carol]);
    await decide('ban', phone.deviceId, [alice]);
    await bob.says('I go on');
    return undefined;
  },
  'two bans that fall': async () => {
    const { alice, bob, carol } = await admins(['alice', 'bob', 'carol']);
    const twin = await deviceLike(carol, {});
    await decide('ban', alice.uri, [bob, carol]);
    await decide('ban', bob.uri, [alice, twin]);
    return gathers(carol, alice);
  },
  'a merge and an act': async ({ alice, bob, carol }) => {
    await bob.says('one');
    await carol.says('two');
    await bob.receive(carol);
    await bob.mergeHeads();
    await alice.write({ kind: 'add', uri: await uriOf('doris') });
    return undefined;
  },
};

/** What somebody may do, if the rules allow it then. */
const DEEDS: readonly ((who: TestDevice, other: TestDevice, n: number) => Promise<unknown>)[] = [
  (who, _, n) => who.says(`text ${n}`),
  async (who, _, n) => who.write({ kind: 'add', uri: await uriOf(`guest ${n % 7}`) }),
  (who, _, n) => who.write({ kind: 'profile', profile: { title: `title ${n}` } }),
  (who, other, n) => who.votes(n % 3 === 0 ? 'promote' : 'ban', other.uri),
  (who, other) => who.resolves('ban', other.uri),
  (who, other) => who.resolves('promote', other.uri),
  (who, other) => who.votes('ban', other.deviceId),
  (who, other) => who.resolves('ban', other.deviceId),
  async (who, _, n) => {
    const issuedAt = new Date(LATER.getTime() + n * 1000);
    const paper = await who.account.issuePaper(who.writer, issuedAt);
    const files = { [layout.devicePath(who.deviceId)]: paper };
    const message = { type: 'application/update-papers' };
    return who.adopts(await who.forge({ message, files }));
  },
  async (who, _, n) => {
    const guest = await guestOf(who, `guest ${n % 7}`);
    await guest.write({ kind: 'join' });
    return who.receive(guest);
  },
  (who) => who.write({ kind: 'leave' }),
];

/** Two sides on which whatever a number says has happened, as far as it was lawful. The same each time. */
async function sidesByChance(n: number): Promise<TestDevice | undefined> {
  const names = ['alice', 'bob', 'carol', 'dave'] as const;
  const { alice, bob, carol, dave } = await stage(names, { charter: { mode: 1 + (n % 3) } });
  const random = testRandom(`merge scene ${n}`);
  if (n % 2 === 1) await decide('promote', dave.uri, [alice], bob, carol);
  if (n % 4 === 3) await decide('promote', bob.uri, [alice, dave], bob, carol);
  await sync(alice, bob, carol, dave);
  const sides = [
    [alice, bob],
    [dave, bob],
  ] as const;
  for (const [who, other] of sides) {
    const [count = 0, ...lots] = random(16);
    for (const lot of lots.slice(0, 1 + (count % 5))) {
      try {
        await DEEDS[lot % DEEDS.length]?.(who, other, lot);
      } catch (reason) {
        // What isn't lawful just then is left out.
        if (!CoveyError.is(reason, 'COMMIT_REFUSED')) throw reason;
      }
    }
  }
  await gathers(carol, alice, dave);
  return carol.heads.length === 2 ? carol : undefined;
}

/** A group of which two heads are to be merged, by chance; `undefined` where there is nothing to merge. */
export async function mergeSceneByChance(n: number): Promise<MergeScene | undefined> {
  const device = await sidesByChance(n);
  return device && sceneOf(`by chance ${n}`, device);
}

/** All of them, set up. */
export async function mergeScenes(): Promise<readonly MergeScene[]> {
  const scenes: MergeScene[] = [];
  for (const [name, apart] of Object.entries(SIDES)) {
    const group = await stage(['alice', 'bob', 'carol']);
    await group.carol.says('so far');
    await sync(group.alice, group.bob, group.carol);
    const named = await apart(group);
    const device = named ?? (await gathers(group.carol, group.alice, group.bob));
    scenes.push(await sceneOf(name, device));
  }
  for (const place of ['void-side', 'old-parents'] as const) {
    const scene = new Scene(place);
    const { bob } = await scene.group(['alice', 'bob']);
    await scene.takeTwoHeads(bob);
    scenes.push(await sceneOf(place, bob));
  }
  return scenes;
}

async function sceneOf(name: string, device: TestDevice): Promise<MergeScene> {
  const [one, other, more] = device.history.heads;
  if (!one || !other || more) throw new Error(`${name}: two heads are to be merged`);
  const { state: exact } = await device.resolved();
  const { papers, root } = device.history;
  const trees = [one.tree, other.tree, ...(root ? [root.tree] : [])];
  const whole = await Promise.all(trees.map((tree) => papers.state(tree, device.store)));
  const strangers = [await uriOf('mallory'), await uriOf('zoe')];
  const extra = await device.store.write(
    ['', 'hello', '\0', '-----BEGIN CERTIFICATE-----\n'].map((content) => ({
      ...{ type: 'blob' as const, bytes: utf8(content) },
    })),
  );
  const own = new Set([device.uri, device.deviceId]);
  const files = [exact, ...whole].flatMap((state) => [...state.files]);
  const isOwn = (path: string) => [...own].some((id) => path.includes(id));
  return {
    ...{ name, device, parents: [one.oid, other.oid], exact, whole },
    // Without the author's own papers: with these a merge may be honest.
    blobs: [
      ...new Set([...files.filter(([path]) => !isOwn(path)).map(([, oid]) => oid), ...extra]),
    ],
    paths: [...new Set([...files.map(([path]) => path), ...pathsFor([...strangers, ...own])])],
  };
}

function pathsFor(ids: readonly string[]): readonly string[] {
  const { adminPath, bannedPath, crlPath, devicePath, invitedPath, memberPath, votePath } = layout;
  const [voter = ''] = ids;
  return [
    ...['notes.txt', 'admins/README.md', 'profile.vcf', '.gitignore'],
    ...ids.flatMap((id) => [
      ...[adminPath(id), memberPath(id), invitedPath(id), devicePath(id), crlPath(id)],
      ...layout.BAN_CLASSES.map((from) => bannedPath(from, id)),
      ...layout.VOTE_ACTIONS.map((action) => votePath(action, 'members', id, voter)),
    ]),
  ];
}
