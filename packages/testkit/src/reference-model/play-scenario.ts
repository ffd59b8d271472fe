import type { ModelCharter, ModelCommit, ModelState } from './model.ts';
import { breaksRule, resolveModel, voidIn } from './model.ts';
import type {
  ActStep,
  DeviceView,
  OfferStep,
  Outcome,
  Scenario,
  SyncStep,
} from './scenario-file.ts';

/** What playing a scenario came to; `index` counts the steps from 0. */
export interface ScenarioAnswer {
  readonly name: string;
  readonly ok: boolean;
  readonly failures: readonly string[];
  readonly steps: readonly { index: number; outcome: Outcome; rule?: string }[];
  readonly devices: Readonly<Record<string, DeviceView & { readonly digest: string }>>;
}

/** `rule` is there when the outcome is `refused`. */
interface Result {
  readonly outcome: Outcome;
  readonly rule?: string;
}

const ACCEPTED: Result = { outcome: 'accepted' };
const LISTS = ['admins', 'members', 'invited', 'banned', 'bannedDevices', 'void'] as const;
const RESOLUTIONS = ['ban', 'unban', 'promote', 'demote'];

function refused(rule: string): Result {
  return { outcome: 'refused', rule };
}

/**
 * Plays scenario files on the reference model alone: a device is the set of commits that it
 * holds. Ids are the names in the file, `s<n>` for the n-th step (from 1) and `~<n>` for merges
 * that a device writes by itself, so the same file always plays the same.
 */
class Stage {
  readonly scenario: Scenario;
  readonly charter: ModelCharter;
  readonly #owners = new Map<string, string>();
  /** All that was ever written, what the rules refuse included. */
  readonly #written = new Map<string, ModelCommit>();
  readonly #titles = new Map<string, string>();
  /** Why a commit is invalid, for those that are. */
  readonly #faults = new Map<string, string>();
  readonly #held = new Map<string, ReadonlySet<string>>();
  readonly #states = new Map<string, ModelState>();
  #merges = 0;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    for (const [account, devices] of Object.entries(scenario.accounts)) {
      for (const device of devices) {
        this.#owners.set(device, account);
        this.#held.set(device, new Set());
      }
    }
    this.charter = {
      mode: scenario.mode,
      creator: this.#ownerOf(scenario.creator),
      ...(scenario.invited === undefined ? {} : { invited: scenario.invited }),
      flat: scenario.flat ?? false,
      profileBy: scenario.profile ?? 'admin',
      owners: this.#owners,
    };
    const by = { account: this.charter.creator, device: scenario.creator };
    this.#written.set('root', { id: 'root', parents: [], ...by, kind: 'initial', brings: true });
    this.#held.set(scenario.creator, new Set(['root']));
  }

  play(step: ActStep | SyncStep | OfferStep, index: number): Result {
    if ('sync' in step) return this.#sync(step);
    if ('offer' in step) return this.#offer(step);
    return this.#act(step, step.id ?? `s${index + 1}`);
  }

  view(device: string): DeviceView & { readonly digest: string } {
    const held = this.#heldBy(device);
    const { places, bannedDevices, profile } = this.#stateOf(held);
    const gone = voidIn(this.charter, this.#commits(held));
    const inPlace = (asked: string) =>
      [...places].filter(([, { place }]) => place === asked).map(([account]) => account);
    const isShown = (id: string) => this.#commit(id).kind === 'text' && !gone.has(id);
    const title = profile === undefined ? undefined : this.#titles.get(profile);
    const view = {
      admins: inPlace('admin').sort(),
      members: inPlace('member').sort(),
      invited: inPlace('invited').sort(),
      banned: inPlace('banned').sort(),
      bannedDevices: [...bannedDevices].sort(),
      void: [...gone].sort(),
      shown: this.#inDisplayOrder(held).filter(isShown),
      ...(title === undefined ? {} : { title }),
    };
    return { ...view, digest: digestOf(JSON.stringify([view, this.#headsOf(held)])) };
  }

  /** Whether the ids are in an order that display order allows: equal heights in any order. */
  isByHeight(ids: readonly string[]): boolean {
    const heights = ids.map((id) => this.#heightOf(id));
    return heights.every((height, index) => index === 0 || height >= (heights[index - 1] ?? 0));
  }

  // Writing.

  #act(step: ActStep, id: string): Result {
    if (this.#written.has(id)) throw new Error(`two commits are called ${id}`);
    const parents = step.do === 'merge' ? [step.of ?? []].flat() : this.#parentsFor(step);
    if ('outcome' in parents) return parents;
    const commit = this.#commitOf(step, id, parents);
    this.#written.set(id, commit);
    if (step.title !== undefined) this.#titles.set(id, step.title);
    const lie = [...Object.keys(step.tree?.add ?? {}), ...(step.tree?.remove ?? [])][0];
    const fault = lie === undefined ? this.#faultOf(commit) : `6: changes ${lie}`;
    if (fault !== undefined) {
      this.#faults.set(id, fault);
      return refused(fault);
    }
    this.#held.set(step.at, new Set([...this.#heldBy(step.at), ...this.#withAncestors([id])]));
    return ACCEPTED;
  }

  /** What to write on. Merges on the way; the device keeps these when the step is accepted. */
  #parentsFor(step: ActStep): readonly string[] | Result {
    if (step.on !== undefined) return step.on;
    const held = this.#heldBy(step.at);
    if (held.size === 0) throw new Error(`${step.at} hasn't the conversation yet`);
    const account = this.#ownerOf(step.at);
    const heads = this.#headsOf(held);
    const place = this.#stateOf(held).places.get(account)?.place;
    if (step.do === 'join' && place !== 'admin' && place !== 'member') {
      const isInvitedOn = (head: string) =>
        this.#stateOf(this.#withAncestors([head])).places.get(account)?.place === 'invited';
      const head = this.charter.mode === 3 ? undefined : heads.findLast(isInvitedOn);
      return [head ?? heads.at(-1) ?? 'root'];
    }
    while (heads.length > 1) {
      const pair = this.#firstMerge(step.at, heads);
      if (pair === undefined) return refused('13: no two heads that the author may merge');
      this.#written.set(pair.id, pair);
      const left = heads.filter((head) => !pair.parents.includes(head));
      heads.splice(0, heads.length, ...this.#inDisplayOrder(new Set([...left, pair.id])));
    }
    return heads;
  }

  /** The first pair in display order whose merge is valid for this author. */
  #firstMerge(device: string, heads: readonly string[]): ModelCommit | undefined {
    this.#merges += 1;
    for (const [index, one] of heads.entries()) {
      for (const other of heads.slice(index + 1)) {
        const parents = [one, other];
        const merge = {
          ...{ id: `~${this.#merges}`, parents, kind: 'merge' as const },
          ...this.#authorOn(device, parents),
        };
        if (this.#faultOf(merge) === undefined) return merge;
      }
    }
    return undefined;
  }

  #commitOf(step: ActStep, id: string, parents: readonly string[]): ModelCommit {
    const { target, kind } = step;
    const base = { id, parents, ...this.#authorOn(step.at, parents) };
    const own = { id, parents, account: base.account, device: base.device };
    if (step.do === 'revoke') return { ...base, kind: 'papers', revokes: [target ?? ''] };
    if (step.do === 'edit') return { ...base, kind: 'edit', of: String(step.of) };
    if (step.do === 'join') return { ...own, kind: 'join' };
    if (step.do === 'leave') return { ...own, kind: 'leave' };
    if (step.do === 'text' || step.do === 'profile' || step.do === 'merge') {
      return { ...base, kind: step.do };
    }
    if (target === undefined) throw new Error(`${id} has no target`);
    if (step.do === 'add') return { ...base, kind: 'add', target };
    if (kind === undefined) throw new Error(`${id} doesn't say for what`);
    return step.do === 'vote'
      ? { ...base, kind: 'vote', action: kind, target }
      : { ...base, kind, target };
  }

  /** The author of a commit on these parents; he brings his papers when they aren't there. */
  #authorOn(device: string, parents: readonly string[]) {
    const { devices } = this.#stateOf(this.#withAncestors(parents));
    const by = { account: this.#ownerOf(device), device };
    return devices.has(device) ? by : { ...by, brings: true };
  }

  #faultOf(commit: ModelCommit): string | undefined {
    const ancestors = this.#withAncestors(commit.parents);
    const below = [...ancestors].find((id) => this.#faults.has(id));
    if (below !== undefined) return `stands on ${below}, which is refused`;
    return breaksRule(this.charter, this.#commits(ancestors), commit);
  }

  // Admission.

  #sync({ sync }: SyncStep): Result {
    const pairs = sync.flatMap((from) => sync.map((to) => [from, to] as const));
    let changed = true;
    while (changed) {
      changed = false;
      for (const [from, to] of pairs) {
        const held = this.#heldBy(to);
        const both = new Set([...held, ...this.#given(from, to)]);
        if (both.size > held.size) {
          this.#held.set(to, both);
          changed = true;
        }
      }
    }
    return ACCEPTED;
  }

  /** What passes when both are honest. */
  #given(from: string, to: string): ReadonlySet<string> {
    const held = this.#heldBy(from);
    if (held.size === 0) return held;
    if (this.#admits(from, to) && this.#admits(to, from)) return held;
    // Resolutions are taken from anybody. They are given to whom one's own state knows, the
    // banned included (else two halves stay apart), but not to strangers and revoked devices.
    const { places, revoked } = this.#stateOf(held);
    const isKnown = places.has(this.#ownerOf(to)) && !revoked.has(to);
    if (!isKnown || this.#heldBy(to).size === 0) return new Set();
    return this.#withAncestors([...held].filter((id) => this.#isResolution(id)));
  }

  #offer({ offer: { from, to, only } }: OfferStep): Result {
    const offered = this.#withAncestors(only ?? this.#headsOf(this.#heldBy(from)));
    const tips = this.#headsOf(offered);
    if (!this.#admits(to, from) && !tips.every((id) => this.#isResolution(id))) {
      return refused('admission: the messenger has no right to talk here');
    }
    const wrong = [...offered].find((id) => this.#faults.has(id));
    if (wrong !== undefined) return refused(this.#faults.get(wrong) ?? wrong);
    this.#held.set(to, new Set([...this.#heldBy(to), ...offered]));
    return ACCEPTED;
  }

  /** Whether a device exchanges with another by its own state; who has none yet, with anybody. */
  #admits(device: string, other: string): boolean {
    const held = this.#heldBy(device);
    if (held.size === 0) return true;
    const { places, revoked } = this.#stateOf(held);
    if (revoked.has(other)) return false;
    const account = this.#ownerOf(other);
    if (account === this.#ownerOf(device)) return true;
    const place = places.get(account)?.place;
    return place === undefined ? this.charter.mode === 3 : place !== 'banned';
  }

  // The graph.

  #isResolution(id: string): boolean {
    return RESOLUTIONS.includes(this.#commit(id).kind);
  }

  #ownerOf(device: string): string {
    const account = this.#owners.get(device);
    if (account === undefined) throw new Error(`${device} is nobody's device`);
    return account;
  }

  #heldBy(device: string): ReadonlySet<string> {
    return this.#held.get(device) ?? new Set();
  }

  #commit(id: string): ModelCommit {
    const commit = this.#written.get(id);
    if (commit === undefined) throw new Error(`no commit is called ${id}`);
    return commit;
  }

  #commits(ids: ReadonlySet<string>): ReadonlyMap<string, ModelCommit> {
    return new Map([...ids].map((id) => [id, this.#commit(id)]));
  }

  #withAncestors(ids: readonly string[]): ReadonlySet<string> {
    const found = new Set<string>();
    const rest = [...ids];
    for (let id = rest.pop(); id !== undefined; id = rest.pop()) {
      if (found.has(id)) continue;
      found.add(id);
      rest.push(...this.#commit(id).parents);
    }
    return found;
  }

  #headsOf(ids: ReadonlySet<string>): string[] {
    const inner = new Set([...ids].flatMap((id) => this.#commit(id).parents));
    return this.#inDisplayOrder(ids).filter((id) => !inner.has(id));
  }

  #heightOf(id: string): number {
    return Math.max(-1, ...this.#commit(id).parents.map((parent) => this.#heightOf(parent))) + 1;
  }

  #inDisplayOrder(ids: ReadonlySet<string>): string[] {
    const heights = new Map([...ids].map((id) => [id, this.#heightOf(id)]));
    const height = (id: string) => heights.get(id) ?? 0;
    return [...ids].sort((one, other) => height(one) - height(other) || (one < other ? -1 : 1));
  }

  /** Remembered by the set, since admission asks again and again. */
  #stateOf(ids: ReadonlySet<string>): ModelState {
    const key = [...ids].sort().join(' ');
    const known = this.#states.get(key) ?? resolveModel(this.charter, this.#commits(ids));
    this.#states.set(key, known);
    return known;
  }
}

/** FNV-1a, 32 bits, as 8 hex digits: tells answers apart, and promises nothing more. */
function digestOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Plays one scenario to its end, whatever fails on the way. */
export function playScenario(scenario: Scenario): ScenarioAnswer {
  const stage = new Stage(scenario);
  const failures: string[] = [];
  const steps = scenario.steps.map((step, index) => {
    const result = stage.play(step, index);
    const expected = ('expect' in step ? step.expect : undefined) ?? 'accepted';
    if (result.outcome !== expected) {
      failures.push(`step ${index}: ${result.outcome} ${result.rule ?? ''}`.trim());
    }
    return { index, ...result };
  });
  const named = Object.values(scenario.accounts).flat();
  const devices = Object.fromEntries(named.map((device) => [device, stage.view(device)]));
  for (const [device, expected] of Object.entries(scenario.expect)) {
    const found = stage.view(device);
    const differs = (key: string, one: unknown, other: unknown) => {
      const [was, should] = [JSON.stringify(one), JSON.stringify(other)];
      if (was !== should) failures.push(`${device}: ${key} is ${was}, expected ${should}`);
    };
    for (const key of LISTS) {
      if (expected[key] !== undefined) differs(key, found[key], expected[key]);
    }
    if (expected.title !== undefined) differs('title', found.title, expected.title);
    if (expected.shown !== undefined) {
      differs('shown', [...found.shown].sort(), [...expected.shown].sort());
      if (!stage.isByHeight(expected.shown)) differs('shown', found.shown, expected.shown);
    }
  }
  return { name: scenario.name, ok: failures.length === 0, failures, steps, devices };
}
