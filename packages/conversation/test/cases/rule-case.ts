import type { JsonObject } from '@covey/codec';
import type { Judged, Leniency, Profile } from '@covey/conversation';
import {
  type Forgery,
  makeTestAccount,
  type StageOptions,
  stage,
  type TestDevice,
} from '@covey/testkit';

/** Sets up a group in the profile that is being tried. */
export type SetUp = <const Name extends string>(
  names: readonly [Name, ...Name[]],
  charter?: StageOptions['charter'],
) => Promise<Record<Name, TestDevice>>;

/** One rule, tried: the same commit once as it must be and once with the lie that breaks the rule. */
export interface RuleCase {
  readonly commit: (set: SetUp, lie: boolean) => Promise<Judged>;
  /** The rule that meets the lie first in `strict`, where it is another one. */
  readonly strict?: string;
  /** How `jami` takes this lie, where the rule leaves it to the facts. */
  readonly jami?: Leniency;
}

export type RuleCases = Readonly<Record<string, RuleCase>>;

export function setIn(profile: Profile): SetUp {
  return (names, charter) => stage(names, { profile, ...(charter ? { charter } : {}) });
}

export async function uriOf(name: string) {
  return (await makeTestAccount(name)).uri;
}

/** What becomes of a forgery on the device that made it, which judges as any other. */
export async function judged(device: TestDevice, forgery: Forgery): Promise<Judged> {
  return device.judges(await device.forge(forgery));
}

export const member = (action: string, uri: string): JsonObject => ({
  action,
  type: 'member',
  uri,
});
export const vote = (action: string, uri: string): JsonObject => ({ action, type: 'vote', uri });
export const text = (body: string, more: JsonObject = {}): JsonObject => ({
  ...more,
  body,
  type: 'text/plain',
});

/** An id that no commit has. */
export const NOBODY = 'ab'.repeat(20);
