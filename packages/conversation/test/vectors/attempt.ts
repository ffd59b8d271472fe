import type { JsonObject } from '@covey/codec';
import type { Profile } from '@covey/conversation';
import { makeTestAccount } from '@covey/testkit';
import type { Forged, Place, Scene } from './scene.ts';

/** One way to keep a rule, or to break it. */
export interface Attempt {
  /** What is tried, in words. One of its kind within the rule. */
  readonly name: string;
  readonly make: (scene: Scene) => Promise<Forged>;
  /** Places where this can be tried; default: all. */
  readonly places?: readonly Place[];
  /** Default `strict`; `jami` where strict meets another rule first. */
  readonly profile?: Profile;
  /** Holes of the first implementation that it goes for: `H1` to `H17`. */
  readonly holes?: readonly string[];
}

/** All that is tried about one rule. */
export interface RuleAttempts {
  readonly truths: readonly Attempt[];
  readonly lies: readonly Attempt[];
  /** Profile `jami` accepts and reports what breaks it, and `strict` meets another rule first: never refused. */
  readonly onlyReported?: string;
}

export type RuleTable = Readonly<Record<string, RuleAttempts>>;

/** An attempt in the usual form. */
export function attempt(
  name: string,
  make: Attempt['make'],
  more: Omit<Attempt, 'name' | 'make'> = {},
): Attempt {
  return { name, make, ...more };
}

export async function uriOf(name: string) {
  return (await makeTestAccount(name)).uri;
}

export const member = (action: string, uri: string): JsonObject => ({
  ...{ action, type: 'member', uri },
});
export const vote = (action: string, uri: string): JsonObject => ({ action, type: 'vote', uri });
export const text = (body: string, more: JsonObject = {}): JsonObject => ({
  ...{ ...more, body, type: 'text/plain' },
});

/** An id that no commit has. */
export const NOBODY = 'ab'.repeat(20);
/** A well-formed vCard. */
export const VCARD = 'BEGIN:VCARD\nVERSION:2.1\nFN:Friends\nEND:VCARD';
