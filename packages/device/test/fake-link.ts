import { deviceIdOf } from '@covey/identity';
import { nodeDigests } from '@covey/node-crypto';
import { testSigner } from '@covey/testkit';
import type { AccountContext } from '../src/account-context.ts';
import type { AccountEvent } from '../src/api.ts';
import type { ConversationRuntime } from '../src/conversation-runtime.ts';
import { Fetching } from '../src/fetching.ts';
import type { Clock, Link } from '../src/ports.ts';

const STANDING_STILL: Clock = { now: () => new Date(0), after: () => () => {} };

/** The fetching of one conversation, and what it tells of refused commits. */
export function fetchingOf(runtime: ConversationRuntime, clock: Clock = STANDING_STILL) {
  const events: AccountEvent['payload'][] = [];
  const emit: AccountContext['emit'] = (name, payload) => {
    if (name === 'CommitRefused') events.push(payload);
  };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  // All of an account that fetching asks for.
  const account = { emit, ports: { clock, log } } as unknown as AccountContext;
  return { fetching: new Fetching(runtime, account), events };
}

/** A link to somebody who answers a fetch so, and hears what is refused. */
export function linkThat(fetch: Link['fetch'], refused: Link['refused'] = async () => {}): Link {
  const deviceId = deviceIdOf(testSigner('the other side').publicKey, nodeDigests);
  // All of a link that fetching asks for.
  return { fetch, refused, remote: { deviceId } } as unknown as Link;
}
