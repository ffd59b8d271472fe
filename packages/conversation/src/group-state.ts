import type { Oid } from '@covey/git-objects';
import {
  adminPath,
  BAN_CLASSES,
  type BanClass,
  bannedPath,
  devicePath,
  invitedPath,
  memberPath,
  readVotePath,
  type VoteAction,
} from './layout.ts';

export type Place = 'admin' | 'member' | 'invited';

/** What the tree of one commit says: who is what. Immutable; the files are path -> blob. */
export class GroupState {
  static readonly EMPTY = new GroupState(new Map());
  readonly files: ReadonlyMap<string, Oid>;
  #admins: readonly string[] | undefined;
  readonly #bannedFrom = new Map<string, BanClass | undefined>();
  readonly #writers = new Map<string, boolean>();

  constructor(files: ReadonlyMap<string, Oid>) {
    this.files = files;
  }

  has(path: string): boolean {
    return this.files.has(path);
  }

  /** Accounts that are admins, sorted. */
  get admins(): readonly string[] {
    this.#admins ??= [...this.names('admins/', '.crt')].sort();
    return this.#admins;
  }

  placeOf(uri: string): Place | undefined {
    if (this.has(adminPath(uri))) return 'admin';
    if (this.has(memberPath(uri))) return 'member';
    return this.has(invitedPath(uri)) ? 'invited' : undefined;
  }

  /** Admin or member: may write. */
  isWriter(uri: string): boolean {
    return remembered(
      this.#writers,
      uri,
      () => this.has(adminPath(uri)) || this.has(memberPath(uri)),
    );
  }

  bannedFrom(id: string): BanClass | undefined {
    return remembered(this.#bannedFrom, id, () =>
      BAN_CLASSES.find((from) => this.has(bannedPath(from, id))),
    );
  }

  /** Path of the account chain of an admin or member. */
  chainPath(uri: string): string | undefined {
    return [adminPath(uri), memberPath(uri)].find((path) => this.has(path));
  }

  hasDevice(deviceId: string): boolean {
    return this.has(devicePath(deviceId));
  }

  /** Names of the files of one folder, without its path and the given ending. */
  *names(folder: string, ending: string): Generator<string> {
    for (const path of this.files.keys()) {
      if (!path.startsWith(folder) || !path.endsWith(ending)) continue;
      const name = path.slice(folder.length, path.length - ending.length);
      if (!name.includes('/')) yield name;
    }
  }

  /** Voters on one question whose files lie in the tree. */
  voters(action: VoteAction, from: BanClass, target: string): readonly string[] {
    return [...this.names(`votes/${action}/${from}/${target}/`, '')];
  }

  /** Vote files that concern an id, as target or as voter. */
  *votesAbout(id: string): Generator<string> {
    for (const path of this.files.keys()) {
      const vote = path.startsWith('votes/') ? readVotePath(path) : undefined;
      if (vote && (vote.target === id || vote.voter === id)) yield path;
    }
  }

  /** The same state with files added or (`undefined`) taken away. */
  with(changes: Iterable<readonly [path: string, oid: Oid | undefined]>): GroupState {
    const files = new Map(this.files);
    for (const [path, oid] of changes) {
      if (oid === undefined) files.delete(path);
      else files.set(path, oid);
    }
    return new GroupState(files);
  }
}

/** Asked for each commit, and most commits have the state of the one before: an answer is kept as long as the state. */
function remembered<T>(known: Map<string, T>, id: string, find: () => T): T {
  const answer = known.get(id);
  if (answer !== undefined || known.has(id)) return answer as T; // What was put in.
  const found = find();
  known.set(id, found);
  return found;
}

/** One path that differs between two states. */
export interface Change {
  readonly path: string;
  readonly before?: Oid;
  readonly after?: Oid;
}

const NONE: readonly Change[] = [];

/** Every path that differs, sorted by path. Equal states cost nothing. */
export function changesBetween(before: GroupState, after: GroupState): readonly Change[] {
  if (before === after) return NONE;
  const changes: Change[] = [];
  for (const [path, oid] of before.files) {
    const now = after.files.get(path);
    if (now === oid) continue;
    changes.push(now === undefined ? { path, before: oid } : { path, before: oid, after: now });
  }
  for (const [path, oid] of after.files) {
    if (!before.files.has(path)) changes.push({ path, after: oid });
  }
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Roles as the local API shows them. */
export function rolesOf(
  state: GroupState,
): { uri: string; role: 'admin' | 'member' | 'invited' | 'banned' }[] {
  const roles: { uri: string; role: 'admin' | 'member' | 'invited' | 'banned' }[] = [];
  const seen = new Set<string>();
  const put = (role: 'admin' | 'member' | 'invited' | 'banned', names: Iterable<string>) => {
    for (const uri of [...names].sort()) {
      if (seen.has(uri)) continue;
      seen.add(uri);
      roles.push({ uri, role });
    }
  };
  put('admin', state.names('admins/', '.crt'));
  put('member', state.names('members/', '.crt'));
  put('invited', state.names('invited/', ''));
  put('banned', state.names('banned/admins/', '.crt'));
  put('banned', state.names('banned/members/', '.crt'));
  put('banned', state.names('banned/invited/', ''));
  return roles;
}

/** Ids of the devices in `devices/`, sorted. */
export function devicesOf(state: GroupState): readonly string[] {
  return [...state.names('devices/', '.crt')].sort();
}
