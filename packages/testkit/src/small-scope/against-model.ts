import { layout } from '@covey/conversation';
import {
  breaksRule,
  type ModelCommit,
  type ModelState,
  resolveModel,
  voidIn,
} from '../reference-model/model.ts';
import type { Case } from './check.ts';
import type { Commit } from './commit.ts';
import type { Scene } from './scene.ts';
import { differenceOf } from './voids.ts';

const FOLDERS = { admin: 'admins', member: 'members', invited: 'invited' } as const;

/** Why the model refuses a commit on top of these; `undefined` when it doesn't. */
export function modelRefuses(
  { charter }: Scene,
  commits: readonly Commit[],
  commit: ModelCommit,
): string | undefined {
  return breaksRule(charter, setOf(commits), commit);
}

function setOf(commits: readonly Commit[]): ReadonlyMap<string, ModelCommit> {
  return new Map(commits.map(({ model }) => [model.id, model]));
}

function filesOf({ places, devices, bannedDevices, votes }: ModelState): readonly string[] {
  const files: string[] = [];
  for (const [uri, { place, from }] of places) {
    if (place === 'banned') files.push(layout.bannedPath(from ?? 'members', uri));
    else files.push(place === 'invited' ? layout.invitedPath(uri) : `${FOLDERS[place]}/${uri}.crt`);
  }
  for (const device of devices) files.push(layout.devicePath(device));
  for (const device of bannedDevices) files.push(layout.bannedPath('devices', device));
  for (const vote of votes) files.push(`votes/${vote}`);
  return files.sort();
}

/** Production and the model find the same void, and come to the same state. */
export async function agreesWithTheModel({
  growth: { scene, commits },
  resolved: { state },
  voids,
}: Case): Promise<string | undefined> {
  const set = setOf(commits);
  return (
    differenceOf('void, beside the model', voids, voidIn(scene.charter, set)) ??
    differenceOf(
      'state, beside the model',
      new Set([...state.files.keys()].filter((path) => !path.startsWith('CRLs/'))),
      new Set(filesOf(resolveModel(scene.charter, set))),
    )
  );
}
