import {
  type Act,
  apart,
  type DevicePaper,
  isRemoval,
  PLACE_OPS,
  type PlaceSetting,
  sees,
} from './act.ts';
import type { BanClass, VotePath } from './layout.ts';
import type { Seen } from './seen.ts';

type Question = Pick<VotePath, 'action' | 'target'>;
type Part = Pick<Seen, 'has'>;
/**
 * Has that device written anything with effect, but a leave, that has this certificate and all these acts among its
 * ancestors? Asked of certificates that only a void commit brought.
 */
export type IsUsed = (paper: PaperAct, after: readonly Act[]) => boolean;

/** Where an account stands, and of a banned one where it was taken from. */
export interface Standing {
  readonly to: PlaceSetting['to'];
  readonly from?: BanClass | undefined;
}

export interface Setting {
  readonly act: Act;
  readonly setting: PlaceSetting;
}

export type PaperAct = Act & { readonly paper: DevicePaper };

const ROLE_OF = {
  admins: 'admin',
  members: 'member',
  invited: 'invited',
  devices: undefined,
} as const;
const CLASS_OF = { admin: 'admins', member: 'members', invited: 'invited' } as const;
const EVERYTHING: Part = { has: () => true };
const NOWHERE: Standing = { to: undefined };
const ROLE_RANK = { banned: 0, invited: 1, member: 2, admin: 3 } as const;

/** The acts of a set by what they set: registers from which any part of the set can be read. */
export class Registers {
  /** Parents before children. */
  readonly acts: readonly Act[];
  /** Acts that brought a revocation list. */
  readonly lists: readonly Act[];
  /** Device -> acts that brought its certificate. */
  readonly papers: ReadonlyMap<string, readonly PaperAct[]>;
  readonly #settings = new Map<string, Setting[]>();
  readonly #deviceBans = new Map<string, Act[]>();
  readonly #votes = new Map<string, Act[]>();

  constructor(acts: readonly Act[]) {
    const papers = new Map<string, PaperAct[]>();
    this.acts = acts;
    this.lists = acts.filter(({ crl }) => crl !== undefined);
    this.papers = papers;
    for (const act of acts) {
      for (const setting of act.places) push(this.#settings, setting.uri, { act, setting });
      if (act.deviceBan) push(this.#deviceBans, act.deviceBan.device, act);
      if (hasPaper(act)) push(papers, act.paper.device, act);
      if (act.vote) push(this.#votes, keyOf(act.vote), act);
    }
  }

  /** Accounts whose place was ever set. */
  get accounts(): Iterable<string> {
    return this.#settings.keys();
  }

  settingsOf(uri: string): readonly Setting[] {
    return this.#settings.get(uri) ?? [];
  }

  deviceBansOf(device: string): readonly Act[] {
    return this.#deviceBans.get(device) ?? [];
  }

  /** Does any list, of those that `within` has, name any certificate of the device? Lists count, void or not. */
  isRevoked({ device, uri }: DevicePaper, within: Part = EVERYTHING): boolean {
    const papers = (this.papers.get(device) ?? []).filter(({ paper }) => paper.uri === uri);
    return this.lists.some(
      ({ index, crl }) =>
        crl?.uri === uri &&
        within.has(index) &&
        papers.some(({ paper }) => crl.revoked.has(paper.serial)),
    );
  }

  /** Votes on one question, whoever cast them. Which class the target stood in then doesn't matter: it is in its place. */
  votesOn(question: Question): readonly Act[] {
    return this.#votes.get(keyOf(question)) ?? [];
  }

  /** Account of a device that has brought its certificate (the first, if several vouch for it); else the id itself, which may be an account. */
  ownerOf(id: string): string {
    const owners = (this.papers.get(id) ?? []).map(({ paper }) => paper.uri);
    return owners.sort()[0] ?? id;
  }

  /** What these acts come to, as far as `within` has them, without the void ones. */
  view(within: Part, voided: Part, isUsed?: IsUsed): View {
    return new View(this, within, voided, isUsed);
  }
}

/** The registers, as far as some of the acts fill them. */
export class View {
  readonly #registers: Registers;
  readonly #within: Part;
  readonly #voided: Part;
  readonly #isUsed: IsUsed;
  readonly #standings = new Map<string, Standing>();
  readonly #before = new Map<Act, View>();
  #admins: ReadonlySet<string> | undefined;

  constructor(registers: Registers, within: Part, voided: Part, isUsed: IsUsed = () => false) {
    this.#isUsed = isUsed;
    this.#registers = registers;
    this.#within = within;
    this.#voided = voided;
  }

  /** Has the act effect here? */
  holds({ index }: Act): boolean {
    return this.#within.has(index) && !this.#voided.has(index);
  }

  settingsOf(uri: string): readonly Setting[] {
    return this.#registers.settingsOf(uri).filter(({ act }) => this.holds(act));
  }

  standing(uri: string): Standing {
    let standing = this.#standings.get(uri);
    if (!standing) {
      standing = standingOf(this.settingsOf(uri), (setting) => this.#given(setting));
      this.#standings.set(uri, standing);
    }
    return standing;
  }

  /** What a setting gives. Of bans and unbans it hangs on what they found, void commits left out. */
  #given({ act, setting }: Setting): Standing {
    const { op, uri, from } = setting;
    if (op !== 'ban' && op !== 'unban') return setting;
    const found = this.#viewBefore(act).standing(uri);
    if (op === 'unban') return found.from ? { to: ROLE_OF[found.from] } : found;
    if (found.to === 'banned') return found;
    return { to: 'banned', from: found.to ? CLASS_OF[found.to] : from };
  }

  #viewBefore(act: Act): View {
    const known = this.#before.get(act);
    if (known) return known;
    const within = { has: (index: number) => act.before.has(index) && this.#within.has(index) };
    const view = this.#registers.view(within, this.#voided);
    this.#before.set(act, view);
    return view;
  }

  isWriter(uri: string): boolean {
    const { to } = this.standing(uri);
    return to === 'admin' || to === 'member';
  }

  isAdmin(uri: string): boolean {
    return this.standing(uri).to === 'admin';
  }

  get admins(): ReadonlySet<string> {
    this.#admins ??= new Set([...this.#registers.accounts].filter((uri) => this.isAdmin(uri)));
    return this.#admins;
  }

  /** Bans of a device that no unban has among its ancestors. */
  bansOf(device: string): readonly Act[] {
    const acts = this.#registers.deviceBansOf(device).filter((act) => this.holds(act));
    const unbans = acts.filter((act) => act.deviceBan?.op === 'unban');
    return acts.filter(
      (act) => act.deviceBan?.op === 'ban' && !unbans.some((unban) => sees(unban, act)),
    );
  }

  /** Everything that took the device, or its account, out of the group, but revocations: these are for ever. */
  removalsOf({ device, uri }: DevicePaper): readonly Act[] {
    const bans = this.#registers
      .deviceBansOf(device)
      .filter((act) => act.deviceBan?.op === 'ban' && this.holds(act));
    const settings = this.settingsOf(uri).filter(
      ({ setting: { op } }) => op === 'ban' || op === 'leave',
    );
    return [...bans, ...settings.map(({ act }) => act)];
  }

  /** Does the device stand in the group? */
  hasDevice(device: string): boolean {
    if (this.bansOf(device).length > 0) return false;
    return (this.#registers.papers.get(device) ?? []).some((act) => {
      if (!this.#within.has(act.index) || !this.isWriter(act.paper.uri)) return false;
      if (this.#registers.isRevoked(act.paper, this.#within)) return false;
      const removals = this.removalsOf(act.paper);
      return this.holds(act)
        ? removals.every((removal) => sees(act, removal))
        : this.#isUsed(act, removals);
    });
  }

  /** Nothing has happened to the place of the target, nor to the voter as an admin, that the vote hasn't seen. */
  isCurrent(act: Act, owner: string): boolean {
    const { vote } = act;
    if (!vote) return false;
    // An invitation or a joining makes or unmakes no admin.
    const made = this.settingsOf(vote.voter).filter(
      ({ setting: { to, op } }) => to === 'admin' || (op !== 'add' && op !== 'join'),
    );
    const placed = [
      ...[...made, ...this.settingsOf(owner)].map((setting) => setting.act),
      ...this.#registers.deviceBansOf(vote.target).filter((ban) => this.holds(ban)),
    ];
    return placed.every((setting) => sees(act, setting));
  }
}

/** The register of one account: the latest settings, removals first, for ever stronger than what stands apart from them. */
function standingOf(settings: readonly Setting[], given: (setting: Setting) => Standing): Standing {
  const taken = settings.filter(({ act }) => !settings.some((other) => sees(other.act, act)));
  const open = taken.filter(
    ({ act, setting }) =>
      isRemoval(setting.op) ||
      !settings.some((other) => isRemoval(other.setting.op) && apart(other.act, act)),
  );
  const left = open.length > 0 ? open : taken;
  const op = PLACE_OPS.find((each) => left.some(({ setting }) => setting.op === each));
  const [lowest] = left
    .filter(({ setting }) => setting.op === op)
    .map(given)
    .sort((a, b) => rank(a) - rank(b));
  return lowest ?? NOWHERE;
}

function rank({ to, from }: Standing): number {
  if (to === 'banned') return from === 'admins' ? 3 : from === 'members' ? 2 : 1;
  return to === undefined ? 0 : ROLE_RANK[to];
}

const keyOf = ({ action, target }: Question) => `${action} ${target}`;

function hasPaper(act: Act): act is PaperAct {
  return act.paper !== undefined;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
