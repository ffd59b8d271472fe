import type { Oid } from '@covey/git-objects';
import {
  type Act,
  apart,
  isRemoval,
  PLACE_OPS,
  type Paper,
  type PlaceSetting,
  sees,
} from './act.ts';
import {
  type BanClass,
  bannedPath,
  crlPath,
  devicePath,
  EMPTY_BLOB,
  adminPath,
  invitedPath,
  memberPath,
  PROFILE_PATH,
  votePath,
} from './layout.ts';

/**
 * The state that a set of commits comes to, as files of a tree (authority.md, resolve and materialize).
 * A function of the set alone: commutative, associative, idempotent, total. No merge base, no three-way:
 * registers. Void commits are left out by the caller.
 */
export function resolve(acts: readonly Act[]): ReadonlyMap<string, Oid> {
  return new Resolution(acts).files();
}

type Standing = Pick<PlaceSetting, 'to' | 'from'>;
interface Setting {
  readonly act: Act;
  readonly setting: PlaceSetting;
}

const NOWHERE: Standing = { to: undefined };
const ROLE_RANK = { banned: 0, invited: 1, member: 2, admin: 3 } as const;

class Resolution {
  readonly #acts: readonly Act[];
  readonly #settings = new Map<string, Setting[]>();
  readonly #standings = new Map<string, Standing>();
  readonly #deviceBans = new Map<string, Act[]>();
  readonly #papers = new Map<string, (Act & { paper: object })[]>();

  constructor(acts: readonly Act[]) {
    this.#acts = acts;
    for (const act of acts) {
      for (const setting of act.places) push(this.#settings, setting.uri, { act, setting });
      if (act.deviceBan) push(this.#deviceBans, act.deviceBan.device, act);
      if (hasPaper(act)) push(this.#papers, act.paper.device, act);
    }
    for (const [uri, settings] of this.#settings) this.#standings.set(uri, standingOf(settings));
  }

  files(): ReadonlyMap<string, Oid> {
    const files = new Map<string, Oid>();
    const put = (path: string, oid: Oid | undefined) => oid !== undefined && files.set(path, oid);
    for (const [uri, { to, from }] of this.#standings) {
      if (to === 'admin') put(adminPath(uri), this.#chainOf(uri));
      else if (to === 'member') put(memberPath(uri), this.#chainOf(uri));
      else if (to === 'invited') put(invitedPath(uri), EMPTY_BLOB);
      else if (to === 'banned' && from !== undefined) {
        put(bannedPath(from, uri), from === 'invited' ? EMPTY_BLOB : this.#chainOf(uri));
      }
    }
    for (const [device, papers] of this.#papers) {
      const banned = this.#isDeviceBanned(device);
      if (banned)
        put(bannedPath('devices', device), newest(papers.map((act) => act.paper as Paper)));
      else put(devicePath(device), this.#deviceOf(device, papers));
    }
    for (const act of this.#acts) {
      if (act.vote && this.#voteHolds(act, files)) {
        const { action, from, target, voter } = act.vote;
        put(votePath(action, from, target, voter), EMPTY_BLOB);
      }
    }
    for (const [uri, oid] of this.#crls()) put(crlPath(uri), oid);
    put(PROFILE_PATH, this.#profile());
    return files;
  }

  /** Chains go with their place: one from before a leave is not taken up again. */
  #chainOf(uri: string): Oid | undefined {
    const leaves = this.#settingsOf(uri, (setting) => setting.op === 'leave');
    const chains = this.#acts.filter((act) => act.chain?.uri === uri);
    const current = chains.filter((act) =>
      leaves.every((leave) => act === leave || sees(act, leave)),
    );
    return newest((current.length > 0 ? current : chains).map((act) => act.chain as Paper));
  }

  #deviceOf(device: string, papers: readonly (Act & { paper: object })[]): Oid | undefined {
    const uri = (papers[0]?.paper as Paper).uri;
    const { to } = this.#standings.get(uri) ?? NOWHERE;
    if (to !== 'admin' && to !== 'member') return undefined;
    if (this.#acts.some((act) => act.crl?.uri === uri && act.crl.devices.includes(device)))
      return undefined;
    const mustSee = [
      ...(this.#deviceBans.get(device) ?? []).filter((act) => act.deviceBan?.op === 'ban'),
      ...this.#settingsOf(uri, ({ op }) => op === 'ban' || op === 'leave'),
    ];
    const current = papers.filter((act) => mustSee.every((removal) => sees(act, removal)));
    return newest(current.map((act) => act.paper as Paper));
  }

  #isDeviceBanned(device: string): boolean {
    const acts = this.#deviceBans.get(device) ?? [];
    const unbans = acts.filter((act) => act.deviceBan?.op === 'unban');
    return acts.some(
      (act) => act.deviceBan?.op === 'ban' && !unbans.some((unban) => sees(unban, act)),
    );
  }

  #voteHolds(act: Act, files: ReadonlyMap<string, Oid>): boolean {
    const vote = act.vote;
    if (!vote || this.#standings.get(vote.voter)?.to !== 'admin') return false;
    if (!files.has(startPath(vote.action === 'unban', vote.from, vote.target))) return false;
    const made = this.#settingsOf(
      vote.voter,
      ({ to, op, from }) =>
        to === 'admin' || op === 'demotion' || op === 'leave' || from === 'admins',
    );
    const owner = (this.#papers.get(vote.target)?.[0]?.paper as Paper | undefined)?.uri;
    const placed = [
      ...this.#settingsOf(owner ?? vote.target, () => true),
      ...(this.#deviceBans.get(vote.target) ?? []),
    ];
    return [...made, ...placed].every((setting) => sees(act, setting));
  }

  #crls(): ReadonlyMap<string, Oid> {
    const best = new Map<string, NonNullable<Act['crl']>>();
    for (const { crl } of this.#acts) {
      if (!crl) continue;
      const other = best.get(crl.uri);
      const higher =
        !other || crl.number > other.number || (crl.number === other.number && crl.oid > other.oid);
      if (higher) best.set(crl.uri, crl);
    }
    return new Map([...best].map(([uri, crl]) => [uri, crl.oid]));
  }

  #profile(): Oid | undefined {
    const updates = this.#acts.filter((act) => act.profile !== undefined);
    const last = updates.filter((act) => !updates.some((other) => sees(other, act)));
    return last.sort((a, b) => (a.oid < b.oid ? 1 : -1))[0]?.profile;
  }

  #settingsOf(uri: string, which: (setting: PlaceSetting) => boolean): Act[] {
    return (this.#settings.get(uri) ?? [])
      .filter(({ setting }) => which(setting))
      .map(({ act }) => act);
  }
}

/** The register of one account: the latest settings, removals first, for ever stronger than what stands apart from them. */
function standingOf(settings: readonly Setting[]): Standing {
  const taken = settings.filter(({ act }) => !settings.some((other) => sees(other.act, act)));
  const open = taken.filter(
    ({ act, setting }) =>
      isRemoval(setting.op) ||
      !settings.some((other) => isRemoval(other.setting.op) && apart(other.act, act)),
  );
  const [first] = (open.length > 0 ? open : taken).sort(
    (a, b) =>
      PLACE_OPS.indexOf(a.setting.op) - PLACE_OPS.indexOf(b.setting.op) ||
      rank(a.setting) - rank(b.setting),
  );
  return first?.setting ?? NOWHERE;
}

function rank({ to, from }: PlaceSetting): number {
  if (to === 'banned') return from === 'admins' ? 3 : from === 'members' ? 2 : 1;
  return to === undefined ? 0 : ROLE_RANK[to];
}

function startPath(unban: boolean, from: BanClass, id: string): string {
  if (unban) return bannedPath(from, id);
  if (from === 'admins') return adminPath(id);
  if (from === 'members') return memberPath(id);
  return from === 'invited' ? invitedPath(id) : devicePath(id);
}

/** Of one key the later end, then the higher id. */
function newest(papers: readonly Paper[]): Oid | undefined {
  return [...papers].sort((a, b) => b.notAfter - a.notAfter || (a.oid < b.oid ? 1 : -1))[0]?.oid;
}

function hasPaper(act: Act): act is Act & { paper: NonNullable<Act['paper']> } {
  return act.paper !== undefined;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
