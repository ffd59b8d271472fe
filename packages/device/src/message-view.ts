import { isShown, type TimelineMessage, timelinePage } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import type { Oid } from '@covey/git-objects';
import type { AccountUri, DeviceId } from '@covey/identity';
import type { Message } from './api.ts';
import type { ConversationRuntime } from './conversation-runtime.ts';

/** A page of messages, newest last. @throws {CoveyError} MESSAGE_NOT_FOUND */
export function messagePage(
  { history }: ConversationRuntime,
  { from, n }: { from?: string; n: number },
): readonly Message[] {
  const start = from === undefined ? undefined : history.entry(from);
  if (from !== undefined && !(start && isShown(start))) {
    throw new CoveyError('MESSAGE_NOT_FOUND', `no message ${from}`);
  }
  const about = (oid: Oid) => history.about(oid);
  return timelinePage(history.ordered, about, { from: start, n }).map(viewOf);
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
