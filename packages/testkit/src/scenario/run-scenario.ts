import type { Intent } from '@covey/conversation';
import { invariant } from '@covey/errors';
import type { Oid } from '@covey/git-objects';
import { Cast } from './cast.ts';
import { type DeviceView, differences, viewOf } from './device-view.ts';
import { highest, offer, type StepResult, sync, type Tip, tipsOf } from './exchange.ts';
import { ROOT_ID } from './references.ts';
import type { DoStep, OfferStep, Outcome, Scenario, Step } from './scenario.ts';
import { Writing } from './writing.ts';

/** What a scenario came to: one line of JSON. */
export interface Answer {
  readonly name: string;
  readonly ok: boolean;
  /** What isn't as expected, in words. */
  readonly failures: readonly string[];
  /** `index` as in the file's list, from 0. */
  readonly steps: readonly {
    readonly index: number;
    readonly outcome: Outcome;
    readonly rule?: string;
  }[];
  readonly devices: Readonly<Record<string, DeviceView>>;
}

/** Plays a scenario by the production rules, with real keys and real Git objects. The same file, the same answer. */
export async function runScenario(scenario: Scenario): Promise<Answer> {
  const cast = await Cast.of(scenario);
  const play = new Play(cast);
  await play.begin(scenario);
  const failures: string[] = [];
  const steps: Answer['steps'][number][] = [];
  for (const [index, step] of scenario.steps.entries()) {
    const { outcome, rule, fault } = await play.take(step);
    steps.push({ index, outcome, ...(rule === undefined ? {} : { rule }) });
    const wrong = fault ?? surprise(step, outcome, rule);
    if (wrong !== undefined) failures.push(`steps[${index}] (${title(step)}): ${wrong}`);
  }
  const devices: [string, DeviceView][] = [];
  for (const player of cast.players) {
    const viewed = await viewOf(player, cast, (oid) => play.idOf(oid));
    devices.push([player.name, viewed.view]);
    const wrong = differences(scenario.expect.get(player.name) ?? {}, viewed);
    failures.push(...wrong.map((each) => `${player.name}: ${each}`));
  }
  return {
    name: scenario.name,
    ok: failures.length === 0,
    ...{ failures, steps, devices: Object.fromEntries(devices) },
  };
}

class Play {
  readonly #cast: Cast;
  readonly #writing: Writing;
  readonly #ids = new Map<Oid, string>();
  /** Resolutions among what was written, whatever came of them. */
  readonly #kinds = new Map<string, Tip['kind']>();

  constructor(cast: Cast) {
    this.#cast = cast;
    this.#writing = new Writing(cast);
  }

  /** What the file calls a commit. */
  idOf(oid: Oid): string | undefined {
    return this.#ids.get(oid);
  }

  async begin(scenario: Scenario): Promise<void> {
    const creator = this.#cast.player(scenario.creator);
    const written = await this.#writing.begin(ROOT_ID, creator, charterOf(scenario, this.#cast));
    const received = 'oid' in written ? await creator.adopts(written.oid) : written;
    invariant('entries' in received, 'the head of a file that was read makes a lawful group');
    if ('oid' in written) this.#ids.set(written.oid, ROOT_ID);
  }

  take(step: Step): Promise<StepResult> {
    switch (step.type) {
      case 'do':
        return this.#do(step);
      case 'sync':
        return sync(step.devices.map((device) => this.#cast.player(device)));
      case 'offer':
        return this.#offer(step);
    }
  }

  /** What the rules refuse isn't in what its device has, but can be offered and built on. */
  async #do(step: DoStep): Promise<StepResult> {
    const { deed, id, on } = step;
    const isPlain = on === undefined || on.length === 1;
    if (deed.do === 'resolve' && isPlain) this.#kinds.set(id, deed.kind);
    const written = await this.#writing.write(step);
    if ('broken' in written) return { outcome: 'refused', rule: written.broken.rule };
    this.#ids.set(written.oid, id);
    const received = await this.#cast.player(step.at).adopts(written.oid);
    return 'broken' in received
      ? { outcome: 'refused', rule: received.broken.rule }
      : { outcome: 'accepted' };
  }

  async #offer({ from, to, only }: OfferStep): Promise<StepResult> {
    const giver = this.#cast.player(from);
    const taker = this.#cast.player(to);
    if (!only) return offer(giver, taker, tipsOf(giver));
    const tips: Tip[] = [];
    for (const id of only) {
      const written = this.#writing.of(id);
      if ('broken' in written) return { outcome: 'refused', rule: written.broken.rule };
      tips.push({ oid: written.oid, kind: this.#kinds.get(id) ?? 'unknown' });
    }
    return offer(giver, taker, await highest(tips, giver));
  }
}

function charterOf(scenario: Scenario, cast: Cast): Intent & { kind: 'initial' } {
  const { mode, invited, profile, flat } = scenario;
  return {
    kind: 'initial',
    charter: {
      mode,
      ...(invited === undefined ? {} : { invited: cast.uriOf(invited) }),
      ...(profile === undefined ? {} : { profile }),
      ...(flat ? { flat } : {}),
    },
  };
}

/** Whom a sync turns away is no failure: that is what admission is for. */
function surprise(
  { type, expect }: Step,
  outcome: Outcome,
  rule: string | undefined,
): string | undefined {
  const wanted = expect ?? (type === 'sync' ? outcome : 'accepted');
  if (outcome === wanted) return undefined;
  return `expected ${wanted}, was ${outcome}${rule === undefined ? '' : ` by ${rule}`}`;
}

function title(step: Step): string {
  if (step.type === 'sync') return `sync ${step.devices.join(', ')}`;
  if (step.type === 'offer') return `offer from ${step.from} to ${step.to}`;
  return `${step.deed.do} ${step.id} at ${step.at}`;
}
