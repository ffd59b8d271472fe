import type { AccountEvent, Message } from '@covey/device';
import { EVENT_NAMES, isEventName } from '../event-names.ts';
import { defineCommand, UsageError } from './command.ts';
import { eventLine, messageLine, type Reader, short } from './message-line.ts';
import { resolveConversation } from './naming.ts';
import { safeJson } from './safe-text.ts';

/** `covey watch`: one line per event as it happens, until Ctrl-C. */
export const watch = defineCommand({
  name: 'watch',
  usage: '[CONVERSATION] [--after ID] [--until EVENT]',
  summary: 'show what happens as it happens, until Ctrl-C',
  details: [
    'With --after it begins after the event with that number (0: with all that are kept), else with what happens from now on. With --until it ends after the first event of that name, such as MessageReceived. Each line of --json is one event.',
    'Without CONVERSATION a message stands behind the beginning of the id of its conversation.',
  ],
  options: { after: { type: 'string' }, until: { type: 'string' } },
  positionals: [0, 1],
  run: async ([named], { after, until }, context) => {
    if (after !== undefined && !/^[0-9]{1,15}$/.test(after)) {
      throw new UsageError('--after takes the number of an event');
    }
    if (until !== undefined && !isEventName(until)) {
      throw new UsageError(
        '--until: no such event',
        `events: ${Object.keys(EVENT_NAMES).join(' ')}`,
      );
    }
    const { peer, io, json, hint } = context;
    const account = await context.account();
    const only = named === undefined ? undefined : await resolveConversation(context, named);
    const reader = { account, timeZone: io.timeZone };
    const start = after === undefined ? undefined : Number(after);
    // Whoever asked for what was has something to read already.
    const opened = once(() => start ?? hint('watching from now on; Ctrl-C ends it'));
    const events = peer.events(account.accountId, start, io.interrupted(), opened);
    for await (const event of events) {
      if (only !== undefined && event.payload['conversationId'] !== only) continue;
      const hidden = !json && event.name !== until && UNTOLD.has(event.name);
      if (hidden) continue;
      const line = json ? safeJson(event) : humanLine(event, reader, only === undefined);
      if (line !== undefined) io.out(line);
      if (event.name === until) return 0;
    }
    return 0;
  },
});

/** For programs: what happens behind the scenes, or stands beside a commit whose line says it. */
const UNTOLD: ReadonlySet<AccountEvent['name']> = new Set([
  'QuarantineOpened',
  'ConversationSyncFinished',
  'ConversationMemberEvent',
  'ConversationProfileUpdated',
]);

/** A stream that comes back is no news. */
function once(tell: () => unknown): () => void {
  let told = false;
  return () => {
    if (!told) tell();
    told = true;
  };
}

function humanLine(event: AccountEvent, reader: Reader, several: boolean): string | undefined {
  const { conversationId, message } = event.payload;
  if (event.name !== 'MessageReceived' || typeof message !== 'object') return eventLine(event);
  const line = messageLine(message as Message, reader); // what the daemon sends with this event
  return several && line !== undefined ? `${short(String(conversationId))}  ${line}` : line;
}
