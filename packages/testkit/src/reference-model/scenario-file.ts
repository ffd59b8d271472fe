import type { ModelAction } from './model.ts';

/** Whether a step should be taken or turned away. */
export type Outcome = 'accepted' | 'refused';

/** What a device writes; `kind` is of votes and resolutions, `of` of edits and merges. */
export interface ActStep {
  readonly at: string;
  readonly do: keyof typeof OWN_KEYS;
  readonly id?: string;
  readonly on?: readonly string[];
  readonly target?: string;
  readonly kind?: ModelAction;
  readonly of?: string | readonly string[];
  readonly title?: string;
  /** What it lies about the tree. */
  readonly tree?: {
    readonly add?: Readonly<Record<string, string>>;
    readonly remove?: readonly string[];
  };
  readonly expect?: Outcome;
}

/** Devices exchange all they have, honestly. */
export interface SyncStep {
  readonly sync: readonly string[];
}

/** One device pushes what it has, or some commits and their ancestors, to another. */
export interface OfferStep {
  readonly offer: { readonly from: string; readonly to: string; readonly only?: readonly string[] };
  readonly expect?: Outcome;
}

/** A device at the end of a scenario; accounts and devices sorted, `shown` in display order. */
export interface DeviceView {
  readonly admins: readonly string[];
  readonly members: readonly string[];
  readonly invited: readonly string[];
  readonly banned: readonly string[];
  readonly bannedDevices: readonly string[];
  readonly void: readonly string[];
  readonly shown: readonly string[];
  readonly title?: string;
}

/** One file of `spec/scenario-format.md`. */
export interface Scenario {
  readonly name: string;
  readonly mode: 0 | 1 | 2 | 3;
  readonly invited?: string;
  readonly profile?: 'admin' | 'member';
  readonly flat?: boolean;
  readonly accounts: Readonly<Record<string, readonly string[]>>;
  /** A device. */
  readonly creator: string;
  readonly steps: readonly (ActStep | SyncStep | OfferStep)[];
  readonly expect: Readonly<Record<string, Partial<DeviceView>>>;
}

const OWN_KEYS = {
  add: ['target'],
  join: [],
  leave: [],
  text: [],
  edit: ['of'],
  profile: ['title'],
  vote: ['kind', 'target'],
  resolve: ['kind', 'target'],
  revoke: ['target'],
  merge: ['of'],
} as const;

function refuseOtherKeys(where: string, value: object, known: readonly string[]): void {
  const stray = Object.keys(value).find((key) => !known.includes(key));
  if (stray !== undefined) throw new Error(`${where}: unknown key ${stray}`);
}

/**
 * Reads a scenario strictly: unknown keys are errors, and so are steps of nobody's device.
 * @throws {Error} with the place and the key
 */
export function readScenario(text: string): Scenario {
  // The keys are judged below; a wrong type under a known key is the writer's own mistake.
  const file = JSON.parse(text) as Scenario;
  refuseOtherKeys('scenario', file, [
    ...['name', 'mode', 'invited', 'profile', 'flat', 'accounts', 'creator', 'steps', 'expect'],
  ]);
  const devices = Object.values(file.accounts).flat();
  for (const [index, step] of file.steps.entries()) {
    const where = `step ${index + 1}`;
    if ('sync' in step) refuseOtherKeys(where, step, ['sync']);
    else if ('offer' in step) {
      refuseOtherKeys(where, step, ['offer', 'expect']);
      refuseOtherKeys(where, step.offer, ['from', 'to', 'only']);
    } else {
      const own = OWN_KEYS[step.do];
      if (own === undefined) throw new Error(`${where}: unknown act ${step.do}`);
      refuseOtherKeys(where, step, ['at', 'do', 'id', 'on', 'tree', 'expect', ...own]);
      if (step.tree) refuseOtherKeys(where, step.tree, ['add', 'remove']);
    }
    const named =
      'sync' in step ? step.sync : 'offer' in step ? [step.offer.from, step.offer.to] : [step.at];
    const stranger = named.find((device) => !devices.includes(device));
    if (stranger !== undefined) throw new Error(`${where}: ${stranger} is nobody's device`);
  }
  for (const [device, view] of Object.entries(file.expect)) {
    refuseOtherKeys(`expect ${device}`, view, [
      ...['admins', 'members', 'invited', 'banned', 'bannedDevices', 'void', 'shown', 'title'],
    ]);
  }
  return file;
}
