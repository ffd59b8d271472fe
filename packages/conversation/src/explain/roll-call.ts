import type { ObjectReader } from '@covey/git-objects';
import { type GroupState, rolesOf } from '../group-state.ts';
import type { History } from '../history.ts';
import { type BanClass, bannedPath, devicePath, readVotePath, type VoteAction } from '../layout.ts';
import { type Tally, tallyOf } from './tally.ts';

/** Votes on an account or on one of its devices that nobody has resolved yet. */
export interface OpenVote extends Tally {
  readonly action: VoteAction;
  readonly target: string;
}

/** One account of a group, with what belongs to it. */
export interface RollEntry {
  readonly uri: string;
  readonly role: 'admin' | 'member' | 'invited' | 'banned';
  /** Of a banned one: where it was taken from, and where an unban brings it back to. */
  readonly bannedFrom?: BanClass;
  readonly devices: readonly string[];
  readonly bannedDevices: readonly string[];
  /** On it and on its devices. */
  readonly votes: readonly OpenVote[];
}

/** Everybody whom the resolved state knows. @throws {CoveyError} OBJECT_MISSING */
export async function rollCall(
  history: History,
  reader: ObjectReader,
): Promise<readonly RollEntry[]> {
  const { state } = await history.resolved(reader);
  const devices = await ownedDevices(state, 'devices/', history, reader);
  const banned = await ownedDevices(state, 'banned/devices/', history, reader);
  const votes = openVotes(state);
  return rolesOf(state).map(({ uri, role }) => {
    const [own, out] = [devices.get(uri) ?? [], banned.get(uri) ?? []];
    const targets = new Set([uri, ...own, ...out]);
    const from = state.bannedFrom(uri);
    return {
      ...{ uri, role },
      ...(role === 'banned' && from !== undefined ? { bannedFrom: from } : {}),
      ...{ devices: own, bannedDevices: out },
      votes: votes.filter(({ target }) => targets.has(target)),
    };
  });
}

async function ownedDevices(
  state: GroupState,
  folder: 'devices/' | 'banned/devices/',
  { papers }: History,
  reader: ObjectReader,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const pathOf = (id: string) =>
    folder === 'devices/' ? devicePath(id) : bannedPath('devices', id);
  const owned = new Map<string, string[]>();
  for (const device of [...state.names(folder, '.crt')].sort()) {
    const oid = state.files.get(pathOf(device));
    const uri = oid && (await papers.ownerOf(oid, device, reader));
    if (uri) owned.set(uri, [...(owned.get(uri) ?? []), device]);
  }
  return owned;
}

function openVotes(state: GroupState): readonly OpenVote[] {
  const votes = new Map<string, OpenVote>();
  for (const path of [...state.files.keys()].filter((each) => each.startsWith('votes/')).sort()) {
    const cast = readVotePath(path);
    if (!cast) continue;
    const { action, target } = cast;
    votes.set(`${action} ${target}`, { action, target, ...tallyOf(state, action, target) });
  }
  return [...votes.values()];
}
