import { type GroupState, layout } from '@covey/conversation';
import {
  deviceLike,
  type ForgedFile,
  type StageOptions,
  sync,
  type TestDevice,
} from '@covey/testkit';
import type { Scene } from './scene.ts';

export type VoteAction = layout.VoteAction;
export type BanClass = layout.BanClass;

/** What is asked of the admins. */
export interface Question {
  readonly action: VoteAction;
  readonly from: BanClass;
}

/** All questions that there are: a device is only banned and unbanned. */
export const QUESTIONS: readonly Question[] = [
  ...layout.BAN_CLASSES.map((from) => ({ action: 'ban' as const, from })),
  ...layout.BAN_CLASSES.map((from) => ({ action: 'unban' as const, from })),
  { action: 'promote', from: 'members' },
  { action: 'demote', from: 'admins' },
];

/** In words, for names of attempts. */
export const wordsOf = ({ action, from }: Question) =>
  `${action} of ${{ admins: 'an admin', members: 'a member', invited: 'an invited account', devices: 'a device' }[from]}`;

/** A group in which a question can be put. Alice is admin; bob, or what he has, is the target. */
export interface Asked extends Question {
  readonly alice: TestDevice;
  readonly bob: TestDevice;
  readonly carol: TestDevice;
  /** Admins but the target. All of their votes decide anything. */
  readonly voters: readonly TestDevice[];
  readonly target: string;
  readonly path: (voter: string) => string;
}

/** Every admin votes, one carries it out, and all know. */
export async function decide(
  action: VoteAction,
  target: string,
  voters: readonly TestDevice[],
  ...others: readonly TestDevice[]
): Promise<void> {
  const all = [...voters, ...others];
  for (const voter of voters) {
    await voter.votes(action, target);
    await sync(...all);
  }
  const [first] = voters;
  await first?.resolves(action, target);
  await sync(...all);
}

/** A second device of an account, known to all. */
export async function phoneOf(
  owner: TestDevice,
  others: readonly TestDevice[],
  label = 'phone',
): Promise<TestDevice> {
  const phone = await deviceLike(owner, { label });
  await phone.says(`from my ${label}`);
  await sync(phone, owner, ...others);
  return phone;
}

/** Somebody who has the history and is not in the group. */
export function guestOf(host: TestDevice, name = 'doris'): Promise<TestDevice> {
  return deviceLike(host, { name });
}

/** Brings a group to where the question can be put; nobody has voted yet. */
export async function asked(
  scene: Scene,
  { action, from }: Question,
  charter: StageOptions['charter'] = { mode: 2 },
): Promise<Asked> {
  const { alice, bob, carol } = await scene.group(['alice', 'bob', 'carol'], charter);
  let voters: readonly TestDevice[] = [alice];
  let target: string = bob.uri;
  if (from === 'admins') {
    await decide('promote', carol.uri, [alice], bob, carol);
    await decide('promote', bob.uri, [alice, carol], bob);
    voters = [alice, carol];
  }
  if (from === 'invited') {
    const { uri } = (await guestOf(alice)).writer;
    await alice.write({ kind: 'add', uri });
    target = uri;
  }
  if (from === 'devices') target = (await phoneOf(bob, [alice, carol])).deviceId;
  await sync(alice, bob, carol);
  if (action === 'unban') await decide('ban', target, voters, bob, carol);
  const path = (voter: string) => layout.votePath(action, from, target, voter);
  return { alice, bob, carol, voters, target, action, from, path };
}

/** As {@link asked}, and all admins but the target have voted for it. */
export async function voted(
  scene: Scene,
  question: Question,
  charter?: StageOptions['charter'],
): Promise<Asked> {
  const group = await asked(scene, question, charter);
  for (const voter of group.voters) {
    await voter.votes(group.action, group.target);
    await sync(group.alice, group.bob, group.carol);
  }
  return group;
}

/** What carrying a question out changes in a state, whether or not anybody voted. */
export function carriedOut(
  { action, from, target, bob }: Asked,
  { files }: GroupState,
): Record<string, ForgedFile> {
  const changes: Record<string, ForgedFile> = {};
  for (const path of files.keys()) {
    const vote = layout.readVotePath(path);
    const goes =
      vote && (vote.target === target || vote.target === bob.deviceId || vote.voter === target);
    if (goes) changes[path] = undefined;
  }
  if (action === 'ban' && (from === 'admins' || from === 'members')) {
    changes[layout.devicePath(bob.deviceId)] = undefined;
  }
  const [gone, there] = moveOf(action, from, target);
  const oid = files.get(gone);
  changes[gone] = undefined;
  if (there !== undefined) changes[there] = oid === undefined ? '' : { oid };
  return changes;
}

/** Where the file of the target goes from and to. */
export function moveOf(
  action: VoteAction,
  from: BanClass,
  target: string,
): readonly [string, string | undefined] {
  const banned = layout.bannedPath(from, target);
  switch (action) {
    case 'ban':
      return [placePath(from, target), banned];
    case 'unban':
      return [banned, from === 'devices' ? undefined : placePath(from, target)];
    case 'promote':
      return [layout.memberPath(target), layout.adminPath(target)];
    case 'demote':
      return [layout.adminPath(target), layout.memberPath(target)];
  }
}

export function placePath(from: BanClass, id: string): string {
  const paths = {
    admins: layout.adminPath,
    members: layout.memberPath,
    invited: layout.invitedPath,
    devices: layout.devicePath,
  };
  return paths[from](id);
}
