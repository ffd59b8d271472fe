import {
  type Act,
  apart,
  type DevicePaper,
  isRemoval,
  PLACE_OPS,
  type PlaceSetting,
  sees,
} from './act.ts';
import type { VotePath } from './layout.ts';
import type { Seen } from './seen.ts';

type Question = Omit<VotePath, 'voter'>;

/** Where an account stands, and of a banned one where it was taken from. */
export type Standing = Pick<PlaceSetting, 'to' | 'from'>;

export interface Setting {
  readonly act: Act;
  readonly setting: PlaceSetting;
}

export type PaperAct = Act & { readonly paper: DevicePaper };

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
  readonly #sweeps = new Map<string, Act[]>();
  readonly #votes = new Map<string, Act[]>();

  constructor(acts: readonly Act[]) {
    const papers = new Map<string, PaperAct[]>();
    this.acts = acts;
    this.lists = acts.filter(({ crl }) => crl !== undefined);
    this.papers = papers;
    for (const act of acts) {
      for (const setting of act.places) push(this.#settings, setting.uri, { act, setting });
      if (act.deviceBan) push(this.#deviceBans, act.deviceBan.device, act);
      for (const device of act.crl?.devices ?? []) push(this.#sweeps, device, act);
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

  /** Revocation lists that took the device out of the tree. */
  sweepsOf(device: string): readonly Act[] {
    return this.#sweeps.get(device) ?? [];
  }

  /** Votes on one question, whoever cast them. */
  votesOn(question: Question): readonly Act[] {
    return this.#votes.get(keyOf(question)) ?? [];
  }

  /** Account of a device that has brought its certificate; else the id itself, which may be an account. */
  ownerOf(id: string): string {
    return this.papers.get(id)?.[0]?.paper.uri ?? id;
  }

  /** What those of these acts come to that `holds` has. */
  view(holds: Pick<Seen, 'has'>): View {
    return new View(this, holds);
  }
}

/** The registers, as far as some of the acts fill them. */
export class View {
  readonly #registers: Registers;
  readonly #holds: Pick<Seen, 'has'>;
  readonly #standings = new Map<string, Standing>();
  #admins: ReadonlySet<string> | undefined;

  constructor(registers: Registers, holds: Pick<Seen, 'has'>) {
    this.#registers = registers;
    this.#holds = holds;
  }

  holds(act: Act): boolean {
    return this.#holds.has(act.index);
  }

  settingsOf(uri: string): readonly Setting[] {
    return this.#registers.settingsOf(uri).filter(({ act }) => this.holds(act));
  }

  standing(uri: string): Standing {
    let standing = this.#standings.get(uri);
    if (!standing) {
      standing = standingOf(this.settingsOf(uri));
      this.#standings.set(uri, standing);
    }
    return standing;
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

  /** Everything that took the device, or its account, out of the group. Lists count always. */
  removalsOf({ device, uri }: DevicePaper): readonly Act[] {
    const bans = this.#registers
      .deviceBansOf(device)
      .filter((act) => act.deviceBan?.op === 'ban' && this.holds(act));
    const settings = this.settingsOf(uri).filter(
      ({ setting: { op } }) => op === 'ban' || op === 'leave',
    );
    return [...bans, ...settings.map(({ act }) => act), ...this.#registers.sweepsOf(device)];
  }

  /** Nothing has happened to the place of the target, nor to the voter as an admin, that the vote hasn't seen. */
  isCurrent(act: Act, owner: string): boolean {
    const { vote } = act;
    if (!vote) return false;
    const made = this.settingsOf(vote.voter).filter(
      ({ setting: { to, op, from } }) =>
        to === 'admin' || op === 'demotion' || op === 'leave' || from === 'admins',
    );
    const placed = [
      ...[...made, ...this.settingsOf(owner)].map((setting) => setting.act),
      ...this.#registers.deviceBansOf(vote.target).filter((ban) => this.holds(ban)),
      ...this.#registers.sweepsOf(vote.target),
    ];
    return placed.every((setting) => sees(act, setting));
  }
}

/** The register of one account: the latest settings, removals first, for ever stronger than what stands apart from them. */
function standingOf(settings: readonly Setting[]): Standing {
  if (settings.length === 1) return settings[0]?.setting ?? NOWHERE;
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

const keyOf = ({ action, from, target }: Question) => `${action} ${from} ${target}`;

function hasPaper(act: Act): act is PaperAct {
  return act.paper !== undefined;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
