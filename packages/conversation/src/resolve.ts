import type { Oid } from '@covey/git-objects';
import { type Act, type DevicePaper, type Paper, sees } from './act.ts';
import { GroupState } from './group-state.ts';
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
import { type IsUsed, type PaperAct, Registers, type View } from './registers.ts';
import { startOf } from './rules/authority.ts';
import { Seen } from './seen.ts';

/** What of a set of commits has no effect, and what else its void papers can be good for. */
export interface Effect {
  /** Void acts. */
  readonly voided: Seen;
  readonly usedLater: IsUsed;
}

const ALL: Effect = { voided: Seen.NONE, usedLater: () => false };

/**
 * The state that a set of commits comes to, as files of a tree (authority.md, resolve and materialize).
 * A function of the set alone: commutative, associative, idempotent, total. No merge base, no three-way:
 * registers, filled by the commits that have effect.
 */
export function resolve(acts: readonly Act[], effect: Effect = ALL): ReadonlyMap<string, Oid> {
  return new Resolution(new Registers(acts), effect).files();
}

class Resolution {
  readonly #registers: Registers;
  readonly #effect: Effect;
  readonly #view: View;
  /** Device -> its paper that counts, in `devices/` or in `banned/devices/`. */
  readonly #current = new Map<string, DevicePaper>();

  constructor(registers: Registers, effect: Effect) {
    this.#registers = registers;
    this.#effect = effect;
    this.#view = registers.view({ has: () => true }, effect.voided);
  }

  files(): ReadonlyMap<string, Oid> {
    const files = new Map<string, Oid>();
    const put = (path: string, oid: Oid | undefined) => oid !== undefined && files.set(path, oid);
    for (const uri of this.#registers.accounts) {
      const { to, from } = this.#view.standing(uri);
      if (to === 'admin') put(adminPath(uri), this.#chainOf(uri));
      else if (to === 'member') put(memberPath(uri), this.#chainOf(uri));
      else if (to === 'invited') put(invitedPath(uri), EMPTY_BLOB);
      else if (to === 'banned' && from !== undefined) {
        put(bannedPath(from, uri), from === 'invited' ? EMPTY_BLOB : this.#chainOf(uri));
      }
    }
    for (const [device, papers] of this.#registers.papers) {
      const bans = this.#view.bansOf(device);
      const paper = bans.length > 0 ? this.#bannedPaper(papers, bans) : this.#goodPaper(papers);
      if (!paper) continue;
      this.#current.set(device, paper);
      put(bans.length > 0 ? bannedPath('devices', device) : devicePath(device), paper.oid);
    }
    const groupState = new GroupState(files);
    const votes: string[] = [];
    for (const act of this.#registers.acts) {
      const from = act.vote && this.#classOf(act, groupState);
      if (!act.vote || !from) continue;
      votes.push(votePath(act.vote.action, from, act.vote.target, act.vote.voter));
    }
    for (const path of votes) put(path, EMPTY_BLOB);
    for (const [uri, oid] of this.#crls()) put(crlPath(uri), oid);
    put(PROFILE_PATH, this.#profile());
    return files;
  }

  /**
   * Chains go with their place: one from before a leave is not taken up again. Whose join is void and whom the
   * majority has promoted has no other chain than the void one.
   */
  #chainOf(uri: string): Oid | undefined {
    const leaves = this.#view.settingsOf(uri).filter(({ setting: { op } }) => op === 'leave');
    const chains = this.#registers.acts.filter((act) => act.chain?.uri === uri);
    const good = chains.filter((act) => this.#view.holds(act));
    const current = good.filter((act) =>
      leaves.every((leave) => act === leave.act || sees(act, leave.act)),
    );
    const [best] = [current, good, chains].filter(({ length }) => length > 0);
    return newest((best ?? []).map((act) => act.chain as Paper))?.oid; // Filtered above.
  }

  /** The device is there by a paper of its account that is in standing, unrevoked, and newer than all removals. */
  #goodPaper(papers: readonly PaperAct[]): DevicePaper | undefined {
    const standing = papers.filter(
      ({ paper }) => this.#view.isWriter(paper.uri) && !this.#registers.isRevoked(paper),
    );
    const brought = standing.filter(
      (act) =>
        this.#view.holds(act) &&
        this.#view.removalsOf(act.paper).every((removal) => sees(act, removal)),
    );
    const good = brought.length > 0 ? brought : standing.filter((act) => this.#isUsed(act));
    return newest(good.map(({ paper }) => paper));
  }

  #isUsed(act: PaperAct): boolean {
    return !this.#view.holds(act) && this.#effect.usedLater(act, this.#view.removalsOf(act.paper));
  }

  /** What was in `devices/` when the device was banned: older papers are not taken up again. */
  #bannedPaper(papers: readonly PaperAct[], bans: readonly Act[]): DevicePaper | undefined {
    const good = papers.filter((act) => this.#view.holds(act));
    const current = good.filter((act) =>
      this.#view
        .removalsOf(act.paper)
        .filter((removal) => bans.some((ban) => sees(ban, removal)))
        .every((removal) => sees(act, removal)),
    );
    const [best] = [current, good, papers].filter(({ length }) => length > 0);
    return newest((best ?? []).map(({ paper }) => paper));
  }

  /** The class that a vote starts from, if it is there: that in which its target stands, whatever it was when it was cast. */
  #classOf(act: Act, state: GroupState): BanClass | undefined {
    const { vote } = act;
    if (!vote || !this.#view.holds(act) || !this.#view.isAdmin(vote.voter)) return undefined;
    const owner = this.#current.get(vote.target)?.uri ?? vote.target;
    return this.#view.isCurrent(act, owner) ? startOf(vote.action, state, vote.target) : undefined;
  }

  /** Lists count, void or not. */
  #crls(): ReadonlyMap<string, Oid> {
    const best = new Map<string, NonNullable<Act['crl']>>();
    for (const { crl } of this.#registers.lists) {
      if (!crl) continue;
      const other = best.get(crl.uri);
      const higher =
        !other || crl.number > other.number || (crl.number === other.number && crl.oid > other.oid);
      if (higher) best.set(crl.uri, crl);
    }
    return new Map([...best].map(([uri, crl]) => [uri, crl.oid]));
  }

  #profile(): Oid | undefined {
    const updates = this.#registers.acts.filter(
      (act) => act.profile !== undefined && this.#view.holds(act),
    );
    const last = updates.filter((act) => !updates.some((other) => sees(other, act)));
    return last.sort((a, b) => (a.oid < b.oid ? 1 : -1))[0]?.profile;
  }
}

/** Of one key the later end, then the higher id. */
function newest<P extends Paper>(papers: readonly P[]): P | undefined {
  return [...papers].sort((a, b) => b.notAfter - a.notAfter || (a.oid < b.oid ? 1 : -1))[0];
}
