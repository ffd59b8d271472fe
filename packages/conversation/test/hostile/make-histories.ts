import { layout, readVcard } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import { type ObjectReader, type Oid, readCommitLinks } from '@covey/git-objects';
import type { TestDevice } from '@covey/testkit';
import { type Attempt, member, text, uriOf } from '../vectors/attempt.ts';
import { RULE_ATTEMPTS } from '../vectors/index.ts';
import { type Forged, PLACES, type Place, Scene } from '../vectors/scene.ts';
import { packReachable, writeFile } from '../vectors/vector-file.ts';
import { CUT_TALES } from './cut.ts';
import type { HostileHistory } from './history-file.ts';
import { judgeHistory } from './judge-history.ts';
import { MATRIX_TALES } from './matrix.ts';
import { REFUSED_TALES } from './refused.ts';
import { RESOLVE_TALES } from './resolve.ts';
import type { Tale, Told } from './tale.ts';
import { parentShape, pathClass } from './where.ts';

/** Histories told on purpose, by file. */
export const TALES: Readonly<Record<string, readonly Tale[]>> = {
  'told-cut.json': CUT_TALES,
  'told-matrix.json': MATRIX_TALES,
  'told-refused.json': REFUSED_TALES,
  'told-resolve.json': RESOLVE_TALES,
};

/** So many histories a rule, each at another place or about another path. */
const PER_RULE = 6;
const ABOUT =
  'Histories that were made to do harm, and what becomes of them. See vectors/hostile/README.md.';

interface File {
  readonly vectors: HostileHistory[];
  readonly objects: Map<string, string>;
}

/** What makes two histories alike. */
export const likeness = ({ rule, pathClass: path, parentShape: shape }: HostileHistory) =>
  `${rule} | ${path} | ${shape}`;

/** Forges every history: name of the file -> what it holds. Takes a while; the same each time. */
export async function makeHostileHistories(
  isWanted: (file: string) => boolean = () => true,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, File>();
  const met = new Set<string>();
  for (const [name, tales] of Object.entries(TALES)) {
    const file: File = { vectors: [], objects: new Map() };
    files.set(name, file);
    for (const tale of tales) {
      const told = await tale.tell();
      const history = await historyOf(tale, told);
      const like = likeness(history);
      if (met.has(like)) throw new Error(`${tale.name} is like another: ${like}`);
      met.add(like);
      file.vectors.push(history);
      await packReachable(history.heads, told.holder.store, file.objects);
    }
  }
  for (const [rule, { lies }] of Object.entries(RULE_ATTEMPTS)) {
    const name = `${rule.split('/')[0]}.json`;
    if (!isWanted(name)) continue;
    const file: File = files.get(name) ?? { vectors: [], objects: new Map() };
    files.set(name, file);
    await addLies(rule, lies, met, file);
  }
  return new Map(
    [...files]
      .filter(([name]) => isWanted(name))
      .map(([name, { vectors, objects }]) => [
        name,
        writeFile({ about: ABOUT, vectors, objects: Object.fromEntries(objects) }),
      ]),
  );
}

/** Lies about one rule, each at a place where the rule was not yet broken about such a path. */
async function addLies(rule: string, lies: readonly Attempt[], met: Set<string>, file: File) {
  // First what goes for a hole, then the rest.
  const sorted = [...lies].sort((a, b) => (b.holes?.length ?? 0) - (a.holes?.length ?? 0));
  let count = 0;
  for (const [at, attempt] of [...sorted, ...sorted].entries()) {
    if (count === PER_RULE) return;
    const ways = [...(attempt.places ?? PLACES)].flatMap((place) =>
      UPON.map((upon) => ({ place, upon })),
    );
    for (const step of ways.keys()) {
      // The next place, and the next thing on top.
      const { place, upon } = ways[(at * (UPON.length + 1) + step) % ways.length] as Way;
      const forged = await attempt.make(new Scene(place, attempt.profile));
      const heads = [...forged.beside, (await put(upon, forged)) ?? forged.commit];
      const { store, profile, root, commit } = forged;
      const name = `${attempt.name} (${place}${upon === 'nothing' ? '' : `, ${upon} upon it`})`;
      const base = { name, rule, families: [], holes: attempt.holes ?? [] };
      const history = await locate({ ...base, commit, profile, conversation: root, heads }, store);
      if (met.has(likeness(history))) continue;
      met.add(likeness(history));
      file.vectors.push(history);
      await packReachable(heads, store, file.objects);
      count++;
      break;
    }
  }
}

/** What else somebody has built on the commit, in good faith. */
const UPON = ['nothing', 'a text', 'an invitation'] as const;

interface Way {
  readonly place: Place;
  readonly upon: (typeof UPON)[number];
}

async function put(upon: Way['upon'], { device, commit }: Forged): Promise<Oid | undefined> {
  const object = await device.store.read(commit);
  const tree = object && readCommitLinks(object.bytes)?.tree;
  if (!tree || upon === 'nothing') return undefined;
  if (upon === 'a text')
    return device.forge({ message: text('and so on'), parents: [commit], tree });
  const uri = await uriOf('zoe');
  const message = member('add', uri);
  try {
    const files = { [layout.invitedPath(uri)]: '' };
    return await device.forge({ message, parents: [commit], files });
  } catch (reason) {
    // Nobody can add a file to a tree that nobody can read.
    if (!CoveyError.is(reason, 'GIT_OBJECT_MALFORMED')) throw reason;
    return device.forge({ message, parents: [commit], tree });
  }
}

type Unplaced = Omit<HostileHistory, 'pathClass' | 'parentShape' | 'expect'>;

/** Judges it, and says where in a history it stands. */
async function locate(history: Unplaced, reader: ObjectReader): Promise<HostileHistory> {
  const { judged, history: taken } = await judgeHistory(history, reader);
  const refusal = judged.refused.find(({ commit }) => commit === history.commit);
  const { commit, heads, name, rule, families, holes, ...rest } = history;
  return {
    ...{ name, rule, families, holes, commit },
    pathClass: await pathClass(commit, refusal?.path, reader),
    parentShape: await parentShape(history, taken, reader),
    ...{ ...rest, heads, expect: judged },
  };
}

async function historyOf({ name, rule, families, holes = [] }: Tale, told: Told) {
  const { holder, commit, forged = [], without } = told;
  const conversation = holder.history.root?.oid;
  if (!conversation) throw new Error('a tale is about a conversation');
  const all = told.heads ?? [...holder.heads, ...forged];
  const heads = told.heads ? all : await tipsOf(all, holder);
  const history = await locate(
    {
      ...{ name, rule, families, holes, commit, profile: 'strict', conversation, heads },
      ...(without ? { without } : {}),
    },
    holder.store,
  );
  await check(history, told, holder.store);
  return history;
}

/** Without those that others of them stand on. */
async function tipsOf(oids: readonly Oid[], { store }: TestDevice): Promise<readonly Oid[]> {
  const below = new Set<Oid>();
  const open = [...oids];
  for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
    const object = await store.read(oid);
    const parents = object ? (readCommitLinks(object.bytes)?.parents ?? []) : [];
    for (const parent of parents) {
      if (below.has(parent)) continue;
      below.add(parent);
      open.push(parent);
    }
  }
  return [...new Set(oids)].filter((oid) => !below.has(oid));
}

/** It ends as it was told to. */
async function check(history: HostileHistory, { expect, commit }: Told, reader: ObjectReader) {
  const { refused, lacking = [], state } = history.expect;
  const say = (what: string, found: unknown): never => {
    throw new Error(`${history.name}: ${what}, but ${JSON.stringify(found)}`);
  };
  const isValid = history.rule.startsWith('resolve/') || history.rule.startsWith('the-cut/');
  if (history.rule === 'not judged') {
    if (!lacking.some((each) => each.commit === commit)) say('it lacks an object', refused);
    return;
  }
  if (lacking.length > 0) say('nothing is lacking', lacking);
  if (isValid && refused.length > 0) say('nothing is refused', refused);
  const [only] = refused;
  if (!isValid && (refused.length !== 1 || only?.commit !== commit || only.rule !== history.rule)) {
    say(`${history.rule} refuses it alone`, refused);
  }
  if (!state) return;
  const step = state.void[commit];
  if (history.rule.startsWith('the-cut/') && `the-cut/${step}` !== history.rule) {
    say(`${history.rule} makes it void`, state.void);
  }
  const uris = (devices: readonly TestDevice[] | undefined) => devices?.map(({ uri }) => uri);
  const lists: Readonly<
    Record<string, readonly [readonly string[] | undefined, readonly string[]]>
  > = {
    void: [expect.void, Object.keys(state.void)],
    admins: [uris(expect.admins), state.admins],
    members: [uris(expect.members), state.members],
    invited: [expect.invited, state.invited],
    banned: [expect.banned, state.banned],
    bannedDevices: [expect.bannedDevices, state.bannedDevices],
  };
  for (const [what, [wanted, found]] of Object.entries(lists)) {
    if (wanted && [...wanted].sort().join() !== [...found].sort().join()) {
      say(`${what} are ${[...wanted].sort().join()}`, found);
    }
  }
  if (expect.title === undefined) return;
  const vcard = state.profile && (await reader.read(state.profile));
  const { title } = vcard ? readVcard(vcard.bytes) : {};
  if (title !== expect.title) say(`the title is ${expect.title}`, title);
}
