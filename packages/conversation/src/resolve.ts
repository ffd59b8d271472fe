import type { Oid } from '@covey/git-objects';
import {
  type Act,
  apart,
  type DevicePaper,
  isRemoval,
  type Paper,
  PLACE_OPS,
  type PlaceSetting,
  sees,
} from './act.ts';
import {
  adminPath,
  type BanClass,
  bannedPath,
  crlPath,
  devicePath,
  EMPTY_BLOB,
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

type PaperAct = Act & { readonly paper: DevicePaper };

const NOWHERE: Standing = { to: undefined };
const ROLE_RANK = { banned: 0, invited: 1, member: 2, admin: 3 } as const;

class Resolution {
  readonly #acts: readonly Act[];
  readonly #settings = new Map<string, Setting[]>();
  readonly #standings = new Map<string, Standing>();
  readonly #deviceBans = new Map<string, Act[]>();
  readonly #papers = new Map<string, PaperAct[]>();
  /** Acts that brought a revocation list. */
  readonly #lists: readonly Act[];
  /** Device -> its paper that counts, in `devices/` or in `banned/devices/`. */
  readonly #current = new Map<string, DevicePaper>();

  constructor(acts: readonly Act[]) {
    this.#acts = acts;
    this.#lists = acts.filter(({ crl }) => crl !== undefined);
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
      const bans = this.#standingBansOf(device);
      const paper = bans.length > 0 ? this.#bannedPaper(papers, bans) : this.#goodPaper(papers);
      if (!paper) continue;
      this.#current.set(device, paper);
      put(bans.length > 0 ? bannedPath('devices', device) : devicePath(device), paper.oid);
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
    return newest(
      (current.length > 0 ? current : chains).map((act) => act.chain as Paper), // Filtered above.
    )?.oid;
  }

  /** The device is there by a paper of its account that is in standing, unrevoked, and newer than all removals. */
  #goodPaper(papers: readonly PaperAct[]): DevicePaper | undefined {
    const good = papers.filter((act) => {
      const { uri, serial } = act.paper;
      const { to } = this.#standings.get(uri) ?? NOWHERE;
      if (to !== 'admin' && to !== 'member') return false;
      if (this.#lists.some(({ crl }) => crl?.uri === uri && crl.revoked.has(serial))) return false;
      return this.#removalsOf(act.paper).every((removal) => sees(act, removal));
    });
    return newest(good.map(({ paper }) => paper));
  }

  /** What was in `devices/` when the device was banned: older papers are not taken up again. */
  #bannedPaper(papers: readonly PaperAct[], bans: readonly Act[]): DevicePaper | undefined {
    const current = papers.filter((act) =>
      this.#removalsOf(act.paper)
        .filter((removal) => bans.some((ban) => sees(ban, removal)))
        .every((removal) => sees(act, removal)),
    );
    return newest((current.length > 0 ? current : papers).map(({ paper }) => paper));
  }

  /** Everything that took the device, or its account, out of the group. */
  #removalsOf({ device, uri }: DevicePaper): readonly Act[] {
    return [
      ...(this.#deviceBans.get(device) ?? []).filter((act) => act.deviceBan?.op === 'ban'),
      ...this.#settingsOf(uri, ({ op }) => op === 'ban' || op === 'leave'),
      ...this.#sweepsOf(device),
    ];
  }

  /** Revocation lists that took the device out of the tree. */
  #sweepsOf(device: string): readonly Act[] {
    return this.#lists.filter(({ crl }) => crl?.devices.includes(device));
  }

  #standingBansOf(device: string): readonly Act[] {
    const acts = this.#deviceBans.get(device) ?? [];
    const unbans = acts.filter((act) => act.deviceBan?.op === 'unban');
    return acts.filter(
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
    const owner = this.#current.get(vote.target)?.uri;
    const placed = [
      ...this.#settingsOf(owner ?? vote.target, () => true),
      ...(this.#deviceBans.get(vote.target) ?? []),
      ...this.#sweepsOf(vote.target),
    ];
    return [...made, ...placed].every((setting) => sees(act, setting));
  }

  #crls(): ReadonlyMap<string, Oid> {
    const best = new Map<string, NonNullable<Act['crl']>>();
    for (const { crl } of this.#lists) {
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
function newest<P extends Paper>(papers: readonly P[]): P | undefined {
  return [...papers].sort((a, b) => b.notAfter - a.notAfter || (a.oid < b.oid ? 1 : -1))[0];
}

function hasPaper(act: Act): act is PaperAct {
  return act.paper !== undefined;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
