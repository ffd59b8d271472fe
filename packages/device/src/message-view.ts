import { type TimelineMessage, timeline } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import type { AccountUri, DeviceId } from '@covey/identity';
import type { Message } from './api.ts';
import type { ConversationRuntime } from './conversation-runtime.ts';

/** A page of messages, newest last. @throws {CoveyError} MESSAGE_NOT_FOUND */
export function messagePage(
  { history }: ConversationRuntime,
  { from, n }: { from?: string; n: number },
): readonly Message[] {
  const all = timeline(history.ordered);
  const end = from === undefined ? all.length : all.findIndex(({ entry }) => entry.oid === from);
  if (end < 0) throw new CoveyError('MESSAGE_NOT_FOUND', `no message ${from}`);
  return all.slice(Math.max(0, end - n), end).map(viewOf);
}

/** What the local API shows of a message. */
export function viewOf({
  entry,
  fields,
  reactions,
  editions,
  deleted,
  needsNewerVersion,
}: TimelineMessage): Message {
  return {
    id: entry.oid,
    parents: entry.parents.map(({ oid }) => oid),
    // Judged: the ids are of their form.
    author: entry.uri as AccountUri,
    authorName: entry.name,
    device: entry.device as DeviceId,
    type: entry.content.type,
    timestamp: entry.time,
    height: entry.height,
    fields,
    reactions: reactions.map(({ id, author, body }) => ({
      id,
      author: author as AccountUri,
      body,
    })),
    editions,
    deleted,
    needsNewerVersion,
  };
}
