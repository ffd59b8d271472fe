import type { ConversationState, Message } from '@covey/device';
import type { DemoDevice } from './demo-device.ts';
import { expectThat, inTime } from './expectation.ts';

/**
 * Looks at once, and again whenever something happens on one of the devices, until there is an answer.
 * @throws {Unexpected} when there never is
 */
async function untilTrue<T>(
  what: string,
  devices: readonly DemoDevice[],
  look: () => Promise<T | undefined>,
): Promise<T> {
  let bell = Promise.withResolvers<void>();
  const stops = devices.map((device) => device.events.listen(() => bell.resolve()));
  const answer = async () => {
    for (;;) {
      bell = Promise.withResolvers();
      const { promise: rung } = bell;
      const found = await look();
      if (found !== undefined) return found;
      await rung;
    }
  };
  try {
    return await inTime(what, answer());
  } finally {
    for (const stop of stops) stop();
  }
}

/** What all of these devices have come to: the same heads and the same digest, at least so many commits. */
export async function agreed(
  devices: readonly DemoDevice[],
  conversationId: string,
  messages: ReadonlySet<string> = new Set(),
): Promise<ConversationState> {
  const names = devices.map(({ name }) => name).join(', ');
  return untilTrue(`${names} agree`, devices, async () => {
    const [first, ...others] = await Promise.all(
      devices.map((device) => device.state(conversationId)),
    );
    if (!first || others.some(({ heads }) => !sameSet(heads, first.heads))) return undefined;
    const digests = new Set([first, ...others].map(({ stateDigest }) => stateDigest));
    expectThat(digests.size === 1, 'the same heads have the same state digest on every device');
    const known = new Set<string | undefined>(devices[0]?.events.seen.map(messageIn));
    return [...messages].every((id) => known.has(id)) ? first : undefined;
  });
}

/** The messages that these devices show, which must be the same in the same order, editions and reactions included. */
export async function sameMessages(
  devices: readonly DemoDevice[],
  conversationId: string,
): Promise<readonly Message[]> {
  const views = await Promise.all(devices.map((device) => device.messages(conversationId)));
  const [first = []] = views;
  // That one came late is what each device has seen for itself.
  const texts = new Set(
    views.map((view) => JSON.stringify(view.map(({ late: _, ...message }) => message))),
  );
  expectThat(texts.size === 1, 'every device shows the same messages in the same order');
  return first;
}

/** Waits until each of these devices is connected to exactly the others of them. */
export async function meshed(
  devices: readonly DemoDevice[],
  conversationId: string,
): Promise<void> {
  await untilTrue('the devices connect', devices, async () => {
    const states = await Promise.all(devices.map((device) => device.state(conversationId)));
    const complete = states.every(({ connected }, at) =>
      sameSet(
        connected,
        devices.filter((_, other) => other !== at).map(({ account }) => account.deviceId),
      ),
    );
    return complete ? true : undefined;
  });
}

function messageIn({ payload }: { readonly payload: Readonly<Record<string, unknown>> }) {
  return (payload['message'] as Message | undefined)?.id; // as MessageReceived brings it
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each) => other.includes(each));
}
